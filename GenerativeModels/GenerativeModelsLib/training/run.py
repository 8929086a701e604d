"""`generative-models train`: config in, trained weights out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import lightning as L
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_only
from safetensors.torch import save_file
from torch.utils.data import DataLoader, Dataset, Sampler

from GenerativeModelsLib.evaluation.data.hc18 import read_hc18, split_hc18
from GenerativeModelsLib.training.shared.background import in_background
from GenerativeModelsLib.training.skull.bank import fill_bank, shard_path, write_shard
from GenerativeModelsLib.training.skull.config import HEART_MODEL, BankConfig, TrainingConfig, read_config
from GenerativeModelsLib.training.skull.locator_data import LocatorData
from GenerativeModelsLib.training.skull.locator_module import LocatorTraining

if TYPE_CHECKING:
    from GenerativeModelsLib.training.heart.config import HeartTrainingConfig


class FreshIndices(Sampler):
    """Consecutive numbers that never repeat, `length` an epoch, so that an item drawn by its number is always new."""

    def __init__(self, length: int, epoch: int = 0) -> None:
        self.length, self.epoch = length, epoch

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[int]:
        start = self.epoch * self.length
        self.epoch += 1
        return iter(range(start, start + self.length))


def loader(dataset: Dataset, config: TrainingConfig, length: int, *, fresh: bool, epoch: int = 0) -> DataLoader:
    """`length` items an epoch, new ones every time (`fresh`) or always the same."""
    sampler = FreshIndices(length, epoch) if fresh else range(length)
    return DataLoader(
        dataset,
        config.batch_size,
        sampler=sampler,
        num_workers=config.loader_workers,
        persistent_workers=config.loader_workers > 0,
        multiprocessing_context="spawn" if config.loader_workers else None,
        drop_last=fresh,
    )


@contextlib.contextmanager
def growing_bank(bank: BankConfig) -> Iterator[None]:
    """Make the first shards now; let background processes add the rest while the body runs."""
    fill_bank(bank.folder, range(bank.validation_first, bank.validation_first + bank.validation_shards))
    write_shard(bank.folder, bank.first)
    missing = [s for s in range(bank.first, bank.first + bank.shards) if not shard_path(bank.folder, s).exists()]
    with in_background(_write, missing, bank.workers, bank.folder):
        yield


def _write(seed: int, folder: Path) -> None:
    write_shard(folder, seed)


def last_checkpoint(output: Path) -> Path | None:
    path = output / "checkpoints" / "last.ckpt"
    return path if path.exists() else None


class ScheduleOfTheConfig(L.Callback):
    """A training that goes on keeps to the number of steps its config now asks for, not to that of its checkpoint."""

    def on_load_checkpoint(self, trainer: L.Trainer, module: L.LightningModule, checkpoint: dict) -> None:
        for state in checkpoint["lr_schedulers"]:
            for name in ("total_steps", "_schedule_phases"):
                state.pop(name, None)


def make_trainer(
    config: TrainingConfig | HeartTrainingConfig, callbacks: list[L.Callback], **options: object
) -> L.Trainer:
    """A trainer that logs for TensorBoard and keeps a checkpoint an epoch."""
    keep = ModelCheckpoint(
        config.output / "checkpoints",
        filename="last",
        save_top_k=1,
        every_n_epochs=1,
        save_on_train_epoch_end=True,
        enable_version_counter=False,
    )
    return L.Trainer(
        max_epochs=config.epochs,
        default_root_dir=config.output,
        logger=TensorBoardLogger(config.output, name="logs", version=""),
        callbacks=[keep, ScheduleOfTheConfig(), *callbacks],
        log_every_n_steps=10,
        enable_model_summary=False,
        gradient_clip_val=1.0,
        precision=config.precision if config.model == "head-locator" else "32-true",
        **options,
    )


def train(path: Path, *, resume: bool = True, output: Path | None = None, **trainer_options: object) -> Path:
    """Train what the config describes; returns the folder of the weights, or of the bundle if it asks for one.

    Parameters
    ----------
    path
        YAML file, see `TrainingConfig` and `heart_config.HeartTrainingConfig`.
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


def train_locator(config: TrainingConfig, resume: bool, options: dict) -> Path:
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
        steps = config.epochs * (-(-config.items_per_epoch // trainer.world_size) // config.batch_size)
        channels = config.network.get("channels", [16, 32, 64, 96, 128])
        module = LocatorTraining(channels, config.learning_rate, steps)
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


def save_net(net: torch.nn.Module, path: Path) -> None:
    save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, path)
