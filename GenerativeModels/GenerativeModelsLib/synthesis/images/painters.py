"""How each trained method draws the squares about a heart: from classes, a style and noise to images."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.models.label_images import LabelUNet, SpadeGenerator, StyleEncoder

__all__ = ["DiffusionPainter", "GeneratorPainter", "Noise", "Painter", "style_of_volume"]

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


class GeneratorPainter:
    """SPADE or the U-Net: one pass, with one style for all slices, drawn from q(z | x) or from N(0, I)."""

    def __init__(self, net: SpadeGenerator | LabelUNet) -> None:
        self.net = net

    def noise(self, count: int, rng: np.random.Generator) -> Noise:
        return {"style": _normal((1, self.net.style), rng)}

    def paint(self, classes: Tensor, style: Tensor | None, noise: Noise) -> Tensor:
        drawn = noise["style"].to(classes.device)
        z = drawn if style is None else style_of_volume(self.net.encoder, style).sample(drawn)
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
