"""Training configs of the networks of image synthesis."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from GenerativeModelsLib.training.segmentation.config import AugmentationConfig
from GenerativeModelsLib.training.shared.config_parts import BundleConfig, Strict, TrainerConfig, TrainingConfig

__all__ = [
    "CganTrainingConfig",
    "CodesConfig",
    "GanTrainingConfig",
    "LdmTrainingConfig",
    "SpadeTrainingConfig",
    "SynthesisDataConfig",
    "SynthesisTrainingConfig",
    "VqvaeTrainingConfig",
]


class SynthesisDataConfig(Strict):
    """Images with label maps, by patient.

    With `sunnybrook` nine patients train and two validate, all of those that steer development; the others are never
    read. A `folder` holds `images/NAME` and `labels/NAME`, files of the same names, a patient each.
    """

    kind: Literal["sunnybrook", "folder"]
    folder: Path
    label_values: str = Field("acdc", description="folder: a preset or values such as lv=3,myo=2,rv=1")
    validation_share: float = Field(0.2, gt=0, lt=1, description="folder: share of the patients that validate")
    patients: tuple[str, ...] | None = Field(
        None, min_length=1, description="sunnybrook: the patients, of those that train, to train on"
    )

    @model_validator(mode="after")
    def _patients_of_sunnybrook_once_each(self) -> SynthesisDataConfig:
        if self.patients is not None and self.kind != "sunnybrook":
            raise ValueError(f"patients are those of sunnybrook, and kind is {self.kind!r}: leave them out")
        if self.patients is not None and len(set(self.patients)) < len(self.patients):
            raise ValueError("patients holds one twice: name each of them once")
        return self


class CodesConfig(Strict):
    """Sizes of the VQ-VAE, see `synthesis.images.latent_diffusion.vqvae`."""

    channels: tuple[int, int] = (24, 48)
    codebook: int = Field(256, ge=2)
    dimensions: int = Field(4, ge=1)


class SpadeNetworkConfig(Strict):
    """Sizes of `models.label_images.SpadeGenerator`."""

    style: int = Field(16, ge=1)
    channels: tuple[int, ...] = Field((64, 64, 48, 32), min_length=1)
    hidden: int = Field(24, ge=1)
    style_channels: tuple[int, ...] = Field((16, 32, 48, 64), min_length=1)


class CganNetworkConfig(Strict):
    """Sizes of `models.label_images.LabelUNet`."""

    style: int = Field(16, ge=1)
    channels: tuple[int, ...] = Field((28, 36, 48, 60), min_length=1)
    style_channels: tuple[int, ...] = Field((16, 32, 48, 64), min_length=1)


class LdmNetworkConfig(Strict):
    """Sizes of `synthesis.images.latent_diffusion.LatentDiffusion`; those of its VQ-VAE are of its own training."""

    style: int = Field(8, ge=1)
    channels: tuple[int, ...] = Field((24, 32, 48), min_length=1)
    attention: int = Field(1, ge=1)
    style_channels: tuple[int, ...] = Field((16, 24, 32), min_length=1)

    @model_validator(mode="after")
    def _channels_can_be_grouped(self) -> LdmNetworkConfig:
        if odd := [width for width in self.channels if width % 8]:
            raise ValueError(f"channels holds {odd[0]}: give multiples of 8")
        return self


class SynthesisTrainingConfig(TrainingConfig):
    """Fields of all trainings of image synthesis."""

    bank: None = None
    data: SynthesisDataConfig
    grid: int = Field(128, ge=16, multiple_of=16, description="rows and columns of a square about the heart")
    grid_mm: float = Field(1.25, gt=0, description="distance of its pixels")
    augmentation: AugmentationConfig = Field(
        default_factory=lambda: AugmentationConfig(shift_mm=6.0, rotation_degrees=10.0, scale=0.08)
    )
    gamma: float = Field(0.3, ge=0, description="largest logarithm of the exponent of the grey values")
    plain_share: float = Field(0.4, ge=0, le=1, description="share of the slices without classes of the surroundings")
    trainer: TrainerConfig = Field(default_factory=lambda: TrainerConfig(ema_decay=0.995))
    epochs: int = Field(40, ge=1)
    items_per_epoch: int = Field(800, ge=1)
    batch_size: int = Field(8, ge=2)
    learning_rate: float = Field(2e-4, gt=0)


class GanTrainingConfig(SynthesisTrainingConfig):
    """Fields of both GANs."""

    bundle: BundleConfig | None = Field(None, description="without it no bundle is written")
    swapped_share: float = Field(0.25, ge=0, lt=1, description="share of a batch in the style of another image")
    critic_channels: int = Field(24, ge=1, description="first feature maps of the discriminator")
    critic_layers: int = Field(3, ge=1, description="its layers after the first; each but the last halves")
    adversarial_weight: float = Field(1.0, ge=0)
    feature_weight: float = Field(5.0, ge=0, description="of the matched features of the discriminator")
    image_weight: float = Field(10.0, ge=0, description="of the absolute error of the image")
    beta: float = Field(0.02, ge=0, description="weight of the KL divergence of the style in nats")

    @model_validator(mode="after")
    def _the_grid_can_be_halved(self) -> GanTrainingConfig:
        times = len(self.network.channels)
        if self.grid % 2**times:
            raise ValueError(f"grid {self.grid} cannot be halved {times} times, once for each of network.channels")
        return self


class SpadeTrainingConfig(GanTrainingConfig):
    """Training of the SPADE VAE-GAN."""

    model: Literal["spade"]
    network: SpadeNetworkConfig = Field(default_factory=SpadeNetworkConfig)


class CganTrainingConfig(GanTrainingConfig):
    """Training of the conditional GAN that has the labels concatenated."""

    model: Literal["cgan"]
    network: CganNetworkConfig = Field(default_factory=CganNetworkConfig)


class VqvaeTrainingConfig(SynthesisTrainingConfig):
    """Training of the VQ-VAE whose codes the latent diffusion draws; it writes no bundle of its own."""

    model: Literal["vqvae"]
    network: CodesConfig = Field(default_factory=CodesConfig)
    learning_rate: float = Field(1e-3, gt=0)


class LdmTrainingConfig(SynthesisTrainingConfig):
    """Training of the latent diffusion."""

    model: Literal["ldm"]
    bundle: BundleConfig | None = Field(None, description="without it no bundle is written")
    vqvae: Path = Field(description="output folder of the training of the VQ-VAE")
    network: LdmNetworkConfig = Field(default_factory=LdmNetworkConfig)
    learning_rate: float = Field(1e-3, gt=0)
    label_dropout: float = Field(0.15, ge=0, lt=1, description="share of the slices that are drawn without labels")
    style_dropout: float = Field(0.2, ge=0, lt=1, description="share of the slices that are drawn without a style")
    guidance: float = Field(2.0, ge=0, description="w of the guidance, stored in the bundle")

    @model_validator(mode="after")
    def _the_codes_can_be_halved(self) -> LdmTrainingConfig:
        times = len(self.network.channels) + 1
        if self.grid % 2**times:
            raise ValueError(f"grid {self.grid} cannot be halved {times} times, as network.channels would")
        return self
