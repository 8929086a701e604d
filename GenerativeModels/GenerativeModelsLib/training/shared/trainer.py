"""The Lightning trainer of every training, its checkpoints and its data loaders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import lightning as L
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from safetensors.torch import save_file
from torch.utils.data import DataLoader, Dataset, Sampler

if TYPE_CHECKING:
    from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
    from GenerativeModelsLib.training.skull.config import TrainingConfig

__all__ = ["FreshIndices", "ScheduleOfTheConfig", "last_checkpoint", "loader", "make_trainer", "save_net"]


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


def save_net(net: torch.nn.Module, path: Path) -> None:
    save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, path)
