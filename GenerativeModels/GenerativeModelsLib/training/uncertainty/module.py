"""Lightning module of the joint space of images and label maps."""

from __future__ import annotations

import lightning as L
import torch
from torch import Tensor

from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.models.joint_space import JointSpace, contrastive_loss
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.training.segmentation.losses import cross_entropy, soft_dice_loss
from GenerativeModelsLib.training.uncertainty.config import UncertaintyTrainingConfig
from GenerativeModelsLib.training.uncertainty.data import JointBatch

__all__ = ["JointTraining", "network_parameters"]

SETTINGS = {"model", "learning_rate", "entropy_weight", "beta", "contrast_weight"}
"""Fields of the config used by the loss and its optimiser; stored in checkpoints."""


def network_parameters(config: UncertaintyTrainingConfig) -> dict:
    """Keyword arguments of `JointSpace`."""
    sizes = config.network.model_dump()
    return {"size": config.grid, "labels": 1 + len(CODES), **{k: list(v) if isinstance(v, tuple) else v
            for k, v in sizes.items()}}  # fmt: skip


class JointTraining(L.LightningModule):
    """The loss of the joint space.

        loss = entropy_weight CE + (1 - Dice) + beta KL[q(z | x) || N(0, I)] + contrast_weight InfoNCE

    The maps are decoded from one sample of q(z | x); the InfoNCE takes its mean.

    Parameters
    ----------
    config : weights of the loss and sizes of the networks.
    steps : optimiser steps of the whole training.
    """

    def __init__(self, *, config: UncertaintyTrainingConfig, steps: int) -> None:
        super().__init__()
        self.config, self.steps = config, steps
        parameters = network_parameters(config)
        self.save_hyperparameters(
            {"network": parameters, "steps": steps, **config.model_dump(mode="json", include=SETTINGS)}
        )
        self.net = JointSpace(**parameters)

    def losses(self, batch: JointBatch) -> dict[str, Tensor]:
        """The parts of the loss, the loss, and the share of images whose own map is the most similar of the batch."""
        h, net = self.config, self.net
        posterior = net.vae.encode(batch.maps, batch.known)
        z = posterior.sample(torch.randn_like(posterior.mu))
        logits, zero = net.vae.decode(z), torch.zeros_like(z)
        images, maps = net.image_vectors(batch.images), net.map_vectors(posterior.mu)
        found = {
            "entropy": cross_entropy(logits, batch.maps, batch.known),
            "dice": soft_dice_loss(logits, batch.maps, batch.known),
            "kl": posterior.kl(DiagonalGaussian(zero, zero)).sum(1).mean(),
            "contrast": contrastive_loss(images, maps, net.scale),
        }
        loss = h.entropy_weight * found["entropy"] + found["dice"] + h.beta * found["kl"]
        own = torch.arange(len(images), device=images.device)
        return found | {
            "loss": loss + h.contrast_weight * found["contrast"],
            "matched": ((images @ maps.T).argmax(1) == own).float().mean(),
        }

    def training_step(self, batch: JointBatch, _: int) -> Tensor:
        found = self.losses(batch)
        self.log_dict({f"train/{name}": value for name, value in found.items()}, batch_size=len(batch.maps))
        return found["loss"]

    def validation_step(self, batch: JointBatch, _: int) -> None:
        found = self.losses(batch)
        names = ("contrast", "dice", "matched")
        self.log_dict({f"validation/{name}": found[name] for name in names}, batch_size=len(batch.maps))

    def configure_optimizers(self) -> dict:
        optimiser = torch.optim.AdamW(self.parameters(), lr=self.config.learning_rate, weight_decay=1e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.config.learning_rate, total_steps=self.steps, pct_start=0.15
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
