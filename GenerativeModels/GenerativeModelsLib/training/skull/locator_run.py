"""Training of the head locator; writes `locator.safetensors`."""

from __future__ import annotations

from pathlib import Path

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
from GenerativeModelsLib.training.skull.config import LocatorTrainingConfig
from GenerativeModelsLib.training.skull.durations import LOCATOR_ITEM, SIMULATION, TRAINING, simulation_seconds
from GenerativeModelsLib.training.skull.locator_data import LocatorData
from GenerativeModelsLib.training.skull.locator_module import LocatorTraining

__all__ = ["train_locator"]


def train_locator(config: LocatorTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Train the head locator; writes `locator.safetensors` into the output folder."""
    real = training_pictures(config.hc18) if config.hc18 else []
    checkpoint, epoch = resumed(config.output, resume)
    pictures = config.items_per_epoch * max(config.epochs - epoch, 0)
    stages.expect({SIMULATION: simulation_seconds(config.bank), TRAINING: LOCATOR_ITEM * pictures})
    files, held_out = filled_bank(config.bank, stages.stage(SIMULATION))
    training = LocatorData(files, real, config.items_per_epoch, config.seed)
    validation = LocatorData(held_out, [], 256, config.seed + 1)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], **options)
    batches = -(-config.items_per_epoch // trainer.world_size) // config.batch_size
    channels = config.network.get("channels", [16, 32, 64, 96, 128])
    module = LocatorTraining(channels, config.learning_rate, optimiser_steps(config, trainer, batches))
    trainer.fit(
        module,
        loader(training, config, config.items_per_epoch, fresh=True, epoch=epoch),
        loader(validation, config, 256, fresh=False),
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        save_net(module.net, config.output / "locator.safetensors")
        record_training(config, config.output, trained=epoch < config.epochs)
    return config.output
