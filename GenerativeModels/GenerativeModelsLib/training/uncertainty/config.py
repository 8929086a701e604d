"""Training config of the joint space of images and label maps."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from GenerativeModelsLib.training.segmentation.config import AugmentationConfig
from GenerativeModelsLib.training.shared.config_parts import BundleConfig, Strict, TrainingConfig

__all__ = ["ImagedDataConfig", "JointNetworkConfig", "UncertaintyTrainingConfig"]


class ImagedDataConfig(Strict):
    """Images with label maps, by patient.

    With `sunnybrook` the parts are those of `benchmark repair`: six patients train, those that steer development
    calibrate, and the others are never read.
    """

    kind: Literal["sunnybrook", "camus"]
    folder: Path
    chamber_view: Literal["2CH", "4CH"] = Field("4CH", description="camus: which of the two views")
    calibration_share: float = Field(0.3, gt=0, lt=1, description="camus: share of the patients that calibrate")
    rows: int = Field(192, ge=32, multiple_of=16, description="camus: rows and columns that images are resampled to")
    pixel_mm: float = Field(1.0, gt=0, description="camus: distance of these pixels")


class JointNetworkConfig(Strict):
    """Sizes of the networks, see `models.joint_space`."""

    latent: int = Field(16, ge=1)
    channels: tuple[int, ...] = Field((12, 24, 48, 64), min_length=1)
    dense: int = Field(128, ge=1)
    joint: int = Field(16, ge=2)
    image_channels: tuple[int, ...] = Field((12, 24, 48, 64), min_length=1)
    image_dense: int = Field(128, ge=1)


class UncertaintyTrainingConfig(TrainingConfig):
    """Training of the joint space, and of the small network whose errors it is calibrated on."""

    model: Literal["segmentation-uncertainty"]
    bank: None = None
    data: ImagedDataConfig
    grid: int = Field(64, ge=16, description="rows and columns of a piece about the heart")
    grid_mm: float = Field(1.75, gt=0, description="distance of its pixels")
    augmentation: AugmentationConfig = Field(
        default_factory=lambda: AugmentationConfig(shift_mm=6.0, rotation_degrees=30.0, scale=0.15)
    )
    gamma: float = Field(0.4, ge=0, description="largest logarithm of the exponent of the grey values")
    noise: float = Field(0.03, ge=0, description="standard deviation of noise, in units of the grey range")
    network: JointNetworkConfig = Field(default_factory=JointNetworkConfig)
    bundle: BundleConfig | None = Field(None, description="without it no bundle is written")
    epochs: int = Field(20, ge=1)
    items_per_epoch: int = Field(3200, ge=1)
    batch_size: int = Field(64, ge=4)
    learning_rate: float = Field(2e-3, gt=0)
    entropy_weight: float = Field(0.1, ge=0, description="weight of the cross-entropy; that of the Dice is 1")
    beta: float = Field(1e-3, ge=0, description="weight of the KL divergence in nats")
    contrast_weight: float = Field(1.0, gt=0, description="weight of the symmetric InfoNCE")
    maps: int = Field(3000, ge=10, description="moved training maps that a bundle stores as codes")
    neighbours: int = Field(32, ge=1, description="of them, how many are compared for each structure")
    network_steps: int = Field(1500, ge=1, description="steps of the small U-Net whose errors calibrate")

    @property
    def view(self) -> str:
        """View of the slices."""
        return "short-axis" if self.data.kind == "sunnybrook" else "apical"

    @property
    def structures(self) -> tuple[str, ...]:
        """Structures that the data label."""
        return ("lv", "myo") if self.data.kind == "sunnybrook" else ("lv", "myo", "la")

    @model_validator(mode="after")
    def _the_grid_can_be_halved(self) -> UncertaintyTrainingConfig:
        for name in ("channels", "image_channels"):
            times = len(getattr(self.network, name))
            if self.grid % 2**times:
                raise ValueError(f"grid {self.grid} cannot be halved {times} times, once for each of network.{name}")
        return self
