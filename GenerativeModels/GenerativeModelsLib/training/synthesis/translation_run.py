"""Training of the translation between two domains; writes `cyclegan.safetensors`."""

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
from GenerativeModelsLib.training.synthesis.looks import Look, looks_of, regions_of
from GenerativeModelsLib.training.synthesis.translation_config import TranslationTrainingConfig
from GenerativeModelsLib.training.synthesis.translation_data import (
    TranslationBatch,
    TranslationBatches,
    squares_of,
)

__all__ = ["train_translation", "translation_weights"]

DRAWING, TRAINING = "Images", "Training"
ITEM, IMAGE = 0.2, 0.12
"""Seconds of one core of an AMD EPYC for an item of a batch, and for a simulated plane."""
_VALIDATED = 4


def translation_weights(config: TranslationTrainingConfig) -> Path:
    """File of the generators of a training."""
    return config.output / "cyclegan.safetensors"


def train_translation(config: TranslationTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Run the training of a config; returns the output folder."""
    from GenerativeModelsLib.training.synthesis.translation_module import TranslationTraining

    checkpoint, epoch = resumed(config.output, resume)
    simulated = config.data.simulated if config.data.kind == "heads" else 0
    left = max(config.epochs - epoch, 0) * config.items_per_epoch
    stages.expect({DRAWING: IMAGE * simulated / config.data.workers, TRAINING: ITEM * left})
    looks = looks_of(config, stages.stage(DRAWING))
    batches = max(1, config.items_per_epoch // config.batch_size)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], automatic_optimization=False, **options)
    steps = optimiser_steps(config, trainer, -(-batches // trainer.world_size))
    module = TranslationTraining(config=config, steps=steps, regions=regions_of(config))
    trainer.fit(
        module,
        DataLoader(TranslationBatches(looks.training, config), batch_size=None, sampler=FreshIndices(batches, epoch)),
        DataLoader(_held_out(looks.validation, config), batch_size=None),
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        save_net(module.net, translation_weights(config))
        record_training(config, config.output, trained=epoch < config.epochs)
    return config.output


def _held_out(looks: tuple[Look, Look], config: TranslationTrainingConfig) -> list[TranslationBatch]:
    """Unmoved squares of both domains in batches, as many of each."""
    count = min(len(look) for look in looks)
    found = []
    for which in np.array_split(np.arange(count), -(-count // _VALIDATED)):
        (first, first_regions), (second, second_regions) = (squares_of(look, which, config, None) for look in looks)
        found.append(TranslationBatch(first, second, first_regions, second_regions))
    return found
