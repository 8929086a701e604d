"""A heart over the cycle whose ventricle is half an ellipsoid, of which every section is known."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.segmentation.population.simulated_heart import SimulatedHeart

__all__ = ["ENDO", "EPI", "SHORTER", "ellipsoid_heart", "ellipsoid_points"]

ENDO, EPI = (22.0, 80.0), (31.0, 88.0)
"""Half axes across and along at end diastole, mm."""
SHORTER = 10.0
"""Descent of the base at end systole, mm."""


def ellipsoid_points(across: float, along: float, rows: int = 161, azimuths: int = 72) -> np.ndarray:
    """(rows, azimuths, 3) points of the half of an ellipsoid of revolution below z = 0, from the base to the apex."""
    slope = np.linspace(0, np.pi / 2, rows)[:, None]
    phi = 2 * np.pi * np.arange(azimuths) / azimuths
    flat = across * np.cos(slope)
    return np.stack(np.broadcast_arrays(flat * np.cos(phi), flat * np.sin(phi), -along * np.sin(slope)), axis=-1)


def ellipsoid_heart(ejected: np.ndarray) -> SimulatedHeart:
    """A heart that contracts by a quarter across, and whose base descends by `SHORTER`, at these ejected shares."""
    surfaces = [
        np.stack([ellipsoid_points(across * (1 - 0.25 * e), along - SHORTER * e) for e in ejected])
        for across, along in (ENDO, EPI)
    ]
    ones = np.ones((len(ejected), 28, 36))
    left = RayBatch(np.ones(len(ejected)), ones, 2 * ones)
    return SimulatedHeart("ellipsoid", "healthy", ejected, left, *surfaces, 0.9)
