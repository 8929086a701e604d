"""Lightning module of the plane reader: border and facing."""

from __future__ import annotations

import math

import lightning as L
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.models.border_reader import BorderReader
from GenerativeModelsLib.models.facing import FacingNet
from GenerativeModelsLib.skull.locate.strip import ANGLES, bin_centres

SIMULATED_SD = 0.008
"""Standard deviation with which a true radius is the border's, in units of the ellipse's radius: the resolution of a
strip."""
BAND, BAND_SD = 0.035, 0.01
"""Half width of the band about an annotated ellipse within which the border of a real picture is free, and the
standard deviation with which it may leave it. Real heads depart from their ellipse by 1.6 % (root mean square)."""
ECHO_SD = 0.008
"""Standard deviation of the border where a real echo is clear."""
MEAN_SD = 0.006
"""Standard deviation that the mean may have where an echo is clear. Beside the width of the distributions, one to two
bins, an error of the mean by half a bin hardly counts in their likelihood."""
WEIGHTS = {
    "simulated": 1.0,
    "real": 0.5,
    "echo": 1.0,
    "known": 0.5,
    "band": 0.3,
    "mean": 1.0,
    "visible": 0.3,
    "upright": 0.5,
}
"""Of the parts of the loss."""
KNOWN_SD = (0.006, 0.01, 0.01, 0.008, 0.008)
"""The same for what an annotation does determine: circumference, centre (2), and axes and angle (2)."""


def border_nll(log_probability: Tensor, radius: Tensor, sd: float, radii: Tensor) -> Tensor:
    """-log p(radius) (B, A) of borders distributed by bins (B, A, R) with centres `radii`, observed with error `sd`."""
    kernel = -0.5 * ((radii - radius[..., None]) / sd) ** 2 - math.log(sd * math.sqrt(2 * math.pi))
    return -(log_probability + kernel).logsumexp(-1)


def low_harmonics(angles: int = ANGLES) -> Tensor:
    """(angles, 5) projector of a radius onto its mean and its first and second harmonics."""
    phi = torch.arange(angles) * (2 * torch.pi / angles)
    waves = [torch.ones(angles), *(2 * f(n * phi) for n in (1, 2) for f in (torch.cos, torch.sin))]
    return torch.stack(waves, 1) / angles


class ReaderTraining(L.LightningModule):
    """Likelihood of the border, of its visibility and of the head's orientation.

        loss = NLL(simulated border) - 0.5 log P(real border in the band) + NLL(real border where clear)
               + 0.5 Huber(real harmonics 0 to 2) + 0.3 Huber(real mean beyond the band)
               + Huber(mean where the echo is clear) + 0.3 BCE(visible) + 0.5 BCE(upright)

    A real picture knows its circumference, axes and centre, which determine the harmonics 0 to 2 of the border's
    radius, a band of `BAND` about the ellipse, and the border itself where the echo of the wall is clear
    (`echo_border.clear_border`).
    """

    def __init__(self, learning_rate: float, steps: int) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.ModuleDict({"border": BorderReader(), "facing": FacingNet()})
        self.net["border"].to(memory_format=torch.channels_last)
        self.register_buffer("radii", torch.from_numpy(bin_centres()).float(), persistent=False)
        self.register_buffer("low", low_harmonics(), persistent=False)

    def losses(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        out = self.net["border"](batch["strip"])
        mean, _ = out.moments(self.radii)
        real, radius = batch["real"], batch["radius"]
        simulated = 1 - real
        exact = border_nll(out.log_probability, radius, SIMULATED_SD, self.radii).mean(1)
        within = torch.sigmoid((BAND - (self.radii - radius[..., None]).abs()) / (0.5 * BAND_SD))
        loose = -(out.log_probability.exp() * within).sum(-1).clamp_min(1e-6).log().mean(1)
        clear = batch["clear"]
        echo = (border_nll(out.log_probability, batch["echo"], ECHO_SD, self.radii) * clear).sum(1)
        echo = echo / clear.sum(1).clamp_min(1)
        known = ((mean - radius)[..., None] * self.low).sum(1) / torch.tensor(KNOWN_SD, device=mean.device)
        known = F.huber_loss(known, torch.zeros_like(known), reduction="none", delta=2.0).mean(1)
        beyond = F.relu((mean - radius).abs() - BAND) / BAND_SD
        band = F.huber_loss(beyond, torch.zeros_like(beyond), reduction="none", delta=2.0).mean(1)
        off = (mean - batch["echo"]) / MEAN_SD
        off = F.huber_loss(off, torch.zeros_like(off), reduction="none", delta=2.0) * clear
        visible = F.binary_cross_entropy_with_logits(out.visible.float(), batch["visible"])
        upright = self.net["facing"](batch["picture"], batch["plane"]).float()
        upright = F.binary_cross_entropy_with_logits(upright, batch["upright"], reduction="none")
        oriented = batch["oriented"]
        return {
            "simulated": (exact * simulated).sum() / simulated.sum().clamp_min(1),
            "real": (loose * real).sum() / real.sum().clamp_min(1),
            "echo": (echo * real).sum() / real.sum().clamp_min(1),
            "known": (known * real).sum() / real.sum().clamp_min(1),
            "band": (band * real).sum() / real.sum().clamp_min(1),
            "mean": off.sum() / clear.sum().clamp_min(1),
            "visible": visible,
            "upright": (upright * oriented).sum() / oriented.sum().clamp_min(1),
            "error %": 100 * ((mean - radius).abs().mean(1) * simulated).sum() / simulated.sum().clamp_min(1),
        }

    @staticmethod
    def total(losses: dict[str, Tensor]) -> Tensor:
        return sum(weight * losses[name] for name, weight in WEIGHTS.items())

    def training_step(self, batch: dict[str, Tensor], _: int) -> Tensor:
        losses = self.losses(batch)
        self.log_dict({f"train/{k}": v for k, v in losses.items()})
        return self.total(losses)

    def validation_step(self, batch: dict[str, Tensor], _: int) -> None:
        losses = self.losses(batch)
        self.log_dict({f"validation/{k}": v for k, v in losses.items()}, prog_bar=True)

    def configure_optimizers(self) -> dict:
        optimiser = torch.optim.AdamW(self.net.parameters(), lr=self.hparams.learning_rate, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.hparams.learning_rate, total_steps=self.hparams.steps, pct_start=0.1
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
