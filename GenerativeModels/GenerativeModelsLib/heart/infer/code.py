"""A heart as the numbers the networks see, and back."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS

__all__ = ["CODE_SIZE", "PHASE_OF_CODE", "decode", "encode"]

RAYS = ROWS * AZIMUTHS
CODE_SIZE = 4 * RAYS + 2
REACH_WEIGHT = 4.0
"""The reach stands for the place of many points, so it counts more than one radius."""
LEAST_MM = 0.5
PHASE_OF_CODE = np.concatenate([np.tile(np.repeat([0, 1], RAYS), 2), [0, 1]])
"""(CODE_SIZE,) 0 where a number is of end diastole, 1 of end systole."""


def encode(hearts: RayBatch) -> np.ndarray:
    """(N, 2) shapes -> (N, CODE_SIZE) float32: endocardium at ED and ES, wall at ED and ES, both reaches; mm."""
    n = len(hearts.reach_mm)
    wall = hearts.epi_mm - hearts.endo_mm
    parts = (hearts.endo_mm.reshape(n, -1), wall.reshape(n, -1), REACH_WEIGHT * hearts.reach_mm)
    return np.concatenate(parts, axis=1).astype(np.float32)


def decode(code: np.ndarray) -> RayBatch:
    """(N, CODE_SIZE) -> (N, 2) valid shapes: radii and walls of at least half a millimetre, one point at the apex."""
    n = len(code)
    code = np.asarray(code, float)
    endo = np.maximum(code[:, : 2 * RAYS].reshape(n, 2, ROWS, AZIMUTHS), LEAST_MM)
    wall = np.maximum(code[:, 2 * RAYS : 4 * RAYS].reshape(n, 2, ROWS, AZIMUTHS), LEAST_MM)
    for values in (endo, wall):
        values[..., -1, :] = values[..., -1, :].mean(axis=-1, keepdims=True)
    return RayBatch(np.maximum(code[:, 4 * RAYS :] / REACH_WEIGHT, 5.0), endo, endo + wall)
