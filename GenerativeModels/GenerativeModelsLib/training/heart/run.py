"""Training of the heart models: a bank of simulated hearts, their features, the nets; writes `heart.safetensors`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from GenerativeModelsLib.heart.infer.bundle import baseline_parameters
from GenerativeModelsLib.heart.infer.code import PHASES, encode
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.training.heart.bank import (
    LabelledHearts,
    heart_shard_path,
    read_heart_shards,
    write_heart_shard,
)
from GenerativeModelsLib.training.heart.cohort import read_heart_rows, read_hearts, split_sentence
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
from GenerativeModelsLib.training.heart.data import HeartBatches, heart_features
from GenerativeModelsLib.training.heart.durations import FEATURES, OWN, SIMULATION, TRAINING, expected_seconds
from GenerativeModelsLib.training.heart.module import HeartTraining
from GenerativeModelsLib.training.shared.config_parts import BankConfig
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.trainer import (
    FreshIndices,
    ReportedBatches,
    make_trainer,
    optimiser_steps,
    resumed,
    save_net,
)

__all__ = ["fill_heart_bank", "networks", "train_heart"]

VIEWS = 4
"""Views of every heart with the errors of label maps, in addition to the error-free one."""
BASIS_HEARTS = 5000


def fill_heart_bank(bank: BankConfig, seeds: Sequence[int], progress: Progress | None = None) -> LabelledHearts:
    """The hearts of `seeds`; shards that are not there yet are made by the bank's workers."""
    missing = [seed for seed in seeds if not heart_shard_path(bank.folder, seed).exists()]
    parallel_map(partial(write_heart_shard, folder=bank.folder), missing, bank.processes, progress=progress)
    return read_heart_shards([heart_shard_path(bank.folder, seed) for seed in seeds])


def networks(config: HeartTrainingConfig) -> dict[str, dict]:
    """Keyword arguments of the nets that are trained: lvae and, as a baseline, vae with its lowest level alone."""
    ladder = config.network.model_dump()
    ladder = {name: list(value) if isinstance(value, tuple) else value for name, value in ladder.items()}
    ladder["groups"] = PHASES
    found = {"lvae": ladder}
    if config.baseline:
        found["vae"] = baseline_parameters(ladder)
    return found


def train_heart(config: HeartTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Run the training of a config; returns the output folder."""
    bank = config.bank
    rows = read_heart_rows(config.cohort) if config.cohort else []
    checkpoint, epoch = resumed(config.output, resume)
    test = sum(row.part == "test" for row in rows)
    stages.expect(expected_seconds(config, max(config.epochs - epoch, 0), len(rows), test))
    own_hearts = None
    if config.cohort:
        own_hearts = read_hearts(config.cohort.table, rows, stages.stage(OWN))
        print(f"Cohort {config.cohort.table}: {len(rows)} hearts. {split_sentence(config.cohort)}", file=sys.stderr)
    fill_heart_bank(bank, [*bank.seeds, *bank.validation_seeds], stages.stage(SIMULATION))
    hearts, held_out = fill_heart_bank(bank, bank.seeds), fill_heart_bank(bank, bank.validation_seeds)
    batches = max(1, config.items_per_epoch // config.batch_size)
    stages.stage(FEATURES)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], **options)
    module = HeartTraining(
        networks=networks(config),
        config=config,
        steps=optimiser_steps(config, trainer, -(-batches // trainer.world_size)),
    )
    order = torch.randperm(len(hearts), generator=torch.Generator().manual_seed(config.seed))[:BASIS_HEARTS]
    first = hearts[order.numpy()].rays
    module.start_from(torch.from_numpy(encode(first)), torch.from_numpy(first[:, 0].thickest_mm).float())
    net = module.nets["lvae"]
    own = None if own_hearts is None else heart_features(net, own_hearts, 0, config.seed)
    data = HeartBatches(
        heart_features(net, hearts, VIEWS, config.seed),
        config.batch_size,
        config.seed,
        config.es_missing,
        own,
        config.cohort.share if config.cohort else 0.0,
    )
    fixed = HeartBatches(heart_features(net, held_out, 1, config.seed + 1), 250, 0, 0.0)
    trainer.fit(
        module,
        DataLoader(data, batch_size=None, sampler=FreshIndices(batches, epoch)),
        DataLoader(fixed, batch_size=None, sampler=range(4)),
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        save_net(module.nets, config.output / "heart.safetensors")
    return config.output
