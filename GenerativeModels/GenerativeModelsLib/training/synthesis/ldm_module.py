"""Lightning module of the latent diffusion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import lightning as L
import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.synthesis.images.classes import CLASSES
from GenerativeModelsLib.synthesis.images.latent_diffusion import TIMES, LatentDiffusion, schedulers
from GenerativeModelsLib.training.synthesis.config import CodesConfig, LdmTrainingConfig
from GenerativeModelsLib.training.synthesis.data import SynthesisBatch

__all__ = ["LdmTraining", "ldm_parameters", "scale_of"]


def ldm_parameters(config: LdmTrainingConfig, codes: CodesConfig) -> dict:
    """Keyword arguments of `LatentDiffusion`."""
    plain = [
        {name: list(value) if isinstance(value, tuple) else value for name, value in part.model_dump().items()}
        for part in (config.network, codes)
    ]
    return {"size": config.grid, "labels": len(CLASSES), **plain[0], "codes": plain[1]}


def scale_of(net: LatentDiffusion, batches: Iterable[SynthesisBatch]) -> Tensor:
    """1 / standard deviation of the codes of batches of images."""
    with torch.no_grad():
        return 1 / torch.cat([net.vqvae.encode(batch.images[:, None]).flatten() for batch in batches]).std()


class LdmTraining(L.LightningModule):
    """loss = |v(l_t, t, y, s) - v|^2 at a uniform time t, with labels y and style s = mu(x) dropped at random.

    The VQ-VAE is that of an earlier training and stays as it is.
    """

    def __init__(
        self, *, config: LdmTrainingConfig, steps: int, codes: CodesConfig, weights: Mapping[str, Tensor]
    ) -> None:
        super().__init__()
        self.config, self.steps = config, steps
        parameters = ldm_parameters(config, codes)
        self.save_hyperparameters({"network": parameters, "steps": steps})
        self.net = LatentDiffusion(**parameters)
        self.net.vqvae.load_state_dict(weights)
        self.net.vqvae.requires_grad_(False)
        self.ddpm, _ = schedulers()

    def loss(self, batch: SynthesisBatch, seed: int, dropped: bool) -> Tensor:
        """The loss of a batch with times, noise and, if `dropped`, missing labels and styles drawn from a seed."""
        net, h, count = self.net, self.config, len(batch.images)
        draw = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            latents = net.latents(batch.images)
        times = torch.randint(TIMES, (count,), generator=draw).to(latents.device)
        noise = torch.randn(latents.shape, generator=draw).to(latents)
        without = torch.rand(2, count, generator=draw).to(latents.device)
        labels, style = batch.classes, net.encoder(batch.images).mu
        if dropped:
            labels = torch.where((without[0] < h.label_dropout)[:, None, None], torch.zeros_like(labels), labels)
            style = style * (without[1] >= h.style_dropout)[:, None]
        noisy = self.ddpm.add_noise(latents, noise, times)
        wanted = self.ddpm.get_velocity(latents, noise, times)
        return F.mse_loss(net.velocity(noisy, times, net.shares(labels), style), wanted)

    def training_step(self, batch: SynthesisBatch, _: int) -> Tensor:
        loss = self.loss(batch, 1_000_003 * self.config.seed + self.global_step, True)
        self.log("train/loss", loss, batch_size=len(batch.images))
        return loss

    def validation_step(self, batch: SynthesisBatch, number: int) -> None:
        self.log("validation/loss", self.loss(batch, number, False), batch_size=len(batch.images))

    def configure_optimizers(self) -> dict:
        moving = [*self.net.unet.parameters(), *self.net.encoder.parameters()]
        optimiser = torch.optim.AdamW(moving, lr=self.config.learning_rate, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.config.learning_rate, total_steps=self.steps, pct_start=0.05
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
