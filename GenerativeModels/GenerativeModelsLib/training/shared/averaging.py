"""Exponential moving average of the weights during training; requires Lightning 2.6."""

from __future__ import annotations

from functools import partial

import lightning as L
import torch
from lightning.pytorch.callbacks import WeightAveraging
from torch import Tensor

__all__ = ["AveragedWeights"]


class AveragedWeights(WeightAveraging):
    """After each step average <- decay * average + (1 - decay) * weights, initialised with the weights of step one.

    Floating-point buffers, such as the statistics of batch normalisation, are averaged too; integer buffers are copied.
    Validation uses the average and checkpoints contain both. After `fit` the module has the average, also if the
    checkpoint was of a finished training.
    """

    def __init__(self, decay: float) -> None:
        super().__init__(avg_fn=partial(_average, decay=decay))

    def on_fit_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Copy the average; `on_train_end` is not called if no step was left to train."""
        self._copy_average_to_current(pl_module)


def _average(old: Tensor, new: Tensor, _: Tensor, *, decay: float) -> Tensor:
    # `lerp` keeps a constant buffer bit-identical; decay * old + (1 - decay) * new does not.
    return torch.lerp(old, new, 1 - decay) if old.is_floating_point() else new
