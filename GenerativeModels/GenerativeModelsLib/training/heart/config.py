"""The YAML that describes the training of a heart model, validated."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from GenerativeModelsLib.training.shared.config_parts import BankConfig, BundleConfig, Strict

__all__ = ["BETA_PRESETS", "HeartCohortConfig", "HeartNetworkConfig", "HeartTrainingConfig", "kl_weights"]

BETA_PRESETS = {"published": (1.0, 0.05, 0.005), "regularised": (1.0, 0.2, 0.1)}
"""Weights of the KL of the lowest level, of those between, and of the top, relative to the lowest.

"published" are the ratios of the authors' code (final weights 2.0, 0.1, 0.01), which leave the top level far from its
prior: sample it from the fitted density only. "regularised" keeps it near N(0, I).
"""


class HeartNetworkConfig(Strict):
    """Sizes of the ladder, detail first."""

    latents: tuple[int, ...] = (64, 32, 2)
    widths: tuple[int, ...] = (96, 48, 24)
    features: int = Field(256, ge=4, description="modes of the population that encoder and decoder start from")

    @model_validator(mode="after")
    def _a_width_a_level(self) -> HeartNetworkConfig:
        if len(self.latents) != len(self.widths) or not self.latents or min(*self.latents, *self.widths, 1) < 1:
            raise ValueError(f"latents {self.latents} and widths {self.widths} must have one size from 1 up a level")
        return self


class HeartCohortConfig(Strict):
    """Own hearts that join the simulated ones."""

    table: Path = Field(description="CSV file with a row a heart, see docs/training.md")
    share: float = Field(0.3, gt=0, lt=1, description="of the hearts of every batch")


class HeartTrainingConfig(Strict):
    """One training of the Ladder VAE of hearts, and of the VAE it is compared with."""

    model: Literal["heart-lvae"]
    output: Path
    bank: BankConfig
    cohort: HeartCohortConfig | None = Field(None, description="own hearts beside those of the bank")
    bundle: BundleConfig | None = Field(None, description="without it no bundle is written")
    network: HeartNetworkConfig = Field(default_factory=HeartNetworkConfig)
    baseline: bool = Field(True, description="train the one-level VAE beside it, on the same batches")
    beta: Literal["published", "regularised"] = Field("regularised", description="preset of the levels' KL weights")
    class_weight: float = Field(200.0, ge=0, description="of the cross-entropy of the top level's classifier")
    wall_weight: float = Field(
        300.0, ge=0, description="of the squared error in mm2 of the thickest wall, as read from the top level"
    )
    points: float = Field(400.0, gt=0, description="independent measurements that a shape counts as in its likelihood")
    mean_path: float = Field(
        0.1, ge=0, description="weight of the shapes decoded from each level above the lowest by the prior means below"
    )
    es_missing: float = Field(0.25, ge=0, lt=1, description="share of the hearts whose end systole is hidden")
    label_smoothing: float = Field(0.02, ge=0, lt=0.5)
    seed: int = 1
    epochs: int = Field(60, ge=1)
    items_per_epoch: int = Field(16_000, ge=1)
    batch_size: int = Field(128, ge=4)
    learning_rate: float = Field(3e-3, gt=0)
    kl_warm_up: float = Field(0.3, ge=0, le=1, description="share of the steps over which beta rises from 0 to 1")
    free_bits: float = Field(0.0, ge=0, description="nats a latent dimension below which its KL is not pressed")

    @model_validator(mode="after")
    def _an_epoch_has_a_batch(self) -> HeartTrainingConfig:
        if self.items_per_epoch < self.batch_size:
            raise ValueError(
                f"items_per_epoch is {self.items_per_epoch}, expected at least batch_size {self.batch_size}"
            )
        return self


def kl_weights(preset: str, levels: int) -> tuple[float, ...]:
    """Weights of the levels' KL, detail first, of a preset for any number of levels; a VAE's one level has 1."""
    lowest, between, top = BETA_PRESETS[preset]
    return (lowest,) if levels == 1 else (lowest, *[between] * (levels - 2), top)
