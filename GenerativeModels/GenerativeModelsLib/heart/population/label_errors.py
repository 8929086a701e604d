"""Errors of label maps: thick and displaced slices, contour errors, extrapolated apices.

The errors of a segmentation and of its measurement are added to the ray maps directly, for training.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from GenerativeModelsLib.heart.shape.ray_batch import RayBatch, smooth_noise
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS, ray_directions, ray_origins

__all__ = ["as_observed"]

_PHI = 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
_FLAT = np.hypot(ray_directions()[..., 0], ray_directions()[..., 1])
ISOTROPIC = 0.35
"""Share of maps without thick slices."""


def as_observed(rng: np.random.Generator, batch: RayBatch) -> RayBatch:
    """Shapes (N,) with the errors of a label map.

    Slices of a stack are 6 to 11 mm apart and displaced by 0.4 to 2.8 mm (breath holds), with contour jitter of 0.2 to
    0.9 mm. Contours include more or less of the trabeculae (0.25 mm, in addition to the style of the reader,
    see `contouring`), and the apex is extrapolated beyond the last slice.
    """
    n = len(batch.reach_mm)
    stack = (rng.random(n) > ISOTROPIC)[:, None, None]
    style = rng.normal(0, 0.25, n)[:, None, None]
    endo = batch.endo_mm + style * np.maximum(_FLAT, 0.4)
    wall = batch.epi_mm - batch.endo_mm - style * np.maximum(_FLAT, 0.4) * rng.uniform(0, 1, n)[:, None, None]
    shift, contour_endo, contour_wall = _slices(rng, batch)
    endo = endo + np.where(stack, shift + contour_endo, 0) + smooth_noise(rng, n, 0.35)
    wall = wall + np.where(stack, contour_wall, 0) + smooth_noise(rng, n, 0.35)
    depth = np.clip((np.arange(ROWS) - 18) / (ROWS - 19), 0, 1)[:, None] ** 1.5
    guessed = np.where(stack, rng.normal(0, 1.0, (n, 1, 1)), rng.normal(0, 0.15, (n, 1, 1)))
    endo = endo * (1 + 0.1 * guessed * depth)
    wall = wall * np.exp(np.where(stack, 0.3, 0.08) * rng.normal(0, 1, (n, 1, 1)) * depth)
    endo, wall = np.maximum(endo, 0.6), np.maximum(wall, 0.6)
    endo[:, -1], wall[:, -1] = endo[:, -1].mean(-1, keepdims=True), wall[:, -1].mean(-1, keepdims=True)
    return replace(batch, endo_mm=endo, epi_mm=endo + wall)


def _slices(rng: np.random.Generator, batch: RayBatch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Effects of slices on the rays, (N, ROWS, AZIMUTHS) each: displacement, contour errors of cavity and wall."""
    n, most = len(batch.reach_mm), 24
    gap = rng.uniform(6.0, 11.0, n)
    height = batch.reach_mm[:, None] * ray_origins() - 0.75 * batch.endo_mm.mean(-1) * ray_directions()[:, 0, 2]
    position = np.clip(height / gap[:, None] + rng.random((n, 1)), 0, most - 1.001)
    index = position.astype(int)
    share = (position - index)[..., None]
    rows = np.arange(n)[:, None]

    def along(values: np.ndarray) -> np.ndarray:
        """Values per slice (N, most, K), interpolated linearly at the rows."""
        return values[rows, index] * (1 - share) + values[rows, index + 1] * share

    uneven = rng.uniform(0.4, 2.8, (n, 1, 1)) * rng.normal(0, 1, (n, most + 1, 2))
    moved = along(uneven)
    shift = (moved[..., :1] * np.cos(_PHI) + moved[..., 1:] * np.sin(_PHI)) * _FLAT
    modes = np.arange(1, 7)
    waves = np.concatenate([np.cos(modes[:, None] * _PHI), np.sin(modes[:, None] * _PHI)])
    weight = np.tile(1 / modes**0.5, 2)

    jitter = rng.uniform(0.2, 0.9, (n, 1, 1))

    def contour() -> np.ndarray:
        noise = along(jitter * rng.normal(0, 1, (n, most + 1, 12)) * weight / np.sqrt((weight**2).sum() / 2))
        mean = along(jitter * rng.normal(0, 1, (n, most + 1, 1)))
        return np.einsum("nrm,mp->nrp", noise, waves) * np.maximum(_FLAT, 0.2) + mean

    return shift, contour(), contour()
