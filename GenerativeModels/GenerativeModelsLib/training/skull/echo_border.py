"""Border of a real head where its echo is clear: the outer edge of the bright wall near an annotated ellipse.

An annotation of HC18 is an ellipse, which no head is. Its circumference, axes and centre hold; where the border lies
between them shows the echo of the bone, on some six tenths of the outline.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from GenerativeModelsLib.skull.locate.strip import ANGLES, bin_centres

__all__ = ["clear_border", "visible_border"]

NEAR, ASIDE = 0.04, (0.05, 0.14)
LEAST_CONTRAST = 0.12
"""The border is visible where the brightest grey within NEAR of it exceeds the mean grey at a distance of ASIDE, on
either side, by LEAST_CONTRAST; distances in units of the ellipse's radius."""
SEARCH, STEPS = 0.07, 57
"""Distance from the annotated ellipse within which the wall is searched, and number of samples."""
FARTHEST = 0.05
"""Largest departure from the ellipse."""
ROUGH = 0.012
"""Largest difference of an edge from the mean of its neighbours."""
OUTLIER, ROUNDS = 0.015, 3
"""Departure at which an angle has half its weight in the fit of the ellipse, and number of fits."""


def visible_border(strip: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Whether an echo of the border is visible, bool (ANGLES,), in a strip (2, ANGLES, RADII) with border `radius`."""
    off = bin_centres() - radius[:, None]
    grey = strip[0]
    peak = np.where(np.abs(off) < NEAR, grey, 0.0).max(1)

    def mean(where: np.ndarray) -> np.ndarray:
        return (grey * where).sum(1) / np.maximum(where.sum(1), 1)

    low, high = ASIDE
    beside = np.maximum(mean((off > low) & (off < high)), mean((off < -low) & (off > -high)))
    return peak - beside > LEAST_CONTRAST


def clear_border(strip: np.ndarray, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Radius (ANGLES,) of the border, and bool (ANGLES,) where the echo determines it.

    The edge is where the grey, going outwards from the brightest point near the ellipse, falls half-way to the darkest
    one beyond. How far echoes bloom is unknown, so mean and first and second harmonics of the edges are left to the
    annotation; what remains is smoothed along the angle. Elsewhere the radius is that of the ellipse.

    Parameters
    ----------
    strip
        (2, ANGLES, RADII) of `Strip.sample`.
    radius
        (ANGLES,) of the annotated ellipse in this strip.
    """
    edge, found = _edges(strip, radius)
    phi = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    low = np.stack([np.ones(ANGLES), *(f(n * phi) for n in (1, 2) for f in (np.cos, np.sin))], 1)
    weight = found.astype(float)
    departure = np.zeros(ANGLES)
    for _ in range(ROUNDS):
        normal = low.T @ (weight[:, None] * low) + 0.5 * np.eye(low.shape[1])
        departure = edge - low @ np.linalg.solve(normal, low.T @ (weight * edge))
        weight = found / (1 + (departure / OUTLIER) ** 2)
    total = gaussian_filter1d(weight, 1.0, mode="wrap")
    smooth = gaussian_filter1d(weight * departure, 1.0, mode="wrap") / np.maximum(total, 1e-3)
    clear = found & (np.abs(departure - smooth) < ROUGH) & (np.abs(smooth) < FARTHEST)
    return np.where(clear, radius + smooth, radius), clear


def _edges(strip: np.ndarray, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance (ANGLES,) of the wall's outer edge from `radius`, and where there is one."""
    smooth = gaussian_filter(strip[0], (0.7, 0.5), mode=("wrap", "nearest"))
    off = np.linspace(-SEARCH, SEARCH, STEPS)
    grey = np.stack([np.interp(r + off, bin_centres(), row) for r, row in zip(radius, smooth, strict=True)])
    peak = grey.argmax(1)
    beyond = np.arange(STEPS) >= peak[:, None]
    top, floor = grey.max(1), np.where(beyond, grey, np.inf).min(1)
    below = beyond & (grey < 0.5 * (top + floor)[:, None])
    edge = off[below.argmax(1)]
    whole = (peak > 1) & (peak < STEPS - 2)
    return edge, whole & (top - floor > LEAST_CONTRAST) & visible_border(strip, radius + edge)
