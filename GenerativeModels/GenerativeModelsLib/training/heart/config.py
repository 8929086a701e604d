"""Training config of the heart model."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from GenerativeModelsLib.training.shared.config_parts import BundleConfig, Strict, TrainingConfig

__all__ = ["BETA_PRESETS", "HeartCohortConfig", "HeartNetworkConfig", "HeartTrainingConfig", "kl_weights"]

BETA_PRESETS = {"published": (1.0, 0.05, 0.005), "regularised": (1.0, 0.2, 0.1)}
"""KL weights of the lowest level, the intermediate levels and the top level, relative to the lowest.

"published" are the ratios of the authors' code (final weights 2.0, 0.1, 0.01). They leave the top level far from its
prior, so it must be sampled from the fitted density. "regularised" keeps it near N(0, I).
"""


class HeartNetworkConfig(Strict):
    """Sizes of the Ladder VAE, lowest level first."""

    latents: tuple[int, ...] = (64, 32, 2)
    widths: tuple[int, ...] = (96, 48, 24)
    features: int = Field(256, ge=4, description="modes of the population used by encoder and decoder")

    @model_validator(mode="after")
    def _a_width_a_level(self) -> HeartNetworkConfig:
        if len(self.latents) != len(self.widths) or not self.latents or min(*self.latents, *self.widths, 1) < 1:
            raise ValueError(f"latents {self.latents} and widths {self.widths} must have one size >= 1 per level")
        return self


class HeartCohortConfig(Strict):
    """Own hearts used in addition to the simulated ones."""

    table: Path = Field(description="CSV file with one row per heart, see docs/training.md")
    share: float = Field(0.3, gt=0, lt=1, description="share of the hearts of every batch")
    test_share: float = Field(0.15, ge=0, lt=1, description="share of subjects, if the table has no parts")
    split_seed: int = Field(0, ge=0, description="seed of that split, independent of `seed`")


class HeartTrainingConfig(TrainingConfig):
    """Training of the Ladder VAE of hearts, and of the VAE it is compared with."""

    model: Literal["heart-lvae"]
    epochs: int = Field(60, ge=1)
    items_per_epoch: int = Field(16_000, ge=1)
    batch_size: int = Field(128, ge=4)
    learning_rate: float = Field(3e-3, gt=0)
    cohort: HeartCohortConfig | None = Field(None, description="own hearts in addition to those of the bank")
    bundle: BundleConfig | None = Field(None, description="without it no bundle is written")
    network: HeartNetworkConfig = Field(default_factory=HeartNetworkConfig)
    baseline: bool = Field(True, description="also train the one-level VAE, on the same batches")
    beta: Literal["published", "regularised"] = Field("regularised", description="preset of the levels' KL weights")
    class_weight: float = Field(200.0, ge=0, description="weight of the cross-entropy of the top level's classifier")
    wall_weight: float = Field(
        300.0, ge=0, description="weight of the squared error in mm2 of the thickest wall, from the top level"
    )
    points: float = Field(400.0, gt=0, description="independent measurements per shape assumed in the likelihood")
    mean_path: float = Field(
        0.1, ge=0, description="weight of reconstructions from each level above the lowest by the prior means below"
    )
    es_missing: float = Field(0.25, ge=0, lt=1, description="share of the hearts whose end systole is hidden")
    label_smoothing: float = Field(0.02, ge=0, lt=0.5)
    kl_warm_up: float = Field(0.3, ge=0, le=1, description="share of the steps over which beta rises from 0 to 1")
    free_bits: float = Field(0.0, ge=0, description="KL in nats, per latent dimension, that is not penalised")


def kl_weights(preset: str, levels: int) -> tuple[float, ...]:
    """KL weights of a preset for any number of levels, lowest level first; a single level has weight 1."""
    lowest, between, top = BETA_PRESETS[preset]
    return (lowest,) if levels == 1 else (lowest, *[between] * (levels - 2), top)
