"""Training config of the VAEs of label maps."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from GenerativeModelsLib.segmentation.attribute_names import ATTRIBUTES
from GenerativeModelsLib.training.shared.config_parts import BankConfig, BundleConfig, Strict, TrainingConfig

__all__ = ["AugmentationConfig", "LabelNetworkConfig", "LabelTrainingConfig"]


class LabelNetworkConfig(Strict):
    """Sizes of the VAE."""

    latent: int = Field(16, ge=1)
    channels: tuple[int, ...] = Field((16, 32, 64, 128), min_length=1)
    dense: int = Field(256, ge=1)


class AugmentationConfig(Strict):
    """Largest random movement of a map; each is drawn uniformly, and a map moves as a whole."""

    shift_mm: float = Field(6.0, ge=0)
    rotation_degrees: float = Field(15.0, ge=0, le=180)
    scale: float = Field(0.1, ge=0, lt=1, description="of size 1 - scale to 1 + scale")


class LabelTrainingConfig(TrainingConfig):
    """Training of the attribute-regularised and of the constrained VAE of label maps."""

    model: Literal["ar-vae", "constrained-vae"]
    view: Literal["short-axis", "apical"] = "short-axis"
    bank: BankConfig = Field(description="shards of simulated hearts")
    hearts_per_shard: int = Field(25, ge=1)
    frames: int = Field(10, ge=2, description="frames of a simulated cycle")
    grid: int = Field(96, ge=16, description="rows and columns of a map")
    pixel_mm: float = Field(1.5, gt=0)
    sunnybrook: Path | None = Field(None, description="folder of sunnybrook_slices, for short-axis views")
    sunnybrook_share: float = Field(0.25, gt=0, lt=1, description="share of its maps in every batch")
    augmentation: AugmentationConfig = Field(default_factory=AugmentationConfig)
    network: LabelNetworkConfig = Field(default_factory=LabelNetworkConfig)
    bundle: BundleConfig | None = Field(None, description="without it no bundle is written")
    epochs: int = Field(40, ge=1)
    items_per_epoch: int = Field(4096, ge=1)
    batch_size: int = Field(64, ge=4)
    entropy_weight: float = Field(0.1, ge=0, description="weight of the cross-entropy; that of the Dice is 1")
    beta: float = Field(1e-3, ge=0, description="weight of the KL divergence in nats")
    gamma: float = Field(0.1, ge=0, description="ar-vae: weight of the order of the attributes")
    delta: float = Field(10.0, gt=0, description="ar-vae: steepness of that order")
    dead_band: float = Field(0.05, ge=0, description="ar-vae: smallest difference that counts, in standard deviations")
    neuron_weight: float = Field(0.1, ge=0, description="constrained-vae: weight of the squared error of the neuron")
    codes: int = Field(3000, ge=10, description="codes of training maps that a bundle stores")
    valid_codes: int = Field(1000, ge=1, description="random codes whose maps pass all criteria, stored likewise")

    @model_validator(mode="after")
    def _the_parts_fit(self) -> LabelTrainingConfig:
        if self.sunnybrook is not None and self.view != "short-axis":
            raise ValueError(f"sunnybrook has short-axis slices alone, and view is {self.view}: leave it out")
        if self.grid % 2 ** len(self.network.channels):
            raise ValueError(
                f"grid {self.grid} cannot be halved {len(self.network.channels)} times, once for each of "
                "network.channels"
            )
        if self.network.latent < len(ATTRIBUTES[self.view]):
            raise ValueError(f"network.latent is {self.network.latent}, expected a dimension for each attribute")
        return self
