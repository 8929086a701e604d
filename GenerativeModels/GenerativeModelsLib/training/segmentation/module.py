"""Lightning module of the VAEs of label maps."""

from __future__ import annotations

import lightning as L
import numpy as np
import torch
from torch import Tensor

from GenerativeModelsLib.evaluation.scores.label_maps import label_dice, rank_correlations
from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.models.label_vae import LabelVAE
from GenerativeModelsLib.segmentation.attribute_names import ATTRIBUTES
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps
from GenerativeModelsLib.training.segmentation.config import LabelTrainingConfig
from GenerativeModelsLib.training.segmentation.data import LabelBatch, batch_of
from GenerativeModelsLib.training.segmentation.losses import (
    attribute_loss,
    cross_entropy,
    neuron_loss,
    soft_dice_loss,
)

__all__ = ["LabelTraining", "held_out_batches", "network_parameters"]

SETTINGS = {
    *("model", "view", "learning_rate", "entropy_weight", "beta", "gamma", "delta", "dead_band", "neuron_weight"),
}
"""Fields of the config used by the loss and its optimiser; stored in checkpoints."""


def network_parameters(config: LabelTrainingConfig) -> dict:
    """Keyword arguments of `LabelVAE`."""
    network = config.network
    return {
        "size": config.grid,
        "labels": 1 + len(CODES),
        "latent": network.latent,
        "channels": list(network.channels),
        "dense": network.dense,
    }


class LabelTraining(L.LightningModule):
    """The losses of both VAEs of label maps.

        loss = entropy_weight CE + (1 - Dice) + beta KL[q(z | x) || N(0, I)]
               + gamma sum_a L_(a, a)                 for ar-vae, see `losses.attribute_loss`
               + neuron_weight (y(z) - y)^2           for constrained-vae

    z is one sample of q(z | x). Attributes are in standard deviations of the training maps, and so is y, the share of
    the cavity in the ventricle. The KL is summed over the dimensions and is the mean over the maps, in nats.

    Parameters
    ----------
    config : weights of the loss and sizes of the network.
    steps : optimiser steps of the whole training.
    """

    def __init__(self, *, config: LabelTrainingConfig, steps: int) -> None:
        super().__init__()
        self.config, self.steps = config, steps
        parameters = network_parameters(config)
        self.save_hyperparameters(
            {"network": parameters, "steps": steps, **config.model_dump(mode="json", include=SETTINGS)}
        )
        self.net = LabelVAE(**parameters).to(memory_format=torch.channels_last)
        self.names = ATTRIBUTES[config.view]
        self.register_buffer("centre", torch.zeros(len(self.names) + 1))
        self.register_buffer("scale", torch.ones(len(self.names) + 1))
        self._seen: list[tuple[Tensor, Tensor]] = []

    def start_from(self, batch: LabelBatch) -> None:
        """Set mean and standard deviation of the attributes and of the cavity's share from many maps."""
        measured = torch.cat([batch.attributes, batch.share[:, None]], dim=1).double().numpy()
        known = np.isfinite(measured).sum(axis=0) > 1
        filled = np.where(known, measured, 0.0)
        self.centre.copy_(torch.from_numpy(np.nanmean(filled, axis=0)))
        self.scale.copy_(torch.from_numpy(np.where(known, np.maximum(np.nanstd(filled, axis=0), 1e-6), 1.0)))

    def losses(self, batch: LabelBatch, generator: torch.Generator | None) -> dict[str, Tensor]:
        """The parts of the loss, and the loss."""
        h, count = self.config, len(self.names)
        posterior = self.net.encode(batch.maps, batch.known)
        z = posterior.sample(torch.randn(posterior.mu.shape, generator=generator).to(posterior.mu))
        logits = self.net.decode(z)
        zero = torch.zeros_like(z)
        found = {
            "entropy": cross_entropy(logits, batch.maps, batch.known),
            "dice": soft_dice_loss(logits, batch.maps, batch.known),
            "kl": posterior.kl(DiagonalGaussian(zero, zero)).sum(1).mean(),
        }
        loss = h.entropy_weight * found["entropy"] + found["dice"] + h.beta * found["kl"]
        if h.model == "ar-vae":
            scaled = (batch.attributes - self.centre[:count]) / self.scale[:count]
            found["order"] = attribute_loss(z, scaled, delta=h.delta, dead_band=h.dead_band)
            loss = loss + h.gamma * found["order"]
        else:
            wanted = (batch.share - self.centre[count]) / self.scale[count]
            found["neuron"] = neuron_loss(self.net.regress(z), wanted)
            loss = loss + h.neuron_weight * found["neuron"]
        return found | {"loss": loss}

    def training_step(self, batch: LabelBatch, _: int) -> Tensor:
        found = self.losses(batch, None)
        self.log_dict({f"train/{name}": value for name, value in found.items()}, batch_size=len(batch.maps))
        return found["loss"]

    def validation_step(self, batch: LabelBatch, _: int) -> None:
        """Dice of the mean reconstructions; codes and what they should follow are kept for the end of the epoch."""
        mu = self.net.encode(batch.maps, batch.known).mu
        dice = label_dice(self.net.maps(mu).cpu().numpy(), batch.maps.cpu().numpy(), batch.known.cpu().numpy())
        for name, values in dice.items():
            if np.isfinite(values).any():
                self.log(
                    f"validation/dice {name}", float(np.nanmean(values)), batch_size=int(np.isfinite(values).sum())
                )
        follows = mu[:, : len(self.names)] if self.config.model == "ar-vae" else self.net.regress(mu)[:, None]
        wanted = batch.attributes if self.config.model == "ar-vae" else batch.share[:, None]
        self._seen.append((follows.cpu(), wanted.cpu()))

    def on_validation_epoch_end(self) -> None:
        """Spearman correlation of every attribute with its dimension, or of the cavity's share with the neuron."""
        codes, wanted = (torch.cat(parts).double().numpy() for parts in zip(*self._seen, strict=True))
        self._seen.clear()
        names = self.names if self.config.model == "ar-vae" else ("share",)
        for name, value in zip(names, rank_correlations(codes, wanted), strict=True):
            if np.isfinite(value):
                self.log(f"validation/spearman {name}", float(value))

    def configure_optimizers(self) -> dict:
        optimiser = torch.optim.AdamW(self.parameters(), lr=self.config.learning_rate, weight_decay=5e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.config.learning_rate, total_steps=self.steps, pct_start=0.15
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def held_out_batches(maps: FrameMaps, batch_size: int) -> list[LabelBatch]:
    """Batches of all maps, as they are, with their measures."""
    starts = range(0, len(maps), batch_size)
    return [batch_of(maps[start : start + batch_size]) for start in starts]
