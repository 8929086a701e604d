"""Conversion between hearts and codes, the input vectors of the networks.

A code has two phases, end diastole and end systole; a heart may lack one of them.
"""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS

__all__ = [
    "BOTH_PHASES",
    "CODE_SIZE",
    "ED_ALONE",
    "PHASES",
    "PHASE_NAMES",
    "PHASE_OF_CODE",
    "PHASE_WORDS",
    "SEEN",
    "decode",
    "encode",
    "is_heart",
    "presence_names",
    "presence_rows",
]

PHASE_WORDS = {"ed": "end diastole", "es": "end systole"}
"""The phases of a code in their order, by short name."""
PHASE_NAMES = tuple(PHASE_WORDS)
PHASES = len(PHASE_NAMES)
"""Number of phases of a code."""
BOTH_PHASES, ED_ALONE = "both phases", "end diastole alone"
SEEN = {BOTH_PHASES: (True, True), ED_ALONE: (True, False)}
"""Patterns of present phases, (PHASES,) each, by their name in the calibration and the ranks of a bundle."""

RAYS = ROWS * AZIMUTHS
CODE_SIZE = PHASES * (2 * RAYS + 1)
REACH_WEIGHT = 4.0
"""Weight of the reach, which determines the position of many points."""
LEAST_MM = 0.5
PHASE_OF_CODE = np.concatenate([np.tile(np.repeat(np.arange(PHASES), RAYS), 2), np.arange(PHASES)])
"""(CODE_SIZE,) index in `PHASE_NAMES` of the phase that a number belongs to."""


def encode(hearts: RayBatch) -> np.ndarray:
    """(N, PHASES) shapes -> (N, CODE_SIZE) float32 in mm.

    First the endocardium of all phases, then their walls along the rays, then their reaches times `REACH_WEIGHT`. The
    numbers of an absent phase are those in the batch.

    Raises
    ------
    ValueError
        The hearts have another number of phases.
    """
    if hearts.present.ndim != 2 or hearts.present.shape[1] != PHASES:
        raise ValueError(
            f"The hearts have shape {hearts.present.shape}, and the model's code takes (N, {PHASES}): "
            f"{' and '.join(PHASE_WORDS.values())}."
        )
    n = len(hearts.reach_mm)
    wall = hearts.epi_mm - hearts.endo_mm
    parts = (hearts.endo_mm.reshape(n, -1), wall.reshape(n, -1), REACH_WEIGHT * hearts.reach_mm)
    return np.concatenate(parts, axis=1).astype(np.float32)


def decode(code: np.ndarray) -> RayBatch:
    """(N, CODE_SIZE) -> (N, PHASES) valid shapes, all present.

    Radii and walls are at least half a millimetre, and the apex is one point.

    Raises
    ------
    ValueError
        The code has another size.
    """
    code = np.asarray(code, float)
    if code.ndim != 2 or code.shape[1] != CODE_SIZE:
        raise ValueError(f"The code has shape {code.shape}, expected (N, {CODE_SIZE}).")
    n, surface = len(code), PHASES * RAYS
    endo = np.maximum(code[:, :surface].reshape(n, PHASES, ROWS, AZIMUTHS), LEAST_MM)
    wall = np.maximum(code[:, surface : 2 * surface].reshape(n, PHASES, ROWS, AZIMUTHS), LEAST_MM)
    for values in (endo, wall):
        values[..., -1, :] = values[..., -1, :].mean(axis=-1, keepdims=True)
    return RayBatch(np.maximum(code[:, 2 * surface :] / REACH_WEIGHT, 5.0), endo, endo + wall)


def is_heart(code: np.ndarray) -> np.ndarray:
    """(N,) bool, whether all numbers of codes (N, CODE_SIZE) are finite and all radii and walls positive."""
    radii = code[:, : 2 * PHASES * RAYS]
    return np.isfinite(code).all(axis=1) & (radii > 0).all(axis=1)


def presence_rows(present: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Hearts grouped by their phases: every pattern (T,) in `present` (N, T) with its rows (N,) bool."""
    return [(pattern, (present == pattern).all(axis=1)) for pattern in np.unique(present, axis=0)]


def presence_names(present: np.ndarray) -> np.ndarray:
    """(N,) str, for each heart the name in `SEEN` of the phases that are `present` (N, PHASES).

    Raises
    ------
    ValueError
        The model is not calibrated for hearts with these phases.
    """
    names = np.empty(len(present), object)
    known = {phases: name for name, phases in SEEN.items()}
    for pattern, rows in presence_rows(present):
        names[rows] = known.get(tuple(pattern.tolist()))
        if names[rows][0] is None:
            given = [word for word, seen in zip(PHASE_WORDS.values(), pattern) if seen]
            raise ValueError(
                f"A heart has {' and '.join(given) or 'no phase'}, and the model places hearts with "
                f"{' or '.join(SEEN)}."
            )
    return names
