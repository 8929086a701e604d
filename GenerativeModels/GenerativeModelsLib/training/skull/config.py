"""Training configs of the head locator and of the skull models."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from GenerativeModelsLib.training.shared.config_parts import BundleConfig, Precision, Strict, TrainingConfig

__all__ = ["CohortConfig", "LocatorTrainingConfig", "SkullTrainingConfig"]


class CohortConfig(Strict):
    """Own cases used in addition to the simulated ones."""

    table: Path = Field(description="CSV file with one row per case, see docs/training.md")
    share: float = Field(0.3, gt=0, le=1, description="share of the labelled cases of every batch")
    views: int = Field(20, ge=1, description="simulated examinations of a head without pictures")
    calibration_share: float = Field(0.15, ge=0, lt=1, description="share of subjects, if the table has no parts")
    test_share: float = Field(0.15, ge=0, lt=1, description="share of subjects, if the table has no parts")
    split_seed: int = Field(0, ge=0, description="seed of that split, independent of `seed`")


class LocatorTrainingConfig(TrainingConfig):
    """Training of the head locator."""

    unused = frozenset({"locator", "kl_warm_up", "free_bits", "real_weight"})

    model: Literal["head-locator"]
    hc18: Path | None = Field(None, description="folder of real axial pictures with outlines")
    network: dict = Field(default_factory=dict)
    loader_workers: int = Field(1, ge=0, description="processes that prepare the pictures")
    precision: Precision | None = Field(None, description="same as `trainer.precision`")

    @model_validator(mode="after")
    def _one_precision(self) -> LocatorTrainingConfig:
        if self.precision is None:
            return self
        if "precision" in self.trainer.model_fields_set and self.trainer.precision != self.precision:
            raise ValueError(
                f"precision is {self.precision} and trainer.precision is {self.trainer.precision}: give one of them"
            )
        self.trainer = self.trainer.model_copy(update={"precision": self.precision})
        return self


class SkullTrainingConfig(TrainingConfig):
    """Training of a skull model."""

    unused = frozenset({"loader_workers"})

    model: Literal["HiRecCVAE", "RecCVAE"]
    hc18: Path | None = Field(None, description="folder of real axial pictures with outlines")
    locator: Path | None = Field(None, description="folder of the trained locator; needed unless `start_from` has one")
    start_from: Path | None = Field(None, description="bundle whose networks and basis the training starts from")
    cohort: CohortConfig | None = Field(None, description="own cases in addition to those of the bank")
    bundle: BundleConfig | None = Field(None, description="without it no bundle is written")
    network: dict = Field(default_factory=dict)
    precision: Literal["32-true", "bf16-mixed"] = Field("32-true", description="precision of the picture encoders")
    kl_warm_up: float = Field(0.3, ge=0, le=1, description="share of the steps over which beta rises from 0.05 to 1")
    free_bits: float = Field(0.01, ge=0, description="KL in nats, per latent dimension, that is not penalised")
    real_weight: float = Field(1.0, ge=0, description="weight of the outlines of real axial pictures")
