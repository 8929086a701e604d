"""What the configs of every training share."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["BankConfig", "BundleConfig", "Strict"]


class Strict(BaseModel):
    """Fields that nobody knows are mistakes."""

    model_config = ConfigDict(extra="forbid")


class BankConfig(Strict):
    """Simulated cases on disk: the shards `first` to `first + shards - 1` train, those of `validation` do not."""

    folder: Path
    first: int = 0
    shards: int = Field(150, ge=1)
    validation_first: int = 900_000
    validation_shards: int = Field(2, ge=1)
    workers: int = Field(1, ge=0, description="processes that simulate in the background; 0 uses what is there")


class BundleConfig(Strict):
    """The model bundle that a finished training becomes."""

    output: Path
    name: str
    version: str
    licence: str = "Apache-2.0"
    calibration_cases: int = Field(150, ge=50, description="held-out simulated cases the spread is calibrated on")
    workers: int = Field(2, ge=1)
    population: str = Field("", description="one or two sentences on what it learnt from, for the card")
    limits: list[str] = Field(default_factory=list)
