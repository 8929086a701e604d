"""Training of the head locator; writes `locator.safetensors`."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull.config import LocatorTrainingConfig
from GenerativeModelsLib.training.skull.durations import LOCATOR_ITEM
from GenerativeModelsLib.training.skull.locator_data import LocatorData
from GenerativeModelsLib.training.skull.locator_module import LocatorTraining
from GenerativeModelsLib.training.skull.picture_run import train_on_pictures

__all__ = ["train_locator"]


def train_locator(config: LocatorTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Train the head locator; writes `locator.safetensors` into the output folder."""
    channels = config.network.get("channels", [16, 32, 64, 96, 128])
    return train_on_pictures(
        config,
        resume,
        options,
        stages,
        data=LocatorData,
        validation_items=256,
        item_seconds=LOCATOR_ITEM,
        module=lambda steps: LocatorTraining(channels, config.learning_rate, steps),
        file="locator.safetensors",
    )
