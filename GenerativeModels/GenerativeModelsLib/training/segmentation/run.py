"""Training of a VAE of label maps: a bank of simulated sequences, Sunnybrook, the network; writes
`labels.safetensors`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from safetensors.torch import save_file
from torch.utils.data import DataLoader

from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence
from GenerativeModelsLib.segmentation.population.sunnybrook import sunnybrook_slices
from GenerativeModelsLib.training.segmentation.bank import fill_label_bank
from GenerativeModelsLib.training.segmentation.config import LabelTrainingConfig
from GenerativeModelsLib.training.segmentation.data import LabelBatches
from GenerativeModelsLib.training.segmentation.durations import SIMULATION, TRAINING, expected_seconds
from GenerativeModelsLib.training.segmentation.module import LabelTraining, held_out_batches
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import record_training
from GenerativeModelsLib.training.shared.trainer import (
    FreshIndices,
    ReportedBatches,
    make_trainer,
    optimiser_steps,
    resumed,
)

__all__ = ["WEIGHTS", "Population", "population_of", "train_labels"]

WEIGHTS = "labels.safetensors"
MEASURED = 2048
"""Moved maps from which mean and standard deviation of the attributes are taken."""
VALIDATION_MAPS = 1000


class Population(NamedTuple):
    """Maps by what they are for; no heart is in two of them.

    Attributes
    ----------
    training, held_out : simulated maps.
    real : maps of Sunnybrook, None without it.
    """

    training: FrameMaps
    held_out: FrameMaps
    real: FrameMaps | None


def population_of(config: LabelTrainingConfig, stages: Stages) -> Population:
    """The maps of a config; hearts of the bank are split by shards.

    Of Sunnybrook the first, third, ... patient is read. Benchmarks hold out the others.
    """
    bank = config.bank
    progress = stages.stage(SIMULATION)
    fill_label_bank(config, [*bank.seeds, *bank.validation_seeds], progress)

    def maps(sequences: Sequence[LabelSequence]) -> FrameMaps:
        return FrameMaps.of(sequences, config.grid, config.pixel_mm)

    parts = [maps(fill_label_bank(config, seeds)) for seeds in (bank.seeds, bank.validation_seeds)]
    if config.sunnybrook is None:
        return Population(*parts, None)
    slices = sunnybrook_slices(config.sunnybrook)
    patients = sorted({sequence.subject for sequence in slices})
    return Population(*parts, maps([each for each in slices if patients.index(each.subject) % 2 == 0]))


def train_labels(config: LabelTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Run the training of a config; returns the output folder."""
    checkpoint, epoch = resumed(config.output, resume)
    stages.expect(expected_seconds(config, max(config.epochs - epoch, 0)))
    population = population_of(config, stages)
    batches = max(1, config.items_per_epoch // config.batch_size)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], **options)
    steps = optimiser_steps(config, trainer, -(-batches // trainer.world_size))
    module = LabelTraining(config=config, steps=steps)
    data = LabelBatches(
        population.training,
        config.batch_size,
        config.seed,
        config.augmentation,
        population.real,
        config.sunnybrook_share,
    )
    module.start_from(LabelBatches(population.training, MEASURED, config.seed + 1, config.augmentation)[0])
    trainer.fit(
        module,
        DataLoader(data, batch_size=None, sampler=FreshIndices(batches, epoch)),
        DataLoader(held_out_batches(population.held_out.some(VALIDATION_MAPS), 250), batch_size=None),
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        scales = {name: getattr(module, name).contiguous() for name in ("centre", "scale")}
        weights = {f"net.{name}": tensor.contiguous() for name, tensor in module.net.state_dict().items()}
        save_file(weights | scales, config.output / WEIGHTS)
        record_training(config, config.output, trained=epoch < config.epochs)
    return config.output
