"""Lightning module of the skull models: ELBO, mean path, poses and borders of real pictures."""

from __future__ import annotations

from collections.abc import Mapping

import lightning as L
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.models import cvae
from GenerativeModelsLib.models.cvae import SkullCVAE
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT
from GenerativeModelsLib.training.skull.augmentation import STANDARD, Batch
from GenerativeModelsLib.training.skull.config import REAL_TERMS

SIGMA_X = 0.004
"""Standard deviation of p(x | z, y), in head sizes. Fixed: a learned one explains variance that belongs to the latents,
and the draws, which are decoded means, then vary too little."""
MEAN_PATH_SIGMA = 0.005
SIZE_SIGMA = 0.01
"""Standard deviation of the log of an annotated circumference; two annotations of one head differ by 1.5 %."""
FISHER_RIDGE = 0.02
"""Ridge of `separability`, relative to the variance of each feature."""
BORDER_SIGMA = 0.01
"""Added in quadrature to the standard deviation of a real border, in head sizes: the field's own resolution."""
SUBSETS = torch.tensor([[1, 1, 1], [1, 1, 0], [1, 0, 1], [1, 0, 0], [0, 1, 1], [0, 1, 0], [0, 0, 1]], dtype=torch.bool)
SUBSET_SHARES = torch.tensor([0.30, 0.20, 0.12, 0.26, 0.04, 0.04, 0.04])


def rotation_vectors(axes: Tensor) -> tuple[Tensor, Tensor]:
    """Rotation vectors (B, 3, 3) from the standard axes to `axes` (B, 3, 2, 3); whether they are below 60 degrees."""

    def matrix(a: Tensor) -> Tensor:
        return torch.stack([a[..., 0, :], a[..., 1, :], torch.linalg.cross(a[..., 0, :], a[..., 1, :])], dim=-1)

    m = matrix(axes) @ matrix(STANDARD.to(axes)).transpose(-1, -2)
    sine = 0.5 * torch.stack(
        [m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]], -1
    )
    norm = sine.norm(dim=-1, keepdim=True).clamp(1e-6, 1 - 1e-6)
    cosine = 0.5 * (m.diagonal(dim1=-2, dim2=-1).sum(-1) - 1)
    return sine * norm.asin() / norm, cosine > 0.5


def border_distance(
    basis: LowRankField, coefficients: Tensor, log_size: Tensor, pose: Tensor, radius: Tensor
) -> Tensor:
    """Field on the axial plane at the points of a border (B, A), radii in head sizes, (B, A).

    The picture is assumed to lie in z = 0; its shift and rotation in the plane are those of `pose` (B, 6).
    """
    g = basis.size
    modes = basis.modes.view(-1, g, g, g)[:, g // 2 - 1 : g // 2 + 1].mean(1).flatten(1)
    mean = basis.mean.view(g, g, g)[g // 2 - 1 : g // 2 + 1].mean(0).flatten()
    plane = torch.addmm(mean, coefficients, modes).view(-1, 1, g, g)
    theta = torch.arange(radius.shape[1], device=radius.device) * (2 * torch.pi / radius.shape[1])
    turned = theta + pose[:, 5:6]
    points = pose[:, None, :2] + radius[..., None] * torch.stack([turned.cos(), turned.sin()], -1)
    points = points / log_size.exp()[:, None, None]
    return F.grid_sample(plane, points[:, None] / HALF_EXTENT, align_corners=True)[:, 0, 0]


def real_terms(basis: LowRankField, x_scale: Tensor, batch: Batch, mean: Tensor, pose: Tensor) -> dict[str, Tensor]:
    """Terms border, size and mean_prior of the real pictures of a batch; see `SkullTraining`.

    `mean` (R, K + 1) and `pose` (R, 6) are predicted for the `batch.real` = R pictures.
    """
    known = len(batch.borders) - batch.real
    radius, log_sd = batch.borders[known:, 0, 0], batch.borders[known:, 0, 1]
    distance = border_distance(basis, mean[:, :-1], mean[:, -1], pose, radius)
    distance = distance / ((2 * log_sd).exp() + BORDER_SIGMA**2).sqrt()
    miss = (mean[:, -1] - batch.log_size[known:]) / SIZE_SIGMA
    return {
        "border": F.huber_loss(distance, torch.zeros_like(distance), delta=2.0),
        "size": F.huber_loss(miss, torch.zeros_like(miss), delta=2.0),
        "mean_prior": 0.5 * F.relu((mean / x_scale).abs() - 2).square().mean(),
    }


def separability(real: Tensor, simulated: Tensor) -> Tensor:
    """log(1 + J) of features (N, F) and (M, F), with J the Fisher criterion of the best linear classifier.

    J = m^T (S + ridge diag S)^-1 m, m the difference of the means and S the covariance within both groups, is the
    squared distance of the means in units of the projected standard deviation; of Gaussian groups the AUC is
    Phi(sqrt(J / 2)).
    """
    difference = real.mean(0) - simulated.mean(0)
    within = torch.cat([real - real.mean(0), simulated - simulated.mean(0)])
    covariance = within.T @ within / len(within)
    covariance = covariance + torch.diag(FISHER_RIDGE * covariance.diagonal() + 1e-6)
    return torch.log1p(difference @ torch.linalg.solve(covariance, difference))


class SkullTraining(L.LightningModule):
    """ELBO of every member of a `SkullEnsemble` with the mean path, poses and borders of real pictures.

        loss = |x - x(z)|^2 / 2 sigma^2 + beta sum_lj max(KL_lj, free bits) + |x - x(m)|^2 / 2 tau^2
               - 0.5 log p(poses) + real_weight (10 border + 10 size + 5 mean_prior + 5 spread_match
               + 10 domain), the weights being those of `real_terms`

    z is a sample of the posterior, m the means of the prior path (Sohn et al. 2015, the hybrid objective); sigma =
    `SIGMA_X`, tau = `MEAN_PATH_SIGMA`. KL_lj = KL[q(z_l) || p(z_l)] of dimension j, the mean over the batch. beta rises
    from a twentieth to its value. The loss is the mean over the members, divided by K for the step, which only scales
    the gradient.

    A batch contains known cases followed by real axial pictures, of which the border and the annotated circumference
    are known. border is the Huber loss of the predicted field at a real border over its own standard deviation per
    angle, size that of the predicted head size over `SIZE_SIGMA`. Three terms regularise the
    rest: `mean_prior` keeps the mean of a real head within two `x_scale` of the population mean, `spread_match` is the
    squared log ratio of the variance of its draws to that of simulated axial-only cases, `domain` the `separability` of
    real and simulated axial features by the best linear classifier of the batch. The last two compare populations and
    are left out without `population_terms`: the few pictures of a small cohort differ from a population by chance.
    """

    def __init__(
        self,
        model: str,
        network: dict,
        basis: LowRankField,
        x_scale: Tensor,
        learning_rate: float,
        steps: int,
        kl_warm_up: float,
        free_bits: float,
        real_weight: float,
        seed: int = 0,
        *,
        beta: float = 1.0,
        real_terms: Mapping[str, float] = REAL_TERMS,
        population_terms: bool = True,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["basis", "x_scale"])
        self.net = SkullEnsemble(getattr(cvae, model), **network)
        for member in self.net.members:
            member.x_scale.copy_(x_scale)
        self.basis = basis.requires_grad_(False)
        self.register_buffer("rigid", basis.rigid_directions(HALF_EXTENT), persistent=False)

    def losses(self, batch: Batch, generator: torch.Generator | None, beta: float) -> dict[str, Tensor]:
        """Terms of the loss, the mean over the members."""
        found = [self.member_losses(net, batch, generator, beta) for net in self.net.members]
        return {name: torch.stack([f[name] for f in found]).mean() for name in found[0]}

    def member_losses(
        self,
        net: SkullCVAE,
        batch: Batch,
        generator: torch.Generator | None,
        beta: float,
    ) -> dict[str, Tensor]:
        """Terms of the loss of one member."""
        known = len(batch.borders) - batch.real
        features = net.encode_planes(Conditions(batch.borders, batch.present))
        x = torch.cat([batch.coefficients, batch.log_size[:, None]], dim=1)[:known]
        noise = torch.randn(known, len(net.levels), net.latent, generator=generator).to(x)
        levels = net.descend(features[:known], noise, x)
        error = (x - net.decode(features[:known], levels)) / SIGMA_X
        reconstruction = 0.5 * error.square().sum(1).mean()
        kl = torch.stack([level.posterior.kl(level.prior).mean(0) for level in levels])
        mean_levels = net.descend(features, None)
        x_mean = net.decode(features, mean_levels)
        mean_path = 0.5 * (((x - x_mean[:known]) / MEAN_PATH_SIGMA) ** 2).sum(1).mean()
        poses = net.poses(features, mean_levels)
        found = {"reconstruction": reconstruction, "kl": kl.sum(), "mean_path": mean_path}
        found["pose"] = self._pose_loss(poses, batch, known)
        found["loss"] = (
            reconstruction + beta * kl.clamp_min(self.hparams.free_bits).sum() + mean_path + 0.5 * found["pose"]
        )
        if batch.real:
            found |= self._real_losses(net, batch, features, x_mean[known:], poses.mu[known:, :6], generator)
            extra = sum(weight * found[name] for name, weight in self.hparams.real_terms.items() if name in found)
            found["loss"] = found["loss"] + self.hparams.real_weight * extra
        return found

    def _real_losses(
        self,
        net: SkullCVAE,
        batch: Batch,
        features: Tensor,
        mean: Tensor,
        pose: Tensor,
        generator: torch.Generator | None,
    ) -> dict[str, Tensor]:
        known = len(features) - batch.real
        found = real_terms(self.basis, net.x_scale, batch, mean, pose)
        axial = batch.present[:known, 0]
        if not self.hparams.population_terms:
            return found
        if axial.sum() > 1:
            found["domain"] = separability(features[known:, 0], features[:known][axial, 0])
        alone = axial & (batch.present[:known].sum(1) == 1)
        if alone.sum() > 1:
            like = self._spread(net, features[:known][alone], generator).detach()
            own = self._spread(net, features[known:], generator)
            found["spread_match"] = (own.log() - like.log()).square().mean()
        return found

    @staticmethod
    def _spread(net: SkullCVAE, features: Tensor, generator: torch.Generator | None) -> Tensor:
        """Mean squared difference (K + 1,) of two draws of each case, divided by x_scale."""
        pair = []
        for _ in range(2):
            noise = torch.randn(len(features), len(net.levels), net.latent, generator=generator).to(features)
            pair.append(net.decode(features, net.descend(features, noise)) / net.x_scale)
        return (pair[0] - pair[1]).square().mean(0) + 1e-6

    @staticmethod
    def _pose_loss(poses: DiagonalGaussian, batch: Batch, simulated: int) -> Tensor:
        rotation, near = rotation_vectors(batch.axes[:simulated])
        target = torch.cat([batch.origin[:simulated], rotation], dim=-1)
        mu, log_sigma = (t[:simulated].view(simulated, 3, 6) for t in (poses.mu, poses.log_sigma))
        known = batch.origin[:simulated].isfinite().all(-1)
        target = torch.where(known[..., None], target, mu.detach())
        loss = (0.5 * ((target - mu) / log_sigma.exp()) ** 2 + log_sigma).sum(-1)
        use = (near & known & batch.present[:simulated]).float()
        return (loss.clamp_max(50.0) * use).sum() / simulated

    def training_step(self, batch: Batch, _: int) -> Tensor:
        ramp = self.hparams.kl_warm_up * self.hparams.steps
        beta = self.hparams.beta * min(1.0, 0.05 + 0.95 * self.global_step / max(ramp, 1))
        # drawn by step, so that a training that was resumed is the same
        generator = torch.Generator().manual_seed(1_000_003 * self.hparams.seed + self.global_step)
        found = self.losses(batch, generator, beta)
        self.log_dict({f"train/{k}": v for k, v in found.items()}, batch_size=len(batch.borders))
        self.log("train/beta", beta, batch_size=1)
        return found["loss"] / batch.coefficients.shape[1]

    def validation_step(self, batch: Batch, index: int, dataloader_idx: int = 0) -> None:
        """Log errors of the mean path per subset of planes, in per cent of head size (1 is about 0.4 mm at 24 weeks).

        The first loader has simulated cases; the second, if there is one, cases of an own cohort.
        """
        kind = ("validation", "validation own")[dataloader_idx]
        every = {"batch_size": len(batch.borders), "add_dataloader_idx": False, "sync_dist": True}
        x = torch.cat([batch.coefficients, batch.log_size[:, None]], dim=1)
        for row, name in ((0, "axial+sagittal+coronal"), (1, "axial+sagittal"), (3, "axial")):
            y = Conditions(batch.borders, batch.present & SUBSETS[row].to(batch.present.device))
            generator = torch.Generator().manual_seed(index)
            draws, means = [], []
            for net in self.net.members:
                features = net.encode_planes(y)
                means.append(net.decode(features, net.descend(features, None)))
                for _ in range(8):
                    noise = torch.randn(len(x), len(net.levels), net.latent, generator=generator).to(x)
                    draws.append(net.decode(features, net.descend(features, noise)))
            draws, mean = torch.stack(draws), torch.stack(means).mean(0)
            error = x[:, :-1] - mean[:, :-1]
            error = error - error @ self.rigid.T @ self.rigid
            field = error.square().sum(1).mean().sqrt()
            size = (x[:, -1] - mean[:, -1]).square().mean().sqrt()
            draws = draws[..., :-1] - draws[..., :-1] @ self.rigid.T @ self.rigid
            spread = draws.var(0).sum(1).mean().sqrt()
            self.log_dict({f"{kind}/{name} shape %": 100 * field, f"{kind}/{name} size %": 100 * size}, **every)
            self.log(f"{kind}/{name} spread %", 100 * spread, **every)

    def configure_optimizers(self) -> dict:
        optimiser = torch.optim.AdamW(self.net.parameters(), lr=self.hparams.learning_rate, weight_decay=1e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.hparams.learning_rate, total_steps=self.hparams.steps, pct_start=0.08
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
