"""Lightning module of the VQ-VAE of cine images."""

from __future__ import annotations

import math

import lightning as L
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.synthesis.images.latent_diffusion import vqvae
from GenerativeModelsLib.training.synthesis.config import VqvaeTrainingConfig
from GenerativeModelsLib.training.synthesis.data import SynthesisBatch

__all__ = ["VqvaeTraining"]

RENEWED, RENEWING = 50, 0.7
LEAST_USED = 0.5
"""Uses a batch, as a moving average, below which a vector is replaced."""


class VqvaeTraining(L.LightningModule):
    """loss = |x - decoded| + commitment: 0.25 |e(x) - sg(nearest vector)|^2; the vectors are moving averages.

    A vector that no code is nearest to never moves again: in the first `RENEWING` of the steps, every `RENEWED` steps,
    those that are hardly used are replaced by codes of the batch (Dhariwal et al. 2020, arXiv 2005.00341).

    The perplexity exp(- sum p log p) of the shares p of the vectors says how many of them are in use: a codebook that
    collapsed has a perplexity near 1.
    """

    def __init__(self, *, config: VqvaeTrainingConfig, steps: int) -> None:
        super().__init__()
        self.config, self.steps = config, steps
        self.save_hyperparameters({"network": config.network.model_dump(mode="json"), "steps": steps})
        self.net = vqvae(**config.network.model_dump())

    def renew(self, images: Tensor, least: float = math.inf) -> int:
        """Replace the vectors that were used less than `least` times a batch of late by codes of images; how many."""
        quantiser = self.net.quantizer.quantizer
        with torch.no_grad():
            unused = torch.nonzero(quantiser.ema_cluster_size < least)[:, 0]
            codes = self.net.encode(images[:, None]).movedim(1, -1).flatten(0, -2)
            draw = torch.Generator().manual_seed(1_000_003 * self.config.seed + self.global_step)
            vectors = codes[torch.randint(len(codes), (len(unused),), generator=draw).to(codes.device)]
            for tensor in (quantiser.embedding.weight, quantiser.ema_w):
                tensor[unused] = vectors.to(tensor)
            quantiser.ema_cluster_size[unused] = 1.0
        return len(unused)

    def losses(self, batch: SynthesisBatch) -> dict[str, Tensor]:
        """The loss, its parts, and the perplexity."""
        decoded, commitment = self.net(batch.images[:, None])
        error = F.l1_loss(decoded[:, 0], batch.images)
        perplexity = self.net.quantizer.perplexity
        return {"loss": error + commitment, "image": error, "commitment": commitment, "perplexity": perplexity}

    def training_step(self, batch: SynthesisBatch, _: int) -> Tensor:
        found = self.losses(batch)
        if self.global_step % RENEWED == RENEWED - 1 and self.global_step < RENEWING * self.steps:
            self.renew(batch.images, LEAST_USED)
        self.log_dict({f"train/{name}": value for name, value in found.items()}, batch_size=len(batch.images))
        return found["loss"]

    def validation_step(self, batch: SynthesisBatch, _: int) -> None:
        found = self.losses(batch)
        names = ("image", "perplexity")
        self.log_dict({f"validation/{name}": found[name] for name in names}, batch_size=len(batch.images))

    def configure_optimizers(self) -> dict:
        optimiser = torch.optim.Adam(self.parameters(), lr=self.config.learning_rate)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.config.learning_rate, total_steps=self.steps, pct_start=0.05
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
