"""`generative-models train`: config in, trained weights out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import lightning as L
from lightning.pytorch.utilities import rank_zero_only

from GenerativeModelsLib.training.config import HEART_MODEL, read_config

if TYPE_CHECKING:
    from GenerativeModelsLib.training.heart.config import HeartTrainingConfig

__all__ = ["train"]


def train(path: Path, *, resume: bool = True, output: Path | None = None, **trainer_options: object) -> Path:
    """Train what the config describes; returns the folder of the weights, or of the bundle if it asks for one.

    Parameters
    ----------
    path
        YAML file, see `skull.config.TrainingConfig` and `heart.config.HeartTrainingConfig`.
    resume
        Go on from the last checkpoint in the output folder, if there is one.
    trainer_options
        Passed to `lightning.Trainer`: devices, num_nodes, strategy, accelerator, ...
    """
    config = read_config(path)
    if output is not None:
        config.output = Path(output)
    L.seed_everything(config.seed, workers=True, verbose=False)
    if config.model == "head-locator":
        from GenerativeModelsLib.training.skull.locator_run import train_locator

        return train_locator(config, resume, trainer_options)
    if config.model == HEART_MODEL:
        return _train_heart(config, resume, trainer_options)
    from GenerativeModelsLib.training.skull.run import train_skull
    from GenerativeModelsLib.training.skull.start import with_start

    config = with_start(config)
    train_skull(config, resume, trainer_options)
    if config.bundle is None or rank_zero_only.rank != 0:
        return config.output
    from GenerativeModelsLib.training.skull.publish import publish

    return publish(config)


def _train_heart(config: HeartTrainingConfig, resume: bool, options: dict) -> Path:
    from GenerativeModelsLib.training.heart.run import train_heart

    train_heart(config, resume, options)
    if config.bundle is None or rank_zero_only.rank != 0:
        return config.output
    from GenerativeModelsLib.training.heart.publish import publish_heart

    return publish_heart(config)
