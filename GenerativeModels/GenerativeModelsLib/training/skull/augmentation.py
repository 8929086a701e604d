"""Augmentation of canonical pictures and their labels, on the tensors of a batch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH

STANDARD = torch.tensor([[[1.0, 0, 0], [0, 1, 0]], [[0, 1, 0], [0, 0, -1]], [[1, 0, 0], [0, 0, -1]]])
"""Right and down axes of the standard picture of each plane in the head frame, (3, 2, 3)."""


@dataclass(frozen=True)
class Batch:
    """Training cases as tensors.

    Attributes
    ----------
    pictures : (B, 3, 2, N, N) float in [0, 1.25] and [0, 1].
    scalars : (B, 3, S).
    present : (B, 3) bool.
    origin : (B, 3, 3) centres of the pictures in the head frame, divided by s.
    axes : (B, 3, 2, 3) right and down axes of the pictures.
    log_size : (B,) log(true size / s).
    coefficients : (B, K) of the true field.
    outline : (B, 64, 2) known outline in the axial picture, or None.
    """

    pictures: Tensor
    scalars: Tensor
    present: Tensor
    origin: Tensor
    axes: Tensor
    log_size: Tensor
    coefficients: Tensor
    outline: Tensor | None = None

    def to(self, device: torch.device | str, **options: object) -> Batch:
        """Copy on another device; Lightning needs this method, as it cannot write into a frozen dataclass."""
        return Batch(**{k: v if v is None else v.to(device, **options) for k, v in vars(self).items()})


def moved(batch: Batch, generator: torch.Generator, strength: float = 1.0) -> Batch:
    """Rotate, shift and scale every picture's window; one scale per case, which represents an error of s."""
    b = len(batch.pictures)
    device = batch.pictures.device

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator).to(device)

    angle, shift, scale = (
        0.06 * strength * normal(b, 3),
        0.025 * strength * normal(b, 3, 2),
        0.02 * strength * normal(b),
    )
    c, s = angle.cos(), angle.sin()
    rotation = torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], -2) * scale.exp()[:, None, None, None]
    theta = torch.cat([rotation, shift[..., None]], -1).flatten(0, 1)
    flat = batch.pictures.flatten(0, 1)
    pictures = F.grid_sample(flat, F.affine_grid(theta, list(flat.shape), align_corners=False), align_corners=False)
    right, down = batch.axes.unbind(2)
    origin = batch.origin + HALF_WIDTH * (shift[..., :1] * right + shift[..., 1:] * down)
    turned = torch.stack([c[..., None] * right + s[..., None] * down, c[..., None] * down - s[..., None] * right], 2)
    scalars = batch.scalars.clone()
    scalars[..., 0] -= scale[:, None]
    c2, s2 = (2 * angle).cos(), (2 * angle).sin()
    scalars[..., 2] = batch.scalars[..., 2] * c2 + batch.scalars[..., 3] * s2
    scalars[..., 3] = batch.scalars[..., 3] * c2 - batch.scalars[..., 2] * s2
    outline = batch.outline
    if outline is not None:
        offset = (outline - shift[:, 0, None]) @ rotation[:, 0]
        outline = offset / scale.exp()[:, None, None] ** 2
    return replace(
        batch,
        pictures=pictures.view_as(batch.pictures),
        scalars=scalars,
        origin=origin / scale.exp()[:, None, None],
        axes=turned,
        log_size=batch.log_size - scale,
        outline=outline,
    )


def mirrored(batch: Batch, flip: Tensor, mirror_coefficients: Tensor) -> Batch:
    """Reflect pictures and heads in the midsagittal plane where `flip` (B,) is True.

    `mirror_coefficients` (K, K) maps the coefficients of a field to those of its mirror image.
    """
    f = flip[:, None]
    pictures, scalars, origin, axes = (t.clone() for t in (batch.pictures, batch.scalars, batch.origin, batch.axes))
    for k in (0, 2):
        pictures[flip, k] = pictures[flip, k].flip(-1)
        scalars[flip, k, 3] *= -1
    reflect = torch.tensor([-1.0, 1.0, 1.0])
    origin = torch.where(f[..., None], origin * reflect, origin)
    image = axes * reflect
    image[:, (0, 2), 0] *= -1
    axes = torch.where(f[..., None, None], image, axes)
    coefficients = torch.where(f, batch.coefficients @ mirror_coefficients.T, batch.coefficients)
    outline = batch.outline
    if outline is not None:
        outline = torch.where(f[..., None], outline * torch.tensor([-1.0, 1.0]), outline)
    return replace(
        batch, pictures=pictures, scalars=scalars, origin=origin, axes=axes, coefficients=coefficients, outline=outline
    )


def opposite(batch: Batch, count: int) -> Batch:
    """First `count` cases in the opposite orientation: pictures turned by 180 degrees, the sagittal one mirrored.

    Only `pictures`, `scalars` and `present` are valid.
    """
    pictures, scalars = batch.pictures[:count].clone(), batch.scalars[:count].clone()
    pictures[:, 0::2] = pictures[:, 0::2].flip((-2, -1))
    pictures[:, 1] = pictures[:, 1].flip(-1)
    scalars[:, 1, 3] *= -1
    return replace(batch, pictures=pictures, scalars=scalars, present=batch.present[:count], outline=None)


def regained(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Random gain, gamma, noise and erased patches of the grey channel; 5 % of the masks are set to zero."""
    b, k = pictures.shape[:2]

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(*shape, generator=generator)

    grey, mask = pictures[:, :, 0], pictures[:, :, 1]
    gamma, gain = uniform(0.7, 1.4, b, k, 1, 1), uniform(0.8, 1.2, b, k, 1, 1)
    grey = grey.clamp_min(1e-4) ** gamma * gain
    noise = torch.randn(grey.shape, generator=generator) * uniform(0.0, 0.05, b, k, 1, 1)
    size = grey.shape[-1]
    axis = torch.arange(size)
    low_r, low_c = (torch.randint(0, size, (b, k, 1), generator=generator) for _ in range(2))
    height, width = (torch.randint(size // 10, size // 3, (b, k, 1), generator=generator) for _ in range(2))
    rows, columns = (axis >= low_r) & (axis < low_r + height), (axis >= low_c) & (axis < low_c + width)
    erased = rows[..., :, None] & columns[..., None, :] & (torch.rand(b, k, 1, 1, generator=generator) < 0.2)
    grey = torch.where(erased, torch.zeros(()), grey + noise)
    dropped = torch.rand(b, k, 1, 1, generator=generator) < 0.05
    return torch.stack([grey, torch.where(dropped, torch.zeros(()), mask)], dim=2)
