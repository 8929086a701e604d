"""Training of the joint space of images and label maps; writes `joint.safetensors`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch.utils.data import DataLoader

from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import record_training
from GenerativeModelsLib.training.shared.trainer import (
    FreshIndices,
    ReportedBatches,
    make_trainer,
    optimiser_steps,
    resumed,
    save_net,
)
from GenerativeModelsLib.training.uncertainty.cases import ImagedSlices, parts_of
from GenerativeModelsLib.training.uncertainty.config import UncertaintyTrainingConfig
from GenerativeModelsLib.training.uncertainty.data import JointBatches, pieces_of
from GenerativeModelsLib.training.uncertainty.module import JointTraining

__all__ = ["CALIBRATION", "SEGMENTING", "TRAINING", "WEIGHTS", "train_joint"]

WEIGHTS = "joint.safetensors"
TRAINING, SEGMENTING, CALIBRATION = "Training", "Training a network that errs", "Calibrating"
ITEM, NETWORK_STEP, CALIBRATED = 0.004, 0.2, 0.15
"""Seconds of one core of an AMD EPYC for a piece of a batch, a step of the network, and a slice of the calibration."""


def train_joint(config: UncertaintyTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Run the training of a config; returns the output folder."""
    checkpoint, epoch = resumed(config.output, resume)
    parts = parts_of(config)
    slices, held_out = (ImagedSlices.of(cases, config.view) for cases in (parts.training, parts.calibration))
    left = max(config.epochs - epoch, 0)
    calibrating = {SEGMENTING: NETWORK_STEP * config.network_steps, CALIBRATION: CALIBRATED * len(held_out)}
    stages.expect({TRAINING: ITEM * left * config.items_per_epoch, **(calibrating if config.bundle else {})})
    batches = max(1, config.items_per_epoch // config.batch_size)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], **options)
    steps = optimiser_steps(config, trainer, -(-batches // trainer.world_size))
    module = JointTraining(config=config, steps=steps)
    trainer.fit(
        module,
        DataLoader(JointBatches(slices, config), batch_size=None, sampler=FreshIndices(batches, epoch)),
        DataLoader([pieces_of(held_out, np.arange(len(held_out)), config, None)], batch_size=None),
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        save_net(module.net, config.output / WEIGHTS)
        record_training(config, config.output, trained=epoch < config.epochs)
    return config.output
