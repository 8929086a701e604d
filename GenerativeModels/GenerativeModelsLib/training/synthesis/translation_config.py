"""Training config of the translation of images between two domains."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from GenerativeModelsLib.synthesis.translate.domains import CINE_MR, HC18, SIMULATED, ULTRASOUND
from GenerativeModelsLib.training.shared.config_parts import BundleConfig, Strict, TrainerConfig, TrainingConfig

__all__ = ["TranslationDataConfig", "TranslationTrainingConfig"]


class TranslationDataConfig(Strict):
    """Images of two domains.

    heads: axial planes by the simulator, and those of the training part of HC18. folders: cine MR of two scanners, each
    folder with `images/NAME` and, where there are any, `labels/NAME`.
    """

    kind: Literal["heads", "folders"]
    hc18: Path | None = Field(None, description="heads: folder of HC18, or the one above it")
    simulated: int = Field(600, ge=8, description="heads: planes that the simulator draws at the beginning")
    workers: int = Field(1, ge=1, description="heads: processes that simulate")
    first: Path | None = Field(None, description="folders: of the first domain")
    second: Path | None = Field(None, description="folders: of the second domain")
    names: tuple[str, str] | None = Field(None, description="folders: of the two domains, for synthesise translate")
    label_values: str = Field("acdc", description="folders: a preset or values such as lv=3,myo=2,rv=1")
    validation_share: float = Field(0.1, gt=0, lt=1, description="share of the images that validate")

    @model_validator(mode="after")
    def _the_images_of_the_kind(self) -> TranslationDataConfig:
        needed = ("hc18",) if self.kind == "heads" else ("first", "second", "names")
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"{missing[0]} is missing, which {self.kind} needs")
        if self.names is not None and (not all(self.names) or self.names[0] == self.names[1]):
            raise ValueError(f"names are {self.names[0]!r} and {self.names[1]!r}: give two different ones")
        return self

    @property
    def modality(self) -> str:
        """Of both domains."""
        return ULTRASOUND if self.kind == "heads" else CINE_MR

    @property
    def domains(self) -> tuple[str, str]:
        """Names of both domains."""
        return (SIMULATED, HC18) if self.kind == "heads" else self.names


class MovedConfig(Strict):
    """Random changes of a square before it is cut."""

    shift: float = Field(12.0, ge=0, description="largest shift along rows and columns, in pixels of the square")
    rotation_degrees: float = Field(8.0, ge=0)
    scale: float = Field(0.1, ge=0, lt=1, description="largest relative change of size")
    mirrored: bool = Field(True, description="left and right are exchanged at random")


class GeneratorConfig(Strict):
    """Sizes of `models.translation.LookGenerator`."""

    channels: tuple[int, ...] = Field((16, 32, 48), min_length=1)
    knots: int = Field(8, ge=1)
    reach: int = Field(25, ge=1, le=100)


class TranslationTrainingConfig(TrainingConfig):
    """Training of a CycleGAN with a term that keeps the regions of an image where they are."""

    model: Literal["cyclegan"]
    bank: None = None
    data: TranslationDataConfig
    bundle: BundleConfig | None = Field(None, description="without it no bundle is written")
    grid: int = Field(128, ge=16, multiple_of=8, description="rows and columns of a square")
    rows: int = Field(160, ge=32, le=2048, description="heads: rows at which the networks see a picture")
    grid_mm: float = Field(1.25, ge=0.1, le=10, description="folders: distance of the pixels of a square")
    moved: MovedConfig = Field(default_factory=MovedConfig)
    network: GeneratorConfig = Field(default_factory=GeneratorConfig)
    region_channels: tuple[int, ...] = Field((12, 24, 32), min_length=1, description="of the network of the regions")
    critic_channels: int = Field(20, ge=1, description="first feature maps of the discriminators")
    critic_layers: int = Field(3, ge=1, description="their layers after the first; each but the last halves")
    adversarial_weight: float = Field(1.0, ge=0)
    cycle_weight: float = Field(5.0, ge=0)
    identity_weight: float = Field(1.0, ge=0)
    region_weight: float = Field(5.0, ge=0, description="of the regions that must stay where they are")
    region_share: float = Field(
        0.1,
        ge=0,
        lt=1,
        description="share of the steps after which that term has its weight, when the regions are known",
    )
    pool: int = Field(
        50, ge=0, description="earlier images that the discriminators are shown (Shrivastava et al. 2017)"
    )
    trainer: TrainerConfig = Field(default_factory=lambda: TrainerConfig(ema_decay=0.995))
    epochs: int = Field(40, ge=1)
    items_per_epoch: int = Field(300, ge=1)
    batch_size: int = Field(2, ge=2)
    learning_rate: float = Field(5e-4, gt=0)
