"""Random textures, computed once per process and cropped at random: speckle, smooth fields and short streaks."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter

SIZE = 768
SPECKLE_WIDTHS = (0.7, 1.1, 1.8, 2.8, 4.4)
"""Lateral standard deviations of the speckle levels, in beams."""
SMOOTH_SCALES = (2.0, 5.0, 12.0, 28.0, 64.0)
"""Standard deviations of the smooth fields, in samples."""


@lru_cache(maxsize=1)
def speckle_bank() -> np.ndarray:
    """Rayleigh speckle (levels, SIZE, SIZE) of mean 1, periodic."""
    rng = np.random.default_rng(7)
    levels = []
    for width in SPECKLE_WIDTHS:
        axial = 0.55 + 0.1 * width
        parts = [gaussian_filter(rng.normal(size=(SIZE, SIZE)), (axial, width), mode="wrap") for _ in range(2)]
        magnitude = np.hypot(*parts)
        levels.append((magnitude / magnitude.mean()).astype(np.float32))
    return np.stack(levels)


@lru_cache(maxsize=1)
def smooth_bank() -> np.ndarray:
    """Gaussian fields (scales, SIZE, SIZE) of mean 0 and standard deviation 1, periodic."""
    rng = np.random.default_rng(8)
    fields = []
    for scale in SMOOTH_SCALES:
        coarse = 1 if scale < 6 else 4
        field = gaussian_filter(rng.normal(size=(SIZE // coarse,) * 2), scale / coarse, mode="wrap")
        if coarse > 1:
            field = gaussian_filter(np.kron(field, np.ones((coarse, coarse))), coarse, mode="wrap")
        fields.append(((field - field.mean()) / field.std()).astype(np.float32))
    return np.stack(fields)


@lru_cache(maxsize=1)
def streak_bank() -> np.ndarray:
    """Fields (2, SIZE, SIZE) of unit variance elongated across the beam, for short bright interfaces; periodic."""
    rng = np.random.default_rng(9)
    fields = [gaussian_filter(rng.normal(size=(SIZE, SIZE)), sigma, mode="wrap") for sigma in ((0.7, 2.2), (1.1, 5.0))]
    return np.stack([(f / f.std()).astype(np.float32) for f in fields])


def crop(field: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A random window (rows, columns) of a periodic field, flipped at random."""
    top, left = rng.integers(0, SIZE, 2)
    flip_rows, flip_columns = rng.integers(0, 2, 2)
    if top + shape[0] <= SIZE and left + shape[1] <= SIZE:
        window = field[top : top + shape[0], left : left + shape[1]]
    else:
        rows = np.arange(top, top + shape[0]) % SIZE
        window = np.take(field[rows], np.arange(left, left + shape[1]) % SIZE, axis=1)
    return window[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def smooth(scale: int, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A random window of the smooth field with index `scale`."""
    return crop(smooth_bank()[scale], shape, rng)


def speckle(width: float, growth: float, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Rayleigh speckle (rows, columns), `width` beams wide at the top and `growth` times that at the bottom."""
    bank = speckle_bank()
    index = np.interp(np.array([width, width * growth]), SPECKLE_WIDTHS, np.arange(len(SPECKLE_WIDTHS)))
    low, high = np.rint(index).astype(int)
    top = crop(bank[low], shape, rng)
    if high == low:
        return np.ascontiguousarray(top)
    w = np.linspace(0.0, 1.0, shape[0], dtype=np.float32)[:, None]
    return top * (1 - w) + crop(bank[high], shape, rng) * w
