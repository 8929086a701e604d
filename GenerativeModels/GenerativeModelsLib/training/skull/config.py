"""The training of the head locator or of a skull model, as its YAML describes it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from GenerativeModelsLib.training.shared.config_parts import BankConfig, BundleConfig, Strict

__all__ = ["CohortConfig", "TrainingConfig"]


class CohortConfig(Strict):
    """Own cases that join the simulated ones."""

    table: Path = Field(description="CSV file with a row a case, see docs/training.md")
    share: float = Field(0.3, gt=0, le=1, description="of the labelled cases of every batch")
    views: int = Field(20, ge=1, description="simulated examinations of a head that comes without pictures")
    calibration_share: float = Field(0.15, ge=0, lt=1, description="of the subjects, where the table gives no parts")
    test_share: float = Field(0.15, ge=0, lt=1, description="of the subjects, where the table gives no parts")
    split_seed: int = Field(0, ge=0, description="of that split; its own, so that a second training splits alike")


class TrainingConfig(Strict):
    """One training, from one file. Paths are taken from the folder the command runs in."""

    model: Literal["head-locator", "HiRecCVAE", "RecCVAE"]
    output: Path
    bank: BankConfig
    hc18: Path | None = None
    locator: Path | None = Field(None, description="folder of the trained locator; the skull models need it")
    start_from: Path | None = Field(None, description="bundle whose networks and basis the training goes on from")
    cohort: CohortConfig | None = Field(None, description="own cases beside those of the bank; skull models only")
    bundle: BundleConfig | None = Field(None, description="skull models only; without it no bundle is written")
    network: dict = Field(default_factory=dict)
    seed: int = 1
    epochs: int = Field(50, ge=1)
    items_per_epoch: int = Field(2000, ge=1)
    batch_size: int = Field(32, ge=2)
    learning_rate: float = Field(2e-3, gt=0)
    loader_workers: int = Field(1, ge=0)
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    kl_warm_up: float = Field(0.3, ge=0, le=1, description="share of the steps over which beta rises from 0 to 1")
    free_bits: float = Field(0.01, ge=0, description="nats a latent dimension below which its KL is not pressed")
    real_weight: float = Field(1.0, ge=0, description="weight of the outlines of real axial pictures")

    @model_validator(mode="after")
    def _an_epoch_has_a_batch(self) -> TrainingConfig:
        if self.items_per_epoch < self.batch_size:
            raise ValueError(
                f"items_per_epoch is {self.items_per_epoch}, expected at least batch_size {self.batch_size}"
            )
        return self

    @model_validator(mode="after")
    def _a_locator_has_no_parts_of_a_skull_model(self) -> TrainingConfig:
        given = [name for name in ("start_from", "cohort", "bundle") if getattr(self, name) is not None]
        if self.model == "head-locator" and given:
            raise ValueError(f"{given[0]} is for skull models, and the model is head-locator: leave it out")
        return self
