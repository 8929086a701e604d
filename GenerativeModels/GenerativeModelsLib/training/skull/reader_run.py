"""Training of the plane reader; writes `reader.safetensors`."""

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
from GenerativeModelsLib.training.skull.config import ReaderTrainingConfig
from GenerativeModelsLib.training.skull.durations import READER_ITEM, SIMULATION, TRAINING, simulation_seconds
from GenerativeModelsLib.training.skull.reader_data import ReaderData
from GenerativeModelsLib.training.skull.reader_module import ReaderTraining

__all__ = ["train_reader"]


def train_reader(config: ReaderTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Train the border reader and the facing network; writes `reader.safetensors` into the output folder."""
    real = training_pictures(config.hc18) if config.hc18 else []
    checkpoint, epoch = resumed(config.output, resume)
    pictures = config.items_per_epoch * max(config.epochs - epoch, 0)
    stages.expect({SIMULATION: simulation_seconds(config.bank), TRAINING: READER_ITEM * pictures})
    files, held_out = filled_bank(config.bank, stages.stage(SIMULATION))
    training = ReaderData(files, real, config.items_per_epoch, config.seed)
    validation = ReaderData(held_out, [], 512, config.seed + 1)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], **options)
    batches = -(-config.items_per_epoch // trainer.world_size) // config.batch_size
    module = ReaderTraining(config.learning_rate, optimiser_steps(config, trainer, batches))
    trainer.fit(
        module,
        loader(training, config, config.items_per_epoch, fresh=True, epoch=epoch),
        loader(validation, config, 512, fresh=False),
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        save_net(module.net, config.output / "reader.safetensors")
        record_training(config, config.output, trained=epoch < config.epochs)
    return config.output
