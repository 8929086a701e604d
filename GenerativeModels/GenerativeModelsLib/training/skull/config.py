"""Training configs of the head locator, the plane reader, the skull models and the models they are compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from GenerativeModelsLib.training.shared.config_parts import BundleConfig, Precision, Strict, TrainingConfig

__all__ = [
    "REAL_TERMS",
    "CohortConfig",
    "LocatorTrainingConfig",
    "PopulationTrainingConfig",
    "PredictorTrainingConfig",
    "ReaderTrainingConfig",
    "SkullTrainingConfig",
    "TranslatedConfig",
]


RealTerm = Literal["border", "size", "mean_prior", "spread_match", "domain"]
REAL_TERMS: dict[RealTerm, float] = {"border": 10, "size": 10, "mean_prior": 5, "spread_match": 5, "domain": 10}
"""Losses on real pictures and their weights, see `training.skull.module`."""


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


class TranslatedConfig(Strict):
    """Simulated axial pictures that are translated to the look of real ones."""

    bundle: Path = Field(description="of a cyclegan training on heads")
    share: float = Field(0.5, gt=0, le=1, description="share of the simulated axial pictures")


class ReaderTrainingConfig(TrainingConfig):
    """Training of the plane reader: border reader and facing network."""

    model: Literal["plane-reader"]
    hc18: Path | None = Field(None, description="folder of real axial pictures with outlines")
    translated: TranslatedConfig | None = Field(None, description="an augmentation; without it none is translated")
    loader_workers: int = Field(1, ge=0, description="processes that prepare the pictures")


class PopulationTrainingConfig(TrainingConfig):
    """Fields of every training on the readings of a bank of simulated heads."""

    hc18: Path | None = Field(None, description="folder of real axial pictures with outlines")
    locator: Path | None = Field(None, description="folder of the trained locator; needed unless `start_from` has one")
    reader: Path | None = Field(
        None, description="folder of the trained plane reader; needed unless `start_from` has one"
    )
    shapes: int = Field(40, ge=0, description="files of 500 heads without pictures each; 0 trains on pictures alone")
    derived: Path | None = Field(
        None, description="folder of the readings and drawn heads, which trainings may share; `output` by default"
    )
    network: dict = Field(default_factory=dict)
    real_weight: float = Field(1.0, ge=0, description="weight of the outlines of real axial pictures")


class SkullTrainingConfig(PopulationTrainingConfig):
    """Training of a skull model."""

    unused = frozenset({"loader_workers", "precision"})

    model: Literal["HiRecCVAE", "RecCVAE"]
    start_from: Literal["shipped"] | Path | None = Field(
        None, description="bundle whose networks and basis the training starts from; `shipped` comes with the software"
    )
    heads: Path | None = Field(
        None, description="data folder with fetal_heads_spina_bifida: real heads for the calibration of the uncertainty"
    )
    head_views: int = Field(10, ge=1, description="simulated examinations of each of these heads")
    cohort: CohortConfig | None = Field(None, description="own cases in addition to those of the bank")
    bundle: BundleConfig | None = Field(None, description="without it no bundle is written")
    kl_warm_up: float = Field(0.3, ge=0, le=1, description="share of the steps over which beta rises to its value")
    beta: float = Field(1.0, ge=0, description="weight of the KL divergence after the warm-up")
    free_bits: float = Field(0.01, ge=0, description="KL in nats, per latent dimension, that is not penalised")
    real_terms: dict[RealTerm, float] = Field(
        default_factory=lambda: dict(REAL_TERMS),
        description="weights of the losses on real pictures; one left out is 0",
    )


class PredictorTrainingConfig(PopulationTrainingConfig):
    """Training of a model that HiREC-CVAE is compared with; `network` holds its parameters.

    The published ones: tl-net, skull-gan. An implicit auto-decoder: implicit-head. Regression: ridge-head. Shape models
    fitted to the borders: pca-head, gp-head. Without shape: ellipsoid-head, mean-head.
    """

    model: Literal[
        "tl-net", "skull-gan", "implicit-head", "ridge-head", "pca-head", "gp-head", "ellipsoid-head", "mean-head"
    ]
