"""Training of the Ladder VAE of hearts and of the baseline VAE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import lightning as L
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.heart.infer.code import CODE_SIZE, PHASE_OF_CODE, PHASES
from GenerativeModelsLib.heart.shape.ventricle import ray_directions
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig, kl_weights
from GenerativeModelsLib.training.heart.data import UNLABELLED, HeartBatch

__all__ = ["HeartTraining", "code_weights"]

SIGMA_MM = 0.5
"""Standard deviation of p(x | z) of one number of a code."""
ACTIVE_NATS = 0.02
"""A latent dimension is active when its mean KL is larger."""
SETTINGS = {
    *("beta", "learning_rate", "kl_warm_up", "free_bits", "class_weight", "points"),
    *("label_smoothing", "mean_path", "wall_weight"),
}
"""Fields of the config used by the loss and its optimiser; stored in checkpoints."""


def code_weights() -> np.ndarray:
    """(CODE_SIZE,) weights, of mean 1, of the numbers of a code: rays near the apex represent less surface."""
    flat = np.hypot(ray_directions()[..., 0], ray_directions()[..., 1])
    rays = np.maximum(flat, 0.25).ravel()
    weights = np.concatenate([np.tile(rays, 2 * PHASES), np.full(PHASES, 10.0)])
    return weights / weights.mean()


class HeartTraining(L.LightningModule):
    """Tempered ELBO of every net, with the class and the thickest wall read from the top level.

        loss = R(z_1 .. z_L) + beta sum_l a_l sum_j max(KL_lj, free bits)
               + class_weight * cross-entropy(y | z_L) + wall_weight * (a - a(z_L))^2
               + mean_path * sum_(l = 2 .. L) R(m_1 .. m_(l-1), z_l .. z_L)
        R(z) = points / n * sum_i w_i (x_i - x_i(z))^2 / 2 sigma^2,    sigma = `SIGMA_MM`

    z_l is one sample of q(z_l | x seen, z_(l+1)). x is the true shape; the posterior reads it with the errors of a
    label map. x_i(z) is the decoder's mean, which reads z_1 .. z_(L-1). Target and decoded shape are compared in the
    span of the modes. R is the negative logarithm of a Gaussian likelihood of the n numbers raised to the power
    points / n, n = CODE_SIZE: neighbouring radii are not independent. w_i (`code_weights`) counts surface, mean 1.

    KL_lj = KL[q(z_l) || p(z_l | z_(l+1))] of dimension j, the mean over the batch; a_l as `kl_weights`. beta rises from
    0 to 1 over the share kl_warm_up of the steps. m are the prior means below z_l; the paper has no such term, but
    without it the middle level is inactive. The cross-entropy, with label smoothing, is the mean over the hearts with
    a label. a is the thickest wall at end diastole in mm, which defines hypertrophy. All nets are trained on the same
    batches and share only the fixed modes.

    Deviations from the authors' training: a Gaussian likelihood in mm instead of two Dice losses, as shapes are radii;
    AdamW with a one-cycle rate instead of Adam with a piecewise rate, and tens of epochs instead of 150, as the nets
    have no convolutions; another class weight, for a probability that can be calibrated.

    Parameters
    ----------
    networks : keyword arguments of `LadderVAE` by the name of the net, such as lvae and vae.
    config : weights of the loss, learning rate and warm-up, with their defaults.
    steps : optimiser steps of the whole training.
    """

    def __init__(self, *, networks: Mapping[str, Mapping], config: HeartTrainingConfig, steps: int) -> None:
        super().__init__()
        self.config, self.steps = config, steps
        settings = config.model_dump(mode="json", include=SETTINGS)
        self.save_hyperparameters({"networks": networks, "steps": steps, **settings})
        self.nets = torch.nn.ModuleDict({name: LadderVAE(CODE_SIZE, **given) for name, given in networks.items()})

    def start_from(self, shapes: Tensor, thickest_mm: Tensor) -> None:
        """Set the population of every net from shapes (N, CODE_SIZE) in mm and their thickest walls (N,)."""
        group = torch.from_numpy(PHASE_OF_CODE).long()
        first, *others = self.nets.values()
        first.set_population(shapes, torch.from_numpy(code_weights()).float(), group, thickest_mm[:, None])
        for net in others:
            for name, buffer in net.named_buffers():
                buffer.copy_(first.get_buffer(name))

    def losses(self, name: str, batch: HeartBatch, generator: torch.Generator | None, beta: float) -> dict[str, Tensor]:
        """The parts of one net's loss, and the loss."""
        net, h = self.nets[name], self.config
        count = len(batch.label)
        noise = [torch.randn(count, d, generator=generator).to(batch.seen) for d in net.latents]
        levels = net.descend(net.estimate(batch.seen, batch.present), noise)
        per_mm2 = 0.5 * h.points / SIGMA_MM**2
        z = [level.z for level in levels]
        reconstruction = per_mm2 * self.error_mm2(net, z, batch).mean()
        mean_path = torch.zeros_like(reconstruction)
        for number in range(1, len(levels)) if h.mean_path else ():
            expected = [*net.follow(number, z[number]), *z[number:]]
            mean_path = mean_path + per_mm2 * self.error_mm2(net, expected, batch).mean()
        kl = [level.posterior.kl(level.prior).mean(0) for level in levels]
        weights = kl_weights(h.beta, len(kl))
        pressed = sum(w * k.clamp_min(h.free_bits).sum() for w, k in zip(weights, kl, strict=True))
        known = (batch.label != UNLABELLED).sum().clamp_min(1)
        wrong = F.cross_entropy(
            net.classify(levels[-1].z),
            batch.label,
            ignore_index=UNLABELLED,
            label_smoothing=h.label_smoothing,
            reduction="sum",
        )
        wall = (net.attributes(levels[-1].z)[:, 0] - batch.thickest_mm).square().mean()
        found = {"reconstruction": reconstruction, "mean path": mean_path, "class": wrong / known, "wall mm2": wall}
        found |= {f"kl {k + 1}": value.sum() for k, value in enumerate(kl)}
        told = h.class_weight * found["class"] + h.wall_weight * wall
        found["loss"] = reconstruction + h.mean_path * mean_path + beta * pressed + told
        return found

    @staticmethod
    def error_mm2(net: LadderVAE, z: Sequence[Tensor], batch: HeartBatch) -> Tensor:
        """Weighted mean squared error (B,) of decoded shapes; the modes are orthonormal under the weights."""
        return ((batch.shape - net.describe(z)) * net.root).square().sum(1) / CODE_SIZE

    def training_step(self, batch: HeartBatch, _: int) -> Tensor:
        ramp = self.config.kl_warm_up * self.steps
        beta = min(1.0, self.global_step / max(ramp, 1))
        total = 0.0
        for name in self.nets:
            found = self.losses(name, batch, None, beta)
            self.log_dict({f"train/{name} {k}": v for k, v in found.items()}, batch_size=len(batch.label))
            total = total + found["loss"]
        self.log("train/beta", beta, batch_size=1)
        return total

    def validation_step(self, batch: HeartBatch, _: int) -> None:
        """Errors of the mean reconstruction in mm, accuracy of the class, KL and active units of every level."""
        for name, net in self.nets.items():
            levels = net.descend(net.estimate(batch.seen, batch.present), [None] * len(net.latents))
            error = self.error_mm2(net, [level.z for level in levels], batch)
            right = net.classify(levels[-1].z).argmax(1) == batch.label
            found = {
                "rms mm": error.mean().sqrt(),
                "accuracy": right[batch.label != UNLABELLED].float().mean(),
                "wall mm": (net.attributes(levels[-1].z)[:, 0] - batch.thickest_mm).abs().mean(),
            }
            for k, level in enumerate(levels):
                kl = level.posterior.kl(level.prior).mean(0)
                found |= {f"kl {k + 1}": kl.sum(), f"active {k + 1}": (kl > ACTIVE_NATS).sum().float()}
            # Shows a collapsed axis of the top level, as in the published code.
            found |= {f"top spread {k}": s for k, s in enumerate(levels[-1].z.std(0)[:2])}
            self.log_dict(
                {f"validation/{name} {k}": v for k, v in found.items()}, batch_size=len(batch.label), sync_dist=True
            )

    def configure_optimizers(self) -> dict:
        optimiser = torch.optim.AdamW(self.parameters(), lr=self.config.learning_rate, weight_decay=1e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.config.learning_rate, total_steps=self.steps, pct_start=0.2
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
