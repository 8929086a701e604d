"""Training of a network on simulated and real pictures; shared by the head locator and the plane reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.evaluation.data.hc18 import training_pictures
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import record_training
from GenerativeModelsLib.training.shared.trainer import (
    ReportedBatches,
    loader,
    make_trainer,
    optimiser_steps,
    resumed,
    save_net,
)
from GenerativeModelsLib.training.skull.bank import filled_bank
from GenerativeModelsLib.training.skull.config import LocatorTrainingConfig, ReaderTrainingConfig
from GenerativeModelsLib.training.skull.durations import SIMULATION, TRAINING, simulation_seconds

if TYPE_CHECKING:
    from lightning import LightningModule
    from torch.utils.data import Dataset

__all__ = ["train_on_pictures"]


def train_on_pictures(
    config: LocatorTrainingConfig | ReaderTrainingConfig,
    resume: bool,
    options: dict,
    stages: Stages,
    *,
    data: Callable[..., Dataset],
    validation: Callable[..., Dataset] | None = None,
    validation_items: int,
    item_seconds: float,
    module: Callable[[int], LightningModule],
    file: str,
) -> Path:
    """Train a network; writes its weights into the output folder and returns that folder.

    Parameters
    ----------
    resume, options, stages
        Whether an earlier run goes on, options of the trainer, and where progress is reported.
    data
        (files of the bank, real pictures, items an epoch, seed) -> data set; real pictures are not validated on.
    validation
        As `data`, for what is validated on; None: `data`.
    validation_items
        Pictures of a validation.
    item_seconds
        Expected seconds of a picture of the training.
    module
        Number of optimiser steps -> module with the network `net`.
    file
        Name of the file of weights.
    """
    real = training_pictures(config.hc18) if config.hc18 else []
    checkpoint, epoch = resumed(config.output, resume)
    pictures = config.items_per_epoch * max(config.epochs - epoch, 0)
    stages.expect({SIMULATION: simulation_seconds(config.bank), TRAINING: item_seconds * pictures})
    files, held_out = filled_bank(config.bank, stages.stage(SIMULATION))
    training = data(files, real, config.items_per_epoch, config.seed)
    held_out_data = (validation or data)(held_out, [], validation_items, config.seed + 1)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], **options)
    batches = -(-config.items_per_epoch // trainer.world_size) // config.batch_size
    trained = module(optimiser_steps(config, trainer, batches))
    trainer.fit(
        trained,
        loader(training, config, config.items_per_epoch, fresh=True, epoch=epoch),
        loader(held_out_data, config, validation_items, fresh=False),
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        save_net(trained.net, config.output / file)
        record_training(config, config.output, trained=epoch < config.epochs)
    return config.output
