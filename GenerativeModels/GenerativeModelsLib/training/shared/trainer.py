"""Lightning trainer, checkpoints and data loaders shared by all trainings.

A training creates its trainer by `make_trainer` from the section `trainer` of its config, and its module with the
number of steps from `optimiser_steps`. After `fit` it writes the networks by `save_net`; with `ema_decay` these are the
averaged ones. A module with manual optimisation, such as a GAN, needs `automatic_optimization=False`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import lightning as L
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from safetensors.torch import save_file
from torch.utils.data import DataLoader, Dataset, Sampler

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.process.parallel import Progress
from GenerativeModelsLib.training.shared.config_parts import TrainingConfig
from GenerativeModelsLib.training.shared.progress import Stages

__all__ = [
    "FreshIndices",
    "ReportedBatches",
    "ScheduleOfTheConfig",
    "last_checkpoint",
    "loader",
    "make_trainer",
    "optimiser_steps",
    "resumed",
    "save_net",
]


class FreshIndices(Sampler):
    """Consecutive indices, `length` per epoch, that never repeat: an item drawn by its index is always new."""

    def __init__(self, length: int, epoch: int = 0) -> None:
        self.length, self.epoch = length, epoch

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[int]:
        start = self.epoch * self.length
        self.epoch += 1
        return iter(range(start, start + self.length))


class Loading(Protocol):
    """Fields of a config that `loader` reads."""

    batch_size: int
    loader_workers: int


def loader(dataset: Dataset, config: Loading, length: int, *, fresh: bool, epoch: int = 0) -> DataLoader:
    """Data loader of `length` items per epoch: new ones in every epoch (`fresh`), or always the same."""
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


def resumed(output: Path, resume: bool) -> tuple[Path | None, int]:
    """The checkpoint that a training goes on from (None: it starts anew), and the epoch that it begins with."""
    checkpoint = last_checkpoint(output) if resume else None
    return checkpoint, torch.load(checkpoint, weights_only=True)["epoch"] + 1 if checkpoint else 0


class ScheduleOfTheConfig(L.Callback):
    """A continued training uses the number of steps of its config, not that of its checkpoint."""

    def on_load_checkpoint(self, trainer: L.Trainer, module: L.LightningModule, checkpoint: dict) -> None:
        for state in checkpoint["lr_schedulers"]:
            for name in ("total_steps", "_schedule_phases"):
                state.pop(name, None)


class ReportedBatches(L.Callback):
    """Reports the batches that are trained in this run as a stage, which begins with the fit.

    Parameters
    ----------
    stages
        Of the whole run.
    name
        Of the stage.
    first_epoch
        Epoch that this run begins with.
    """

    def __init__(self, stages: Stages, name: str, first_epoch: int = 0) -> None:
        self._stages, self._name, self._first = stages, name, first_epoch
        self._advance: Progress | None = None

    def on_fit_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        self._advance = self._stages.stage(self._name)

    def on_train_batch_end(self, trainer: L.Trainer, module: L.LightningModule, outputs: object, *rest: object) -> None:
        batches = max(int(trainer.num_training_batches), 1)
        done = (trainer.current_epoch - self._first) * batches + trainer.fit_loop.batch_idx + 1
        self._advance(done, (int(trainer.max_epochs) - self._first) * batches)


def make_trainer(
    config: TrainingConfig,
    callbacks: list[L.Callback],
    *,
    automatic_optimization: bool = True,
    **options: object,
) -> L.Trainer:
    """Trainer that logs to TensorBoard and writes a checkpoint per epoch.

    Parameters
    ----------
    config
        Its section `trainer` sets clipping, precision, accumulation and weight averaging. With `ema_decay`, validation
        uses the averaged weights, checkpoints contain both, and a fitted module has the averaged ones.
    callbacks
        Callbacks in addition to those of every training, such as `ReportedBatches`.
    automatic_optimization
        As the module's attribute. With False the trainer neither clips nor accumulates, as Lightning requires; the
        module may clip by `self.clip_gradients(optimiser, gradient_clip_val=config.trainer.gradient_clip)`.
    options
        Passed to `lightning.Trainer`.

    Raises
    ------
    InputError
        The config requires what the module or the installed Lightning does not support.
    """
    asked = config.trainer
    if not automatic_optimization and asked.accumulate > 1:
        raise InputError(
            f"trainer.accumulate is {asked.accumulate}, and {config.model} steps its optimisers itself: leave it out."
        )
    stepping = {"gradient_clip_val": asked.gradient_clip, "accumulate_grad_batches": asked.accumulate}
    if asked.ema_decay is not None:
        callbacks = [*callbacks, _averaging(asked.ema_decay)]
    keep = ModelCheckpoint(
        config.output / "checkpoints",
        filename="last",
        save_top_k=1,
        every_n_epochs=1,
        save_on_train_epoch_end=True,
        enable_version_counter=False,
    )
    settings: dict[str, object] = dict(
        max_epochs=config.epochs,
        default_root_dir=config.output,
        logger=TensorBoardLogger(config.output, name="logs", version=""),
        callbacks=[keep, ScheduleOfTheConfig(), *callbacks],
        log_every_n_steps=10,
        enable_model_summary=False,
        enable_progress_bar=False,
        precision=asked.precision,
        **(stepping if automatic_optimization else {}),
    )
    return L.Trainer(**(settings | options))


def _averaging(decay: float) -> L.Callback:
    try:
        from GenerativeModelsLib.training.shared.averaging import AveragedWeights
    except ImportError as error:
        raise InputError(
            f"trainer.ema_decay is {decay}, which needs Lightning 2.6, and {L.__version__} is installed: "
            'leave it out, or pip install "lightning>=2.6".'
        ) from error
    return AveragedWeights(decay)


def optimiser_steps(config: TrainingConfig, trainer: L.Trainer, batches: int) -> int:
    """Optimiser steps of a training with `batches` batches per epoch and process; an epoch ends with a step."""
    return config.epochs * -(-batches // trainer.accumulate_grad_batches)


def save_net(net: torch.nn.Module, path: Path) -> None:
    save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, path)
