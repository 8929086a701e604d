"""Training of TL-net: autoencoder alone, image network on its frozen codes, both together."""

from __future__ import annotations

import math
from pathlib import Path

import lightning as L
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.models.tl_net import TLNet
from GenerativeModelsLib.models.voxel_nets import head_of_field
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT
from GenerativeModelsLib.training.rivals.losses import log_errors, real_loss, size_loss, voxel_loss
from GenerativeModelsLib.training.rivals.start import begin, save_predictor
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.trainer import (
    FreshIndices,
    ReportedBatches,
    make_trainer,
    optimiser_steps,
    resumed,
)
from GenerativeModelsLib.training.skull.augmentation import Batch
from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig
from GenerativeModelsLib.training.skull.durations import TRAINING
from GenerativeModelsLib.training.skull.module import MEAN_PATH_SIGMA

__all__ = ["STAGES", "TLNetTraining", "train_tl_net"]

STAGES = (0.12, 0.8, 0.08)
"""Shares of the steps: autoencoder, image network, both."""
JOINT_RATE = 0.25
"""Learning rate of the last stage, relative to that of the others."""
WARM_UP = 0.08
"""Share of a stage over which the learning rate rises."""
ITEM = 0.003
"""Seconds of a case, on the mean of the stages."""


class TLNetTraining(L.LightningModule):
    """Three stages, by the share of the steps that are done; the rate of each rises, then falls as a cosine.

        1  autoencoder      V(d(e(v)), v)
        2  image network    C(r(y), e(v)) + size + real pictures; e and d are fixed
        3  both             V(d(e(v)), v) + V(d(r(y)), v) + C(r(y), e(v)) + size + real pictures

    After the first stage the batch normalisation of e and d keeps its statistics: the codes of images are not
    distributed as those of voxels. V is `voxel_loss`. C is half the squared error of the code, scaled so that the mean
    code costs as much as the mean head. The real pictures are those of the batch, through the decoder of r(y) and the
    projection on the basis, times `real_weight`.
    """

    def __init__(
        self, network: dict, basis: LowRankField, x_scale: Tensor, learning_rate: float, steps: int, real_weight: float
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["basis", "x_scale"])
        self.net = TLNet(**network)
        self.net.decoder.mean.copy_(basis.mean.view_as(self.net.decoder.mean))
        self.net.size_scale.copy_(x_scale[-1])
        self.basis = basis.requires_grad_(False)
        self.register_buffer("x_scale", x_scale.clone())
        self.register_buffer("rigid", basis.rigid_directions(HALF_EXTENT), persistent=False)

    def stage(self, step: int) -> tuple[int, float]:
        """Number of the stage of a step, from 1, and the share of the stage that is done."""
        done = 0.0
        for number, share in enumerate(STAGES, start=1):
            part = (step / self.hparams.steps - done) / share
            if part < 1 or number == len(STAGES):
                return number, part
            done += share
        raise AssertionError

    def losses(self, batch: Batch, stage: int) -> dict[str, Tensor]:
        """Terms of a stage's loss."""
        known = len(batch.borders) - batch.real
        with torch.no_grad():
            truth = self.basis(batch.coefficients[:known])
        if stage == 1:
            return {"autoencoder": voxel_loss(self.net.decoder(self.net.encode(truth)), truth)}
        found: dict[str, Tensor] = {}
        if stage == 2:
            with torch.no_grad():
                code = self.net.encode(truth)
        else:
            code = self.net.encode(truth)
            found["autoencoder"] = voxel_loss(self.net.decoder(code), truth)
        regressed, log_size = self.net.regress(Conditions(batch.borders, batch.present))
        scale = self.x_scale[:-1].square().sum() / (code.shape[1] * MEAN_PATH_SIGMA**2)
        found["code"] = 0.5 * scale * (regressed[:known] - code).square().sum(1).mean()
        found["size"] = size_loss(log_size[:known], batch.log_size[:known])
        if stage == 3:
            fields = self.net.decoder(regressed)
            found["voxels"] = voxel_loss(fields[:known], truth)
            real = fields[known:]
        elif batch.real and self.hparams.real_weight:
            real = self.net.decoder(regressed[known:])
        if batch.real and self.hparams.real_weight:
            x = head_of_field(real, log_size[known:], self.basis)
            found["real"] = self.hparams.real_weight * real_loss(self.basis, self.x_scale, batch, x)
        return found

    def training_step(self, batch: Batch, _: int) -> Tensor:
        stage, _ = self.stage(self.global_step)
        for part in (self.net.encoder, self.net.decoder):
            part.train(stage == 1).requires_grad_(stage != 2)
        found = self.losses(batch, stage)
        self.log_dict({f"train/{name}": value for name, value in found.items()}, batch_size=len(batch.borders))
        return torch.stack(list(found.values())).sum() / batch.coefficients.shape[1]

    def validation_step(self, batch: Batch, _: int) -> None:
        """Log the autoencoder's own error and those of the prediction, in per cent of head size."""
        truth = self.basis(batch.coefficients)
        coded = head_of_field(self.net.decoder(self.net.encode(truth)), batch.log_size, self.basis)[:, :-1]
        error = (coded - batch.coefficients).square().sum(1).mean().sqrt()
        self.log("validation/autoencoder %", 100 * error, batch_size=len(truth), sync_dist=True)

        def predicted(y: Conditions) -> Tensor:
            code, log_size = self.net.regress(y)
            return head_of_field(self.net.decoder(code), log_size, self.basis)

        log_errors(self, batch, predicted)

    def rate(self, step: int) -> float:
        """Factor of the learning rate at a step."""
        stage, part = self.stage(step)
        rise = min(1.0, (part + 1e-3) / WARM_UP)
        fall = 0.5 * (1 + math.cos(math.pi * max(0.0, min(part, 1.0) - WARM_UP) / (1 - WARM_UP)))
        return rise * fall * (JOINT_RATE if stage == len(STAGES) else 1.0)

    def configure_optimizers(self) -> dict:
        optimiser = torch.optim.AdamW(self.net.parameters(), lr=self.hparams.learning_rate, weight_decay=1e-3)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self.rate)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def train_tl_net(config: PredictorTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Train a TL-net; returns the output folder."""
    checkpoint, epoch = resumed(config.output, resume)
    sources = begin(config, stages, seconds=ITEM * config.items_per_epoch * max(config.epochs - epoch, 0))
    data = sources.data(config.batch_size, config.seed)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], **options)
    batches = max(1, config.items_per_epoch // config.batch_size)
    module = TLNetTraining(
        config.network,
        sources.basis,
        data.x_scale(),
        config.learning_rate,
        optimiser_steps(config, trainer, -(-batches // trainer.world_size)),
        config.real_weight,
    )
    trainer.fit(
        module,
        DataLoader(data, batch_size=None, sampler=FreshIndices(batches, epoch)),
        DataLoader(sources.validation(), batch_size=None),
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        save_predictor(config, module.net.state_dict(), trained=epoch < config.epochs)
    return config.output
