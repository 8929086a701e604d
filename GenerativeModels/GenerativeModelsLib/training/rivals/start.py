"""Begin and end of the trainings of the models that HiREC-CVAE is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from GenerativeModelsLib.evaluation.data.hc18 import training_pictures
from GenerativeModelsLib.skull.predictors.load import WEIGHTS
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import record_training
from GenerativeModelsLib.training.shared.whole_file import whole_file
from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig
from GenerativeModelsLib.training.skull.durations import TRAINING, training_seconds
from GenerativeModelsLib.training.skull.field_basis import write_basis
from GenerativeModelsLib.training.skull.sources import Sources, read_sources, require_reader

__all__ = ["RANK", "begin", "save_predictor"]

RANK = 64
"""Modes of the basis, as of HiREC-CVAE."""


def begin(config: PredictorTrainingConfig, stages: Stages, *, seconds: float) -> Sources:
    """What the training reads, simulated where it does not exist yet.

    Parameters
    ----------
    seconds
        Expected time of the training itself, on one core of an AMD EPYC.

    Raises
    ------
    InputError
        The locator, the plane reader or HC18 is missing.
    """
    if config.hc18:
        training_pictures(config.hc18)  # refused before anything is simulated
    require_reader(config)
    basis = write_basis(config.output / "basis.safetensors", RANK)
    stages.expect({**training_seconds(config, basis, 0, 0), TRAINING: seconds})
    return read_sources(config, basis, stages)


def save_predictor(config: PredictorTrainingConfig, tensors: Mapping[str, Tensor], *, trained: bool = True) -> Path:
    """Write the tensors and the record of a finished training; returns the output folder."""
    with whole_file(config.output / WEIGHTS) as part:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, part)
    record_training(config, config.output, trained=trained)
    return config.output
