"""Points of slices against a smooth curve along a stack."""

from __future__ import annotations

import numpy as np

__all__ = ["off_parabola"]

TURNS = 30
TUKEY = 4.685
"""Robust standard deviations beyond which a point has no weight."""
LEAST_SPREAD_MM = 0.1


def off_parabola(slices: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(n, 2) distance in mm of points (n, 2) from the parabola over the slices (n,) that most of them lie on.

    Fitted with Tukey's weights, so that a shifted slice does not bend the curve.
    """
    design = np.vander((slices - slices.mean()) / max(1.0, np.ptp(slices)), 3)
    weights = np.ones(len(slices))
    for _ in range(TURNS):
        root = np.sqrt(weights)[:, None]
        fit, *_ = np.linalg.lstsq(design * root, points * root, rcond=None)
        off = points - design @ fit
        size = np.linalg.norm(off, axis=1)
        scale = TUKEY * max(1.4826 * float(np.median(size)), LEAST_SPREAD_MM)
        weights = np.clip(1 - (size / scale) ** 2, 1e-3, None) ** 2
    return off
