"""Regional disease: patterns of hypertrophy and infarct zones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS, ray_directions

PATTERNS = {"septal": 0.5, "concentric": 0.08, "apical": 0.12, "mid": 0.08, "focal": 0.22}
"""Patterns of hypertrophy and their shares; septal, mostly basal and anterior, is the most common."""

_ROW = np.arange(ROWS)[:, None]
_PHI = 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
_FLAT = np.hypot(ray_directions()[..., 0], ray_directions()[..., 1])


@dataclass(frozen=True, eq=False)
class Pattern:
    """Walls (n, ROWS, AZIMUTHS) in mm, what hypertrophy added to them, and the name of its pattern (n,)."""

    wall_mm: np.ndarray
    added_mm: np.ndarray
    name: np.ndarray


def unchanged(wall_mm: np.ndarray) -> Pattern:
    """Walls without hypertrophy."""
    return Pattern(wall_mm, np.zeros_like(wall_mm), np.full(len(wall_mm), "", dtype="<U12"))


def hypertrophy(rng: np.random.Generator, wall_mm: np.ndarray) -> Pattern:
    """Thicken healthy walls (n, ROWS, AZIMUTHS) by a pattern until the thickest point has the sampled thickness.

    Maximal walls run from 15 mm up, most between 16 and 20, so that mass is some 15 to 25 % above health on average
    (Biffi et al.: about 15 %).
    """
    n = len(wall_mm)
    name = rng.choice(list(PATTERNS), n, p=list(PATTERNS.values()))
    bump = np.stack([_bump(rng, kind) for kind in name])
    bump[:, -1] = bump[:, -1].mean(axis=-1, keepdims=True)  # one point, the apex
    thickest = np.minimum(15.4 + rng.gamma(1.2, 2.4, n), 32.0)
    # Bisection for the amplitude at which the largest sum of wall and bump is the sampled thickness.
    low, high = np.zeros(n), np.full(n, 40.0)
    for _ in range(24):
        middle = (low + high) / 2
        reached = _top(wall_mm + middle[:, None, None] * bump) >= thickest
        high, low = np.where(reached, middle, high), np.where(reached, low, middle)
    added = high[:, None, None] * bump
    return Pattern(wall_mm + added, added, name)


def _top(wall: np.ndarray) -> np.ndarray:
    return np.percentile(wall[:, 2:].reshape(len(wall), -1), 98, axis=1)


def _bump(rng: np.random.Generator, kind: str) -> np.ndarray:
    """(ROWS, AZIMUTHS) relative growth of the wall, 0 to 1."""
    if kind == "concentric":
        centre, width = rng.uniform(3, 14), rng.uniform(6, 14)
        around = 1 + 0.3 * np.cos(_PHI - rng.uniform(-0.6, 1.2))
        spread = _down(centre, width) * around
    elif kind == "septal":
        spread = _around(rng.normal(0.45, 0.4), rng.uniform(1.0, 5.0)) * _down(rng.uniform(2, 10), rng.uniform(2.5, 8))
    elif kind == "apical":
        turn = _around(rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.8))
        spread = _down(rng.uniform(19, 25), rng.uniform(3, 6)) * (_FLAT * turn + (1 - _FLAT))
    elif kind == "mid":
        spread = _around(rng.uniform(-0.6, 1.6), rng.uniform(0.1, 1.2)) * _down(rng.uniform(8, 13), rng.uniform(3, 5))
    else:
        spread = _around(rng.uniform(0, 2 * np.pi), rng.uniform(2.5, 7)) * _down(
            rng.uniform(2, 16), rng.uniform(2.5, 5)
        )
    return spread / spread[2:].max()


def _around(centre: float, concentration: float) -> np.ndarray:
    """Von Mises bump in azimuth; towards the apex, where azimuths meet, it becomes constant."""
    bump = np.exp(concentration * (np.cos(_PHI - centre) - 1))
    return _FLAT * bump + (1 - _FLAT) * bump.mean()


def _down(centre: float, width: float) -> np.ndarray:
    return np.exp(-0.5 * ((_ROW - centre) / width) ** 2)


def infarct_zone(rng: np.random.Generator, n: int) -> np.ndarray:
    """(n, ROWS, AZIMUTHS) from 0 (normal motion) to 1 (none): territories of the coronary arteries, mostly apical."""
    centres = np.array([1.2, 4.2, 2.9])[rng.choice(3, n, p=(0.5, 0.3, 0.2))] + rng.normal(0, 0.3, n)
    zones = [
        _around(centre, rng.uniform(0.6, 2.5)) * _down(rng.uniform(9, 24), rng.uniform(6, 10)) for centre in centres
    ]
    zones = np.stack(zones)
    return zones / zones.max(axis=(1, 2), keepdims=True)
