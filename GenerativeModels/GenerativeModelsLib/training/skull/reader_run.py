"""Training of the plane reader; writes `reader.safetensors`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull.config import ReaderTrainingConfig
from GenerativeModelsLib.training.skull.durations import READER_ITEM
from GenerativeModelsLib.training.skull.picture_run import train_on_pictures
from GenerativeModelsLib.training.skull.reader_data import ReaderData
from GenerativeModelsLib.training.skull.reader_module import ReaderTraining
from GenerativeModelsLib.training.skull.translated import Translation

__all__ = ["train_reader"]


def train_reader(config: ReaderTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Train the border reader and the facing network; writes `reader.safetensors` into the output folder."""
    data = ReaderData
    if config.translated is not None:
        data = partial(ReaderData, translation=Translation.of(config.translated))
    return train_on_pictures(
        config,
        resume,
        options,
        stages,
        data=data,
        validation=ReaderData,
        validation_items=512,
        item_seconds=READER_ITEM,
        module=lambda steps: ReaderTraining(config.learning_rate, steps),
        file="reader.safetensors",
    )
