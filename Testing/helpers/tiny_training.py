"""A training of one weight: its value after every step is known in closed form."""

from __future__ import annotations

from pathlib import Path

import lightning as L
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from GenerativeModelsLib.training.shared.config_parts import TrainingConfig
from GenerativeModelsLib.training.shared.trainer import last_checkpoint, make_trainer

__all__ = ["BATCHES", "OneWeight", "fit", "tiny_config"]

BATCHES = 4
"""Of an epoch."""
QUIET = {"num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}


class OneWeight(L.LightningModule):
    """The weight begins at 0 and falls by `slope` in every step: gradient descent of slope * weight with rate 1.

    Attributes
    ----------
    constant, group : buffers that never change.
    steps_seen : float buffer, the number of batches seen.
    validated : the weight in every validation.
    """

    def __init__(self, slope: float = 1.0) -> None:
        super().__init__()
        self.slope = slope
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.register_buffer("constant", torch.linspace(0.1, 0.9, 1000))
        self.register_buffer("group", torch.tensor([0, 1, 2]))
        self.register_buffer("steps_seen", torch.zeros(1))
        self.validated: list[float] = []

    def training_step(self, batch: Tensor, _: int) -> Tensor:
        self.steps_seen += 1
        return self.slope * self.weight.sum()

    def validation_step(self, batch: Tensor, _: int) -> None:
        self.validated.append(self.weight.item())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=1.0)


def tiny_config(output: Path, epochs: int = 1, **trainer: object) -> TrainingConfig:
    """The config of a training with these options of its trainer."""
    return TrainingConfig(model="tiny", output=output, bank={"folder": output}, epochs=epochs, trainer=trainer)


def fit(config: TrainingConfig, module: L.LightningModule, **options: object) -> L.Trainer:
    """Train for `epochs` epochs of `BATCHES` batches, from the last checkpoint on; returns the trainer."""
    trainer = make_trainer(config, [], **QUIET, **options)
    data, held_out = DataLoader(torch.zeros(BATCHES, 1), batch_size=1), DataLoader(torch.zeros(1, 1), batch_size=1)
    trainer.fit(module, data, held_out, ckpt_path=last_checkpoint(config.output))
    return trainer
