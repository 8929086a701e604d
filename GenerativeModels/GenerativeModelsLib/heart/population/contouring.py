"""Contouring styles of readers: trabeculae in the wall or the cavity, and a wide or narrow base.

Contouring styles change the mean wall by 2 to 3 mm within one population, and conserved myocardium measures 1.00 to
1.12 times as much at end systole. This is variation of label maps and not an error, so models reproduce it; errors are
in `frame_errors` and `label_errors`.
"""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, LEVELS, ROWS, ray_directions

__all__ = ["contoured"]

_ROW = np.arange(ROWS)[:, None]
_PHI = 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
_FLAT = np.hypot(ray_directions()[..., 0], ray_directions()[..., 1])
_TIP = np.clip((_ROW - LEVELS) / (ROWS - 1 - LEVELS), 0, 1)
LEAST_MM = 1.0


def contoured(rng: np.random.Generator, hearts: RayBatch) -> RayBatch:
    """End diastole and end systole (N, 2) of hearts, by one reader per heart.

    Raises
    ------
    ValueError
        The hearts have other phases; the styles are defined for these two.
    """
    hearts.require_pairs()
    n = len(hearts.reach_mm)

    def one(mean: float, spread: float) -> np.ndarray:
        return rng.normal(mean, spread, (n, 1, 1, 1))

    def phases(ed: tuple[float, float], es: tuple[float, float], common: float) -> np.ndarray:
        """(N, 2, 1, 1) values of ED and ES that share a part of their spread."""
        shared = one(0, 1)
        parts = [mean + spread * (common * shared + np.sqrt(1 - common**2) * one(0, 1)) for mean, spread in (ed, es)]
        return np.concatenate(parts, axis=1)

    fade = np.maximum(_FLAT, 0.4)
    # Trabeculae in the wall: the cavity loses what the wall gains; at end systole they are compressed.
    inward = phases((0.0, 0.5), (0.35, 0.75), 0.5) * fade
    outward = phases((0.0, 0.35), (0.2, 0.8), 0.5) * fade
    endo = np.maximum(hearts.endo_mm - inward, 0.35 * hearts.endo_mm)
    epi = hearts.epi_mm + outward
    # The last contours towards the valve: narrower, or with a wall that thins out, most where the membranous septum is.
    narrow = phases((0.09, 0.1), (0.04, 0.1), 0.6) * np.exp(-_ROW / rng.uniform(0.8, 3.0, (n, 1, 1, 1)))
    thin = phases((0.08, 0.13), (0.28, 0.25), 0.6).clip(-0.3, 0.7) * np.exp(-_ROW / rng.uniform(0.8, 4.5, (n, 1, 1, 1)))
    toward = phases((0.15, 0.2), (0.2, 0.25), 0.7) * np.cos(_PHI - rng.normal(-0.2, 0.8, (n, 1, 1, 1)))
    toward = toward + phases((0.0, 0.08), (0.0, 0.1), 0.5) * np.cos(2 * (_PHI - rng.uniform(0, np.pi, (n, 1, 1, 1))))
    thin = (thin + toward * np.exp(-_ROW / rng.uniform(2.5, 7.0, (n, 1, 1, 1)))).clip(-0.5, 0.65)
    wall = (epi - endo) * (1 - thin)
    endo = endo * (1 - narrow)
    # The end of the apex is uncertain, more so at end systole when it is closed.
    wall = wall * (1 + phases((0.0, 0.12), (0.12, 0.22), 0.5).clip(-0.4, 0.7) * _TIP)
    endo, wall = np.maximum(endo, LEAST_MM), np.maximum(wall, LEAST_MM)
    for values in (endo, wall):
        values[..., -1, :] = values[..., -1, :].mean(axis=-1, keepdims=True)
    return RayBatch(hearts.reach_mm, endo, endo + wall)
