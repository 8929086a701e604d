"""Training of the head locator; writes `locator.safetensors`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import torch

from GenerativeModelsLib.evaluation.data.hc18 import read_hc18, split_hc18
from GenerativeModelsLib.training.shared.background import in_background
from GenerativeModelsLib.training.shared.config_parts import BankConfig
from GenerativeModelsLib.training.shared.trainer import last_checkpoint, loader, make_trainer, optimiser_steps, save_net
from GenerativeModelsLib.training.skull.bank import fill_bank, shard_path, write_shard
from GenerativeModelsLib.training.skull.config import LocatorTrainingConfig
from GenerativeModelsLib.training.skull.locator_data import LocatorData
from GenerativeModelsLib.training.skull.locator_module import LocatorTraining

__all__ = ["growing_bank", "train_locator"]


@contextlib.contextmanager
def growing_bank(bank: BankConfig) -> Iterator[None]:
    """Write the first shards; background processes add the others while the body runs."""
    fill_bank(bank.folder, range(bank.validation_first, bank.validation_first + bank.validation_shards))
    write_shard(bank.folder, bank.first)
    missing = [s for s in range(bank.first, bank.first + bank.shards) if not shard_path(bank.folder, s).exists()]
    with in_background(_write, missing, bank.workers, bank.folder):
        yield


def _write(seed: int, folder: Path) -> None:
    write_shard(folder, seed)


def train_locator(config: LocatorTrainingConfig, resume: bool, options: dict) -> Path:
    """Train the head locator; writes `locator.safetensors` into the output folder."""
    real = split_hc18(read_hc18(config.hc18)).training if config.hc18 else []
    bank = config.bank
    with growing_bank(bank):
        training = LocatorData(
            bank.folder, range(bank.first, bank.first + bank.shards), real, config.items_per_epoch, config.seed
        )
        seeds = range(bank.validation_first, bank.validation_first + bank.validation_shards)
        validation = LocatorData(bank.folder, seeds, [], 256, config.seed + 1)
        trainer = make_trainer(config, [], **options)
        batches = -(-config.items_per_epoch // trainer.world_size) // config.batch_size
        channels = config.network.get("channels", [16, 32, 64, 96, 128])
        module = LocatorTraining(channels, config.learning_rate, optimiser_steps(config, trainer, batches))
        checkpoint = last_checkpoint(config.output) if resume else None
        epoch = torch.load(checkpoint, weights_only=True)["epoch"] + 1 if checkpoint else 0
        trainer.fit(
            module,
            loader(training, config, config.items_per_epoch, fresh=True, epoch=epoch),
            loader(validation, config, 256, fresh=False),
            ckpt_path=checkpoint,
        )
    if trainer.is_global_zero:
        save_net(module.net, config.output / "locator.safetensors")
    return config.output
