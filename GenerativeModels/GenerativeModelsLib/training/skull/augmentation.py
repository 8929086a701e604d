"""Batches of the skull models, and their reflection in the midsagittal plane."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

STANDARD = torch.tensor([[[1.0, 0, 0], [0, 1, 0]], [[0, 1, 0], [0, 0, -1]], [[1, 0, 0], [0, 0, -1]]])
"""Right and down axes of the standard picture of each plane in the head frame, (3, 2, 3)."""


@dataclass(frozen=True)
class Batch:
    """Training cases as tensors: known heads, then `real` axial pictures, of which border and size are known.

    Attributes
    ----------
    borders : (B, 3, C, A).
    present : (B, 3) bool.
    origin : (B, 3, 3) centres of the pictures in the head frame, divided by s; NaN if unknown.
    axes : (B, 3, 2, 3) right and down axes of the pictures.
    log_size : (B,) log(true size / s); for real pictures that of the annotated circumference.
    coefficients : (B, K) of the true field.
    real : number of real pictures at the end of the batch.
    """

    borders: Tensor
    present: Tensor
    origin: Tensor
    axes: Tensor
    log_size: Tensor
    coefficients: Tensor
    real: int = 0

    def to(self, device: torch.device | str, **options: object) -> Batch:
        """Copy on another device; Lightning needs this method, as it cannot write into a frozen dataclass."""
        return Batch(**{k: v.to(device, **options) if isinstance(v, Tensor) else v for k, v in vars(self).items()})


def reflected(borders: Tensor) -> Tensor:
    """Borders (..., A) of pictures reflected left to right."""
    angles = borders.shape[-1]
    return borders[..., (angles // 2 - torch.arange(angles)) % angles]


def mirrored(batch: Batch, flip: Tensor, mirror_coefficients: Tensor) -> Batch:
    """Reflect pictures and heads in the midsagittal plane where `flip` (B,) is True.

    `mirror_coefficients` (K, K) maps the coefficients of a field to those of its mirror image.
    """
    f = flip[:, None]
    borders = batch.borders.clone()
    for k in (0, 2):
        borders[flip, k] = reflected(borders[flip, k])
    reflect = torch.tensor([-1.0, 1.0, 1.0])
    origin = torch.where(f[..., None], batch.origin * reflect, batch.origin)
    image = batch.axes * reflect
    image[:, (0, 2), 0] *= -1
    axes = torch.where(f[..., None, None], image, batch.axes)
    coefficients = torch.where(f, batch.coefficients @ mirror_coefficients.T, batch.coefficients)
    return replace(batch, borders=borders, origin=origin, axes=axes, coefficients=coefficients)
