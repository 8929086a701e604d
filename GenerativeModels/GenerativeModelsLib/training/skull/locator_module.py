"""Lightning module of the head locator."""

from __future__ import annotations

import lightning as L
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.models.locator import HeadLocatorNet


def soft_dice_loss(probability: Tensor, target: Tensor) -> Tensor:
    """1 - Dice of soft masks (B, ...), per picture (B,)."""
    p, t = probability.flatten(1), target.flatten(1)
    return 1 - (2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1)


def half_loss(logits: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean cross-entropy inside the head, per picture (B,)."""
    loss = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (loss * mask).flatten(1).sum(1) / mask.flatten(1).sum(1).clamp_min(1)


class LocatorTraining(L.LightningModule):
    """Cross-entropy and Dice of the head mask, cross-entropy of its halves and of the head's presence.

    If only the axis of the halves is known (HC18), the smaller loss of the two directions is used.
    """

    def __init__(self, channels: list[int], learning_rate: float, steps: int) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.net = HeadLocatorNet(tuple(channels)).to(memory_format=torch.channels_last)

    def losses(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        out = self.net(batch["image"], batch["inside"], batch["plane"]).as_float()
        mask, first, second = batch["targets"].unbind(1)
        present, known = batch["present"], batch["known"]
        entropy = F.binary_cross_entropy_with_logits(out.mask, mask, reduction="none").mean((1, 2))
        dice = soft_dice_loss(torch.sigmoid(out.mask), mask) * present
        right, wrong = half_loss(out.first_half, first, mask), half_loss(out.first_half, 1 - first, mask)
        halves = torch.where(known > 0, right, torch.minimum(right, wrong)) * present
        sagittal = (batch["plane"] == 1).float() * present * known
        halves = halves + half_loss(out.second_half, second, mask) * sagittal
        presence = F.binary_cross_entropy_with_logits(out.presence, present, reduction="none")
        return {"mask": (2 * entropy + dice).mean(), "halves": halves.mean(), "presence": presence.mean()}

    def training_step(self, batch: dict[str, Tensor], _: int) -> Tensor:
        losses = self.losses(batch)
        self.log_dict({f"train/{k}": v for k, v in losses.items()})
        return losses["mask"] + 0.8 * losses["halves"] + 0.2 * losses["presence"]

    def validation_step(self, batch: dict[str, Tensor], _: int) -> None:
        losses = self.losses(batch)
        self.log_dict({f"validation/{k}": v for k, v in losses.items()}, prog_bar=True)

    def configure_optimizers(self) -> dict:
        optimiser = torch.optim.AdamW(self.parameters(), lr=self.hparams.learning_rate, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.hparams.learning_rate, total_steps=self.hparams.steps, pct_start=0.1
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
