"""Training of the implicit head: network and codes of the training heads together."""

from __future__ import annotations

from pathlib import Path

import lightning as L
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from GenerativeModelsLib.models.implicit_head import ImplicitHead
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.shape.field import CLAMP, unit_points
from GenerativeModelsLib.training.rivals.start import begin, save_predictor
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.trainer import (
    FreshIndices,
    ReportedBatches,
    make_trainer,
    optimiser_steps,
    resumed,
)
from GenerativeModelsLib.training.skull.augmentation import mirrored
from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig
from GenerativeModelsLib.training.skull.data import SkullData, usable_errors
from GenerativeModelsLib.training.skull.durations import TRAINING

__all__ = ["HeadPoints", "ImplicitTraining", "TrainingHeads", "train_implicit"]

PENALTY = 1e-4
"""Weight of the codes' mean squared length (both papers)."""
FIRST_CODES = 0.01
"""Standard deviation of the codes before the training (DeepSDF)."""
CODE_RATE = 4.0
"""Learning rate of the codes, relative to that of the network; 10 in both papers."""
NEAR = 0.75
"""Share of the points that are drawn by the weights of the basis, which are large near the surface; the others are
drawn from the whole grid."""
SHRINKAGE = 0.02
"""Of the covariance of codes, sizes and poses to its diagonal."""
ITEM = 0.0005
"""Seconds of a head in an epoch, for 64 points."""


class TrainingHeads:
    """Coefficients (N, K) and the log sizes and poses (N, 19) of the training heads, half of them mirrored.

    They are those of readings with all planes and without gross errors: their sizes are over the size that was read.
    """

    def __init__(self, data: SkullData, mirror: Tensor, count: int, seed: int) -> None:
        readings = data.readings
        rng = np.random.default_rng(seed)
        index = rng.permutation(usable_errors(readings))[:count]
        flip = torch.from_numpy(rng.random(len(index)) < 0.5)
        batch = mirrored(data.plain(index), flip, mirror)
        self.coefficients = batch.coefficients
        poses = torch.from_numpy(readings.poses[index]).float()
        # a reflection x -> -x turns the x of shifts and the y and z of rotation vectors
        signs = torch.tensor([-1.0, 1, 1, 1, -1, -1])
        poses = torch.where(flip[:, None, None], poses * signs, poses)
        self.views = torch.cat([batch.log_size[:, None], poses.flatten(1)], dim=1)

    def __len__(self) -> int:
        return len(self.coefficients)


class HeadPoints(Dataset):
    """Item i is the i-th batch, drawn by (seed, i): numbers of heads (B,), and of grid points (P,) for all of them."""

    def __init__(self, heads: int, weight: Tensor, batch_size: int, points: int, seed: int) -> None:
        self.heads, self.batch_size, self.points, self.seed = heads, min(batch_size, heads), points, seed
        chance = NEAR * weight.double().numpy() / float(weight.double().sum()) + (1 - NEAR) / len(weight)
        self.below = np.cumsum(chance / chance.sum())

    def __len__(self) -> int:
        return 2**31

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng([self.seed, number])
        heads = rng.choice(self.heads, self.batch_size, replace=False)
        points = np.searchsorted(self.below, rng.random(self.points)).clip(max=len(self.below) - 1)
        return torch.from_numpy(heads), torch.from_numpy(points)


class ImplicitTraining(L.LightningModule):
    """Mean absolute error of the clamped distance + `PENALTY` * mean squared length of the codes (DeepSDF, equation 9).

    The points lie on the grid of the basis.
    """

    def __init__(
        self, network: dict, basis: LowRankField, coefficients: Tensor, learning_rate: float, steps: int
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["basis", "coefficients"])
        self.net = ImplicitHead(**network)
        self.codes = nn.Embedding(len(coefficients), self.net.code)
        nn.init.normal_(self.codes.weight, std=FIRST_CODES)
        self.register_buffer("coefficients", coefficients, persistent=False)
        self.register_buffer("mean", basis.mean.clone(), persistent=False)
        self.register_buffer("modes", basis.modes.clone(), persistent=False)
        self.register_buffer("points", torch.from_numpy(unit_points()).float().reshape(-1, 3), persistent=False)

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        heads, points = batch
        truth = torch.addmm(self.mean[points], self.coefficients[heads], self.modes[:, points]).clamp(-CLAMP, CLAMP)
        codes = self.codes(heads)
        error = (self.net(codes, self.points[points]).clamp(-CLAMP, CLAMP) - truth).abs().mean()
        length = codes.square().sum(1).mean()
        self.log_dict({"train/distance %": 100 * error, "train/code": length}, batch_size=len(heads))
        return error + PENALTY * length

    def configure_optimizers(self) -> dict:
        rate = self.hparams.learning_rate
        groups = [{"params": self.net.parameters()}, {"params": self.codes.parameters(), "lr": CODE_RATE * rate}]
        optimiser = torch.optim.Adam(groups, lr=rate)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, [rate, CODE_RATE * rate], total_steps=self.hparams.steps, pct_start=0.08, cycle_momentum=False
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    @torch.no_grad()
    def tensors(self, views: Tensor) -> dict[str, Tensor]:
        """The network, and the moments of codes, log sizes and poses: `prior.mean` (C + 19,), `prior.covariance`."""
        values = torch.cat([self.codes.weight.cpu(), views], dim=1).double()
        covariance = torch.cov(values.T)
        covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * torch.diag(covariance.diagonal())
        prior = {"prior.mean": values.mean(0), "prior.covariance": covariance}
        return {f"net.{name}": value.cpu() for name, value in self.net.state_dict().items()} | prior


def train_implicit(config: PredictorTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Train an implicit head; returns the output folder.

    `network` has, beside the parameters of `ImplicitHead`, `heads`, the number of training heads, and `points`, those
    of a head in a batch. Real pictures, whose shape is not known, and drawn heads are not read.
    """
    checkpoint, epoch = resumed(config.output, resume)
    network = dict(config.network)
    heads, points = network.pop("heads", 1500), network.pop("points", 64)
    seconds = ITEM * points / 64 * config.items_per_epoch * max(config.epochs - epoch, 0)
    sources = begin(config.model_copy(update={"hc18": None, "shapes": 0}), stages, seconds=seconds)
    known = TrainingHeads(sources.data(config.batch_size, config.seed), sources.mirror, heads, config.seed)
    data = HeadPoints(len(known), sources.basis.weight, config.batch_size, points, config.seed)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], **options)
    batches = max(1, config.items_per_epoch // config.batch_size)
    steps = optimiser_steps(config, trainer, -(-batches // trainer.world_size))
    module = ImplicitTraining(network, sources.basis, known.coefficients, config.learning_rate, steps)
    trainer.fit(module, DataLoader(data, batch_size=None, sampler=FreshIndices(batches, epoch)), ckpt_path=checkpoint)
    if trainer.is_global_zero:
        save_predictor(config, module.tensors(known.views), trained=epoch < config.epochs)
    return config.output
