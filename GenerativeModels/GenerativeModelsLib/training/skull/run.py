"""Training of a skull model: basis, crops by the locator, networks; writes `skull.safetensors`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import lightning as L
import torch
from safetensors.torch import load_file
from torch.utils.data import DataLoader

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import read_hc18, split_hc18
from GenerativeModelsLib.training.shared.background import in_background
from GenerativeModelsLib.training.shared.trainer import (
    FreshIndices,
    last_checkpoint,
    make_trainer,
    optimiser_steps,
    save_net,
)
from GenerativeModelsLib.training.skull.bank import shard_path, write_shard
from GenerativeModelsLib.training.skull.cohort import OwnCrops, crop_cohort
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.crops import crop_file, crop_real, load_locator
from GenerativeModelsLib.training.skull.data import FixedBatches, SkullData
from GenerativeModelsLib.training.skull.field_basis import load_basis, mirror_matrix, write_basis
from GenerativeModelsLib.training.skull.module import SkullTraining
from GenerativeModelsLib.training.skull.pictures import ReconstructionPictures
from GenerativeModelsLib.training.skull.start import START, with_start

LEAST_REAL_HC_MM = 110.0
"""Smallest real head circumference used; smaller heads are younger than the population."""


def _make_crops(seed: int, bank: Path, output: Path, locator: Path, basis: Path) -> None:
    crop_file(write_shard(bank, seed), output, locator, basis)


@contextlib.contextmanager
def growing_crops(config: SkullTrainingConfig, folder: Path, basis: Path) -> Iterator[None]:
    """Write the crops of the validation shards and of one training shard, the others in the background."""
    bank = config.bank
    folder.mkdir(parents=True, exist_ok=True)
    validation = range(bank.validation_first, bank.validation_first + bank.validation_shards)
    arguments = (bank.folder, folder, config.locator, basis)
    for seed in (*validation, bank.first):
        _make_crops(seed, *arguments)
    seeds = range(bank.first, bank.first + bank.shards)
    missing = [s for s in seeds if not (folder / f"crops-{s:06d}.npz").exists()]
    missing.sort(key=lambda s: not shard_path(bank.folder, s).exists())
    with in_background(_make_crops, missing, bank.workers, *arguments):
        yield


class TakeInNewCrops(L.Callback):
    """Before each epoch, loads the crops that background processes have added."""

    def __init__(self, data: SkullData, folder: Path, seeds: range) -> None:
        self.data, self.folder, self.seeds = data, folder, seeds

    def on_train_epoch_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        self.data.refresh(crop_files(self.folder, self.seeds))
        module.log("cases", float(len(self.data.crops.pictures)))


def crop_files(folder: Path, seeds: range) -> list[Path]:
    found = sorted(Path(folder).glob("crops-??????.npz"))
    return [path for path in found if int(path.stem[6:]) in seeds]


def _fixed(data: SkullData) -> FixedBatches:
    return FixedBatches(data, min(64, len(data.crops.pictures)))


def train_skull(config: SkullTrainingConfig, resume: bool, options: dict) -> Path:
    """Train REC-CVAE or HiREC-CVAE; returns the output folder."""
    config = with_start(config)
    if config.locator is None or not (config.locator / "locator.safetensors").is_file():
        raise InputError(
            f"locator: {config.locator} holds no locator.safetensors: train the head locator first, make train-locator."
        )
    network = {"rank": 64, **config.network}
    basis_path = write_basis(config.output / "basis.safetensors", network["rank"])
    basis = load_basis(basis_path)
    mirror = mirror_matrix(basis)
    folder = config.output / "crops"
    bank = config.bank
    seeds = range(bank.first, bank.first + bank.shards)
    held_out = range(bank.validation_first, bank.validation_first + bank.validation_shards)
    real = None
    if config.hc18:
        cases = [c for c in split_hc18(read_hc18(config.hc18)).training if c.hc_mm >= LEAST_REAL_HC_MM]
        real = crop_real(cases, load_locator(config.locator))
    own: dict[str, OwnCrops] = {}
    if config.cohort is not None:
        own = crop_cohort(config.cohort, config.output, config.locator, basis_path, config.start_from, bank.workers)
    with growing_crops(config, folder, basis_path):
        real_size = config.batch_size // 4 if real is not None else 0
        own_size = round(config.cohort.share * config.batch_size) if own else 0
        data = SkullData(
            crop_files(folder, seeds),
            real,
            mirror,
            config.batch_size,
            real_size,
            config.seed,
            own.get("train"),
            own_size,
        )
        validation = [_fixed(SkullData(crop_files(folder, held_out), None, mirror, 64, 0, 0))]
        if "calibration" in own:
            validation.append(_fixed(SkullData([], None, mirror, 64, 0, 0, own["calibration"])))
        callbacks = [TakeInNewCrops(data, folder, seeds), ReconstructionPictures(validation[0])]
        callbacks += [ReconstructionPictures(held, name="reconstructions of own cases") for held in validation[1:]]
        trainer = make_trainer(config, callbacks, **options)
        batches = max(1, config.items_per_epoch // config.batch_size)
        module = SkullTraining(
            config.model,
            network,
            basis,
            data.x_scale(),
            config.learning_rate,
            optimiser_steps(config, trainer, -(-batches // trainer.world_size)),
            config.kl_warm_up,
            config.free_bits,
            config.real_weight,
            config.precision == "bf16-mixed",
        )
        checkpoint = last_checkpoint(config.output) if resume else None
        epoch = torch.load(checkpoint, weights_only=True)["epoch"] + 1 if checkpoint else 0
        if config.start_from is not None and checkpoint is None:
            module.net.load_state_dict(load_file(config.output / START))
        trainer.fit(
            module,
            DataLoader(data, batch_size=None, sampler=FreshIndices(batches, epoch)),
            [DataLoader(held, batch_size=None) for held in validation],
            ckpt_path=checkpoint,
        )
    if trainer.is_global_zero:
        save_net(module.net, config.output / "skull.safetensors")
    return config.output
