"""Lightning module of the VQ-VAE of cine images."""

from __future__ import annotations

import lightning as L
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.synthesis.images.latent_diffusion import vqvae
from GenerativeModelsLib.training.synthesis.config import VqvaeTrainingConfig
from GenerativeModelsLib.training.synthesis.data import SynthesisBatch

__all__ = ["VqvaeTraining"]


class VqvaeTraining(L.LightningModule):
    """loss = |x - decoded| + commitment: 0.25 |e(x) - sg(nearest vector)|^2; the vectors are moving averages.

    The perplexity exp(- sum p log p) of the shares p of the vectors says how many of them are in use: a codebook that
    collapsed has a perplexity near 1.
    """

    def __init__(self, *, config: VqvaeTrainingConfig, steps: int) -> None:
        super().__init__()
        self.config, self.steps = config, steps
        self.save_hyperparameters({"network": config.network.model_dump(mode="json"), "steps": steps})
        self.net = vqvae(**config.network.model_dump())

    def losses(self, batch: SynthesisBatch) -> dict[str, Tensor]:
        """The loss, its parts, and the perplexity."""
        decoded, commitment = self.net(batch.images[:, None])
        error = F.l1_loss(decoded[:, 0], batch.images)
        perplexity = self.net.quantizer.perplexity
        return {"loss": error + commitment, "image": error, "commitment": commitment, "perplexity": perplexity}

    def training_step(self, batch: SynthesisBatch, _: int) -> Tensor:
        found = self.losses(batch)
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
