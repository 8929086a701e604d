"""Lightning module of the skull models: ELBO, mean path, poses and outlines of real pictures."""

from __future__ import annotations

import lightning as L
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.models import cvae
from GenerativeModelsLib.models.cvae import Conditions, SkullCVAE
from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT
from GenerativeModelsLib.training.skull.augmentation import STANDARD, Batch, opposite

SIGMA_X = 0.004
"""Standard deviation of p(x | z, y), in head sizes. Fixed: a learned one explains variance that belongs to the latents,
and the draws, which are decoded means, then vary too little."""
MEAN_PATH_SIGMA = 0.005
OUTLINE_SIGMA = 0.03
TURNED = 24
"""Cases of a batch that are also encoded in the opposite orientation."""
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


def outline_distance(
    basis: LowRankField, coefficients: Tensor, log_size: Tensor, pose: Tensor, outline: Tensor
) -> Tensor:
    """Field on the axial plane at the points of a known outline, (B, P), in head sizes.

    The picture is assumed to lie in z = 0; its shift and rotation in the plane are those of `pose` (B, 6).
    """
    g = basis.size
    modes = basis.modes.view(-1, g, g, g)[:, g // 2 - 1 : g // 2 + 1].mean(1).flatten(1)
    mean = basis.mean.view(g, g, g)[g // 2 - 1 : g // 2 + 1].mean(0).flatten()
    plane = torch.addmm(mean, coefficients, modes).view(-1, 1, g, g)
    c, s = pose[:, 5].cos(), pose[:, 5].sin()
    turn = torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], -2)
    points = pose[:, None, :2] + HALF_WIDTH * outline @ turn.transpose(1, 2)
    points = points / log_size.exp()[:, None, None]
    return F.grid_sample(plane, points[:, None] / HALF_EXTENT, align_corners=True)[:, 0, 0]


class SkullTraining(L.LightningModule):
    """ELBO of a `SkullCVAE` with the mean path, poses and outlines of real pictures.

        loss = |x - x(z)|^2 / 2 sigma^2 + beta sum_lj max(KL_lj, free bits) + |x - x(m)|^2 / 2 tau^2
               - 0.5 log p(poses) - 4 log p(upright) + real_weight (10 outline + 5 mean_prior + 5 spread_match)

    z is a sample of the posterior, m the means of the prior path (Sohn et al. 2015, the hybrid objective); sigma =
    `SIGMA_X`, tau = `MEAN_PATH_SIGMA`. KL_lj = KL[q(z_l) || p(z_l)] of dimension j, the mean over the batch. beta rises
    from 0.05 to 1. outline is the Huber loss of the field at a real outline over `OUTLINE_SIGMA`. The loss is divided
    by K for the step, which only scales the gradient.

    A batch contains simulated cases followed by real axial pictures, for which only the outline is known. Two terms
    regularise the rest of a real head: `mean_prior` keeps its mean within one `x_scale` of the population mean, and
    `spread_match` is the squared log ratio of the variance of its draws to that of simulated axial-only cases.
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
        encoders_in_bf16: bool = False,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["basis", "x_scale"])
        self.net: SkullCVAE = getattr(cvae, model)(**network)
        self.net.encoders.to(memory_format=torch.channels_last)
        self.net.x_scale.copy_(x_scale)
        self.basis = basis.requires_grad_(False)
        self.register_buffer("rigid", basis.rigid_directions(HALF_EXTENT), persistent=False)

    def losses(self, batch: Batch, generator: torch.Generator | None, beta: float) -> dict[str, Tensor]:
        net = self.net
        real = 0 if batch.outline is None else len(batch.outline)
        simulated = len(batch.pictures) - real
        turned = opposite(batch, min(TURNED, simulated))
        y = Conditions(
            torch.cat([batch.pictures, turned.pictures]),
            torch.cat([batch.scalars, turned.scalars]),
            torch.cat([batch.present, turned.present]),
        )
        with torch.autocast(batch.pictures.device.type, torch.bfloat16, enabled=self.hparams.encoders_in_bf16):
            features = net.encode_planes(y)
        features = features.float()
        features, features_turned = features[: len(batch.pictures)], features[len(batch.pictures) :]
        x = torch.cat([batch.coefficients, batch.log_size[:, None]], dim=1)[:simulated]
        noise = torch.randn(simulated, len(net.levels), net.latent, generator=generator).to(x)
        levels = net.descend(features[:simulated], noise, x)
        error = (x - net.decode(features[:simulated], levels)) / SIGMA_X
        reconstruction = 0.5 * error.square().sum(1).mean()
        kl = torch.stack([level.posterior.kl(level.prior).mean(0) for level in levels])
        mean_levels = net.descend(features, None)
        x_mean = net.decode(features, mean_levels)
        mean_path = 0.5 * (((x - x_mean[:simulated]) / MEAN_PATH_SIGMA) ** 2).sum(1).mean()
        poses = net.poses(features, mean_levels)
        found = {"reconstruction": reconstruction, "kl": kl.sum(), "mean_path": mean_path}
        found["pose"] = self._pose_loss(poses, batch, simulated)
        logits = torch.cat([net.upright_logits(features[:simulated]), -net.upright_logits(features_turned)])
        known = batch.present[:simulated] & batch.origin[:simulated].isfinite().all(-1)
        shown = torch.cat([known, known[: len(turned.present)]]).float()
        found["upright"] = (F.softplus(-logits) * shown).sum() / shown.sum().clamp_min(1)
        found["loss"] = (
            reconstruction
            + beta * kl.clamp_min(self.hparams.free_bits).sum()
            + mean_path
            + 0.5 * found["pose"]
            + 4 * found["upright"]
        )
        if real:
            mean, pose = x_mean[simulated:], poses.mu[simulated:, :6]
            distance = outline_distance(self.basis, mean[:, :-1], mean[:, -1], pose, batch.outline)
            found["outline"] = F.huber_loss(distance / OUTLINE_SIGMA, torch.zeros_like(distance), delta=2.0)
            found["mean_prior"] = 0.5 * F.relu((mean / net.x_scale).abs() - 1).square().mean()
            alone = batch.present[:simulated, 0] & (batch.present[:simulated].sum(1) == 1)
            if alone.sum() > 1:
                like = self._spread(features[:simulated][alone], generator).detach()
                own = self._spread(features[simulated:], generator)
                found["spread_match"] = (own.log() - like.log()).square().mean()
                found["loss"] = found["loss"] + self.hparams.real_weight * 5 * found["spread_match"]
            found["loss"] = found["loss"] + self.hparams.real_weight * (10 * found["outline"] + 5 * found["mean_prior"])
        return found

    def _spread(self, features: Tensor, generator: torch.Generator | None) -> Tensor:
        """Mean squared difference (K + 1,) of two draws of each case, divided by x_scale."""
        net = self.net
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
        beta = min(1.0, 0.05 + 0.95 * self.global_step / max(ramp, 1))
        found = self.losses(batch, None, beta)
        self.log_dict({f"train/{k}": v for k, v in found.items()}, batch_size=len(batch.pictures))
        self.log("train/beta", beta, batch_size=1)
        return found["loss"] / batch.coefficients.shape[1]

    def validation_step(self, batch: Batch, index: int, dataloader_idx: int = 0) -> None:
        """Log errors of the mean path per subset of planes, in per cent of head size (1 is about 0.4 mm at 24 weeks).

        The first loader has simulated cases; the second, if there is one, cases of an own cohort.
        """
        net, kind = self.net, ("validation", "validation own")[dataloader_idx]
        every = {"batch_size": len(batch.pictures), "add_dataloader_idx": False, "sync_dist": True}
        x = torch.cat([batch.coefficients, batch.log_size[:, None]], dim=1)
        for row, name in ((0, "axial+sagittal+coronal"), (1, "axial+sagittal"), (3, "axial")):
            present = batch.present & SUBSETS[row].to(batch.present.device)
            features = net.encode_planes(Conditions(batch.pictures, batch.scalars, present))
            generator = torch.Generator().manual_seed(index)
            draws = []
            for _ in range(8):
                noise = torch.randn(len(x), len(net.levels), net.latent, generator=generator).to(x)
                draws.append(net.decode(features, net.descend(features, noise)))
            draws = torch.stack(draws)
            mean = net.decode(features, net.descend(features, None))
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
