"""Training of the conditional GAN: discriminator and generator in turn, by manual optimisation."""

from __future__ import annotations

from pathlib import Path

import lightning as L
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.models.skull_gan import HeadDiscriminator, HeadGenerator
from GenerativeModelsLib.models.voxel_nets import head_of_field
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT
from GenerativeModelsLib.training.rivals.losses import log_errors, real_loss
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

__all__ = ["SkullGANTraining", "product_of_errors", "train_gan"]

ADVERSARIAL = 20.0
"""Weight of the adversarial loss; that of the distance to the true head is 1."""
BETAS = (0.5, 0.99)
"""Of Adam; pix2pix has 0.5 and 0.999."""
ITEM = 0.0106
"""Seconds of a case."""


def product_of_errors(first: Tensor, second: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Half the weighted product of the errors of two draws (B, ...) over `MEAN_PATH_SIGMA`^2, the mean over the batch.

    `weight` (number of values of a head,) sums to 1.
    """
    product = ((first - truth) * (second - truth)).view(len(first), -1)
    return 0.5 * (weight * product).sum(1).mean() / MEAN_PATH_SIGMA**2


class SkullGANTraining(L.LightningModule):
    """Losses of least squares (Mao et al., ICCV 2017, as in later versions of pix2pix) and a distance to the truth.

        discriminator   (D(v, y) - 1)^2 + (D(G(y, n), y))^2
        generator       `ADVERSARIAL` (D(G(y, n), y) - 1)^2 + sum_i w_i (v_i - G_i(y, n)) (v_i - G_i(y, n')) / 2 sigma^2
                        + the same of the log size + real_weight * real pictures, for G(y, n)

    w are the weights of the basis, which are large near the surface and sum to 1, sigma = `MEAN_PATH_SIGMA`. n and n'
    are two draws. Pix2pix has one draw and the absolute error, and its generator learns to ignore the noise, which only
    adds to the error (Isola et al. 2017, section 3.1). The product of the errors of two independent draws has as its
    expectation the squared error of their mean: it draws the mean to the truth and leaves the spread to the
    adversarial loss (compare Bendel et al., NeurIPS 2023, arXiv 2210.13389).
    """

    automatic_optimization = False

    def __init__(
        self,
        network: dict,
        basis: LowRankField,
        x_scale: Tensor,
        learning_rate: float,
        steps: int,
        real_weight: float,
        gradient_clip: float | None,
        seed: int,
    ) -> None:
        from monai.losses import PatchAdversarialLoss

        super().__init__()
        self.save_hyperparameters(ignore=["basis", "x_scale"])
        self.net = HeadGenerator(**network)
        self.critic = HeadDiscriminator(self.net.decoder.channels, angles=network.get("angles", 64), size=basis.size)
        self.net.decoder.mean.copy_(basis.mean.view_as(self.net.decoder.mean))
        for part in (self.net, self.critic):
            part.size_scale.copy_(x_scale[-1])
        self.adversarial = PatchAdversarialLoss(criterion="least_squares", no_activation_leastsq=True)
        self.basis = basis.requires_grad_(False)
        self.register_buffer("x_scale", x_scale.clone())
        self.register_buffer("rigid", basis.rigid_directions(HALF_EXTENT), persistent=False)

    def training_step(self, batch: Batch, _: int) -> None:
        generator, critic = self.optimizers()
        # drawn by step, so that a training that was resumed is the same
        noise = torch.randn(
            2,
            len(batch.borders),
            self.net.noise,
            generator=torch.Generator().manual_seed(1_000_003 * self.hparams.seed + self.global_step),
        ).to(batch.borders)
        known = len(batch.borders) - batch.real
        y = Conditions(batch.borders, batch.present)
        seen = Conditions(batch.borders[:known], batch.present[:known])
        truth = self.basis(batch.coefficients[:known])
        features = self.net.features(y)
        fields, log_size = self.net(features, noise[0])

        verdicts = [
            self.critic(truth, batch.log_size[:known], seen),
            self.critic(fields[:known].detach(), log_size[:known].detach(), seen),
        ]
        judged = [self.adversarial(verdict, number == 0, True) for number, verdict in enumerate(verdicts)]
        self._step(critic, judged[0] + judged[1])

        self.critic.requires_grad_(False)
        verdict = self.critic(fields[:known], log_size[:known], seen)
        found = {"fooled": ADVERSARIAL * self.adversarial(verdict, True, False)}
        second, second_size = self.net(features[:known], noise[1, :known])
        one = torch.ones(1, device=truth.device)
        found["voxels"] = product_of_errors(fields[:known], second, truth, self.basis.weight)
        found["size"] = product_of_errors(log_size[:known], second_size, batch.log_size[:known], one)
        if batch.real and self.hparams.real_weight:
            x = head_of_field(fields[known:], log_size[known:], self.basis)
            found["real"] = self.hparams.real_weight * real_loss(self.basis, self.x_scale, batch, x)
        self._step(generator, torch.stack(list(found.values())).sum() / batch.coefficients.shape[1])
        self.critic.requires_grad_(True)
        for schedule in self.lr_schedulers():
            schedule.step()
        found |= {"true head": judged[0], "drawn head": judged[1]}
        self.log_dict({f"train/{name}": value for name, value in found.items()}, batch_size=len(batch.borders))

    def _step(self, optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
        optimiser.zero_grad()
        self.manual_backward(loss)
        if self.hparams.gradient_clip is not None:
            self.clip_gradients(optimiser, gradient_clip_val=self.hparams.gradient_clip)
        optimiser.step()

    def validation_step(self, batch: Batch, index: int) -> None:
        """Log the errors of the mean of eight draws, in per cent of head size."""
        noise = torch.randn(8, self.net.noise, generator=torch.Generator().manual_seed(index)).to(batch.borders)

        def predicted(y: Conditions) -> Tensor:
            features = self.net.features(y)
            draws = [head_of_field(*self.net(features, n.expand(len(features), -1)), self.basis) for n in noise]
            return torch.stack(draws).mean(0)

        log_errors(self, batch, predicted)

    def configure_optimizers(self) -> tuple[list, list]:
        optimisers = [
            torch.optim.Adam(part.parameters(), lr=rate, betas=BETAS)
            for part, rate in ((self.net, self.hparams.learning_rate), (self.critic, 0.5 * self.hparams.learning_rate))
        ]
        schedules = [
            torch.optim.lr_scheduler.OneCycleLR(
                each, each.param_groups[0]["lr"], total_steps=self.hparams.steps, pct_start=0.08, cycle_momentum=False
            )
            for each in optimisers
        ]
        return optimisers, schedules


def train_gan(config: PredictorTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Train a conditional GAN; returns the output folder, in which the generator is written."""
    checkpoint, epoch = resumed(config.output, resume)
    sources = begin(config, stages, seconds=ITEM * config.items_per_epoch * max(config.epochs - epoch, 0))
    data = sources.data(config.batch_size, config.seed)
    trainer = make_trainer(config, [ReportedBatches(stages, TRAINING, epoch)], automatic_optimization=False, **options)
    batches = max(1, config.items_per_epoch // config.batch_size)
    module = SkullGANTraining(
        config.network,
        sources.basis,
        data.x_scale(),
        config.learning_rate,
        optimiser_steps(config, trainer, -(-batches // trainer.world_size)),
        config.real_weight,
        config.trainer.gradient_clip,
        config.seed,
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
