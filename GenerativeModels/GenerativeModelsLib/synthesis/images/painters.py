"""How each trained method draws the squares about a heart: from classes, a style and noise to images."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.models.label_images import LabelUNet, SpadeGenerator, StyleEncoder

__all__ = ["DiffusionPainter", "GeneratorPainter", "Noise", "Painter", "StyleGaussian", "style_of_volume"]

Noise = dict[str, Tensor]
"""What a painter draws at random, by name, on the CPU."""
SHARED = 0.9
"""Share of the variance of the noise that all slices of a volume have in common."""


class Painter(Protocol):
    """Networks of one method."""

    net: nn.Module

    def noise(self, count: int, rng: np.random.Generator) -> Noise:
        """What is drawn for `count` slices of a volume."""

    def paint(self, classes: Tensor, style: Tensor | None, noise: Noise) -> Tensor:
        """Images (N, size, size) from -1 to 1 of classes (N, size, size), on the device of `net`.

        `style` (M, size, size) are the slices of a style image from -1 to 1; None: the style is drawn.
        """


def style_of_volume(encoder: StyleEncoder, style: Tensor) -> DiagonalGaussian:
    """The one style (1, d) of the slices (M, size, size) of an image: means over them of mu and log sigma."""
    found = encoder(style)
    return DiagonalGaussian(found.mu.mean(0, keepdim=True), found.log_sigma.mean(0, keepdim=True))


class StyleGaussian(NamedTuple):
    """N(mean, factor factor^T) of the styles of training images, by which a style is drawn without an image.

    It takes the place of the prior N(0, I) of the VAE, in which there are places where no training image lies.
    """

    mean: Tensor
    factor: Tensor

    @classmethod
    def of(cls, posterior: DiagonalGaussian) -> StyleGaussian:
        """The moments of the mixture of the posteriors (N, d) of training images."""
        mean, extra = posterior.mu.mean(0), (2 * posterior.log_sigma).exp().mean(0)
        apart = posterior.mu - mean
        return cls(mean, torch.linalg.cholesky(apart.T @ apart / len(apart) + torch.diag(extra)))


class GeneratorPainter:
    """SPADE or the U-Net: one pass, with one style for all slices, drawn from q(z | x) or from all styles."""

    def __init__(self, net: SpadeGenerator | LabelUNet, styles: StyleGaussian) -> None:
        self.net, self.styles = net, styles

    def noise(self, count: int, rng: np.random.Generator) -> Noise:
        return {"style": _normal((1, self.net.style), rng)}

    def paint(self, classes: Tensor, style: Tensor | None, noise: Noise) -> Tensor:
        drawn = noise["style"].to(classes.device)
        if style is None:
            mean, factor = (each.to(drawn) for each in self.styles)
            z = mean + drawn @ factor.T
        else:
            z = style_of_volume(self.net.encoder, style).sample(drawn)
        return self.net(classes, z.expand(len(classes), -1))


class DiffusionPainter:
    """Latent diffusion: `STEPS` passes from noise that the slices share, with the mean of one style, or without."""

    def __init__(self, net: nn.Module, guidance: float) -> None:
        self.net, self.guidance = net, guidance

    def noise(self, count: int, rng: np.random.Generator) -> Noise:
        shape = (self.net.dimensions, self.net.latent_size, self.net.latent_size)
        shared, own = _normal((1, *shape), rng), _normal((count, *shape), rng)
        return {"latents": SHARED**0.5 * shared + (1 - SHARED) ** 0.5 * own}

    def paint(self, classes: Tensor, style: Tensor | None, noise: Noise) -> Tensor:
        none = torch.zeros(1, self.net.style, device=classes.device)
        s = none if style is None else style_of_volume(self.net.encoder, style).mu
        latents = noise["latents"].to(classes.device)
        found = self.net.sample(latents, classes, s.expand(len(classes), -1), self.guidance)
        return self.net.images(found)


def _normal(shape: tuple[int, ...], rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
