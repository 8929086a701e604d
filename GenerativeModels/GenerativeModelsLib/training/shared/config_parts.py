"""Fields and sections shared by the configs of all trainings."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import DEFAULT, parse_language
from GenerativeModelsLib.training.shared.placeholders import placeholder_in

__all__ = ["BankConfig", "BundleConfig", "FoldConfig", "Precision", "Strict", "TrainerConfig", "TrainingConfig"]

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]
"""Lightning's names: single precision, or mixed precision in bfloat16 or float16."""


_SHAPES = {"version": "begin with numbers, such as 1.0", "name": "give 1 to 100 characters"}
"""What the fields of a bundle must look like."""


class Strict(BaseModel):
    """Model that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid")


class FoldConfig(Strict):
    """Part of a bank that is left out of a training: every `of`-th shard, beginning with the `index`-th."""

    index: int = Field(ge=0)
    of: int = Field(ge=2)

    @model_validator(mode="after")
    def _the_fold_exists(self) -> FoldConfig:
        if self.index >= self.of:
            raise ValueError(f"index is {self.index}, expected 0 to {self.of - 1}")
        return self


class BankConfig(Strict):
    """Simulated cases on disk: shards `first` to `first + shards - 1` for training, others for validation."""

    folder: Path
    first: int = 0
    shards: int = Field(150, ge=1)
    validation_first: int = 900_000
    validation_shards: int = Field(2, ge=1)
    workers: int | None = Field(None, ge=0, description="processes that simulate; all cores by default")
    fold: FoldConfig | None = Field(None, description="shards left out of the training, for cross-validation")

    @model_validator(mode="after")
    def _a_shard_is_left(self) -> BankConfig:
        if not self.seeds:
            raise ValueError(f"shards is {self.shards}, and fold leaves out all: give at least {self.fold.of}")
        return self

    @property
    def seeds(self) -> list[int]:
        """Numbers of the shards for training."""
        return [seed for seed in range(self.first, self.first + self.shards) if not self._left_out(seed)]

    @property
    def left_out_seeds(self) -> list[int]:
        """Numbers of the shards that the fold leaves out."""
        return [seed for seed in range(self.first, self.first + self.shards) if self._left_out(seed)]

    @property
    def validation_seeds(self) -> range:
        """Numbers of the shards for validation."""
        return range(self.validation_first, self.validation_first + self.validation_shards)

    def _left_out(self, seed: int) -> bool:
        return self.fold is not None and (seed - self.first) % self.fold.of == self.fold.index

    @property
    def processes(self) -> int:
        """Number of processes, at least 1."""
        return max(1, (os.cpu_count() or 1) if self.workers is None else self.workers)


class BundleConfig(Strict):
    """Model bundle written after the training."""

    output: Path
    name: str
    version: str
    licence: str = "Apache-2.0"
    calibration_cases: int = Field(150, ge=50, description="held-out simulated cases the spread is calibrated on")
    workers: int = Field(2, ge=1)
    population: str = Field("", description="one or two sentences on the training population, for the card")
    limits: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _a_bundle_can_be_written(self) -> BundleConfig:
        """Refused now, not after hours of training."""
        given = {"name": self.name, "version": self.version, "licence": self.licence}
        try:
            ModelDescription(kind="any", architecture={"any": Component(class_name="Any")}, **given)
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0])
            raise ValueError(f"{field} is {given.get(field)!r}: {_SHAPES.get(field, first['msg'])}") from error
        if self.output.exists() and not self.output.is_dir():
            raise ValueError(f"output {self.output} is a file: name a folder for the bundle")
        return self


class TrainerConfig(Strict):
    """Settings of the optimiser steps; see `training.shared.trainer`."""

    gradient_clip: float | None = Field(1.0, gt=0, description="largest norm of the gradient; null disables clipping")
    precision: Precision = "32-true"
    accumulate: int = Field(1, ge=1, description="batches whose gradients are accumulated for one step")
    ema_decay: float | None = Field(
        None, gt=0, lt=1, description="share of the old average in an exponential moving average of the weights"
    )


class TrainingConfig(Strict):
    """Fields of every training. Relative paths start at the working directory.

    The config of a model is a subclass: `model` is a `Literal` of its names, fields of this model are added, and
    defaults may be replaced. `training.config` lists it.
    """

    unused: ClassVar[frozenset[str]] = frozenset()
    """Fields that earlier versions accepted for this model and did not use; they are ignored with a warning."""

    model: str
    output: Path
    bank: BankConfig
    trainer: TrainerConfig = Field(default_factory=TrainerConfig)
    seed: int = 1
    language: str = Field(DEFAULT, description="of the report on own cases, en or de")
    epochs: int = Field(50, ge=1)
    items_per_epoch: int = Field(2000, ge=1)
    batch_size: int = Field(32, ge=2)
    learning_rate: float = Field(2e-3, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_was_never_used(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        for name in sorted(cls.unused & fields.keys()):
            warnings.warn(f"{name} is not used in a {fields.get('model')} training: leave it out.", stacklevel=2)
        return {name: value for name, value in fields.items() if name not in cls.unused}

    @field_validator("language")
    @classmethod
    def _there_is_such_a_language(cls, language: str) -> str:
        try:
            return parse_language(language)
        except InputError as error:
            raise ValueError(error.in_words(str)) from error

    @model_validator(mode="before")
    @classmethod
    def _no_placeholders(cls, fields: Any) -> Any:
        if found := placeholder_in(fields):
            name, text = found
            raise ValueError(f"{name} still holds the example's text '{text}': write your own in its place")
        return fields

    @model_validator(mode="after")
    def _an_epoch_has_a_batch(self) -> TrainingConfig:
        if self.items_per_epoch < self.batch_size:
            raise ValueError(
                f"items_per_epoch is {self.items_per_epoch}, expected at least batch_size {self.batch_size}"
            )
        return self
