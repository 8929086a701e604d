"""Variants of the fetal head: cephalic index and change of shape of each.

Changes are tables of log-radius added to a unit head. Amplitudes are this project's own choice, from mild to marked;
the closed sutures follow published growth simulations (see `shape_basis.json`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from GenerativeModelsLib.skull.population.basis import ShapeBasis
from GenerativeModelsLib.skull.shape.star_surface import table_directions

VARIANT_WEIGHTS = {
    "typical": 0.65,
    "dolichocephaly": 0.07,
    "brachycephaly": 0.03,
    "plagiocephaly": 0.05,
    "scaphocephaly": 0.02,
    "trigonocephaly": 0.03,
    "moulding": 0.06,
    "frontal_bossing": 0.05,
    "lemon": 0.04,
}
"""Share of each variant; abnormal ones are far above their prevalence, so that they occur often in training."""
USUAL = ("typical", "dolichocephaly", "brachycephaly", "moulding")
"""Variants of normal heads."""

CEPHALIC_INDEX = {
    "dolichocephaly": (70.0, 2.0, 64.0, 74.0),
    "brachycephaly": (88.0, 2.5, 83.0, 95.0),
    "scaphocephaly": (69.0, 2.5, 62.0, 74.0),
    "plagiocephaly": (81.5, 3.0, 74.0, 90.0),
}
"""Mean, SD and limits of the cephalic index in per cent; variants without an entry follow the charts."""


def direction(azimuth_degrees: float, elevation_degrees: float) -> np.ndarray:
    """Unit vector; azimuth from +x (left) towards +y (posterior), so that -90 is the brow; elevation from z = 0."""
    a, e = np.radians([azimuth_degrees, elevation_degrees])
    return np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])


def bump(centre: np.ndarray, width_degrees: float) -> np.ndarray:
    """Table of a rotationally symmetric Gaussian of height 1 about the unit vector `centre`."""
    return np.exp((table_directions() @ centre - 1) / np.radians(width_degrees) ** 2)


def _mirror(table: np.ndarray) -> np.ndarray:
    """The table with left and right exchanged (x -> -x)."""
    count = table.shape[1]
    return table[:, (count // 2 - np.arange(count)) % count]


@lru_cache(maxsize=1)
def _temples() -> np.ndarray:
    return bump(direction(-42, 8), 17) + bump(direction(-138, 8), 17)


def _lemon(rng: np.random.Generator, basis: ShapeBasis) -> np.ndarray:
    point = bump(direction(-90, 5), 22)
    severity = rng.uniform(0.7, 1.5)
    return severity * (-0.075 * _temples() + 0.03 * point) + rng.uniform(0, 0.4) * basis.early


def _frontal_bossing(rng: np.random.Generator, basis: ShapeBasis) -> np.ndarray:
    aside = rng.uniform(0, 18)
    height = rng.uniform(18, 36)
    eminences = bump(direction(-90 - aside, height), 21) + bump(direction(-90 + aside, height), 21)
    root = bump(direction(-90, -22), 18)
    return rng.uniform(0.07, 0.14) * (eminences / eminences.max() - 0.4 * root)


def _moulding(rng: np.random.Generator, basis: ShapeBasis) -> np.ndarray:
    axis = direction(90 + rng.normal(0, 12), rng.uniform(38, 72))
    cosine = table_directions() @ axis
    stretch = rng.uniform(0.05, 0.14) * (np.maximum(cosine, 0) ** 3 + 0.35 * (cosine**2 - 1 / 3) - 0.1)
    x, z = table_directions()[..., 0], table_directions()[..., 2]
    parietal = bump(direction(90, 65), 35) * np.tanh(x / 0.12) * np.clip(z / 0.3, 0, 1)
    return stretch + rng.choice([-1, 1]) * rng.uniform(0.003, 0.015) * parietal


def _plagiocephaly(rng: np.random.Generator, basis: ShapeBasis) -> np.ndarray:
    if rng.random() < 0.4:
        table = rng.uniform(0.6, 1.4) * basis.left_coronal
    else:
        e = table_directions()
        low = (1 - e[..., 2] ** 2) * np.where(e[..., 2] > 0, 1.0, np.maximum(1 + e[..., 2], 0))
        back = bump(direction(128, 8), 30)
        table = rng.uniform(0.6, 1.3) * (0.07 * 2 * e[..., 0] * e[..., 1] * low - 0.05 * back)
    return table if rng.random() < 0.5 else _mirror(table)


def _dolichocephaly(rng: np.random.Generator, basis: ShapeBasis) -> np.ndarray:
    return rng.uniform(0.0, 0.4) * basis.sagittal


def _brachycephaly(rng: np.random.Generator, basis: ShapeBasis) -> np.ndarray:
    return -rng.uniform(0.0, 0.08) * bump(direction(90, 10), 40)


_CHANGES: dict[str, Callable[[np.random.Generator, ShapeBasis], np.ndarray]] = {
    "dolichocephaly": _dolichocephaly,
    "brachycephaly": _brachycephaly,
    "plagiocephaly": _plagiocephaly,
    "scaphocephaly": lambda rng, basis: rng.uniform(0.6, 1.4) * basis.sagittal,
    "trigonocephaly": lambda rng, basis: rng.uniform(0.7, 1.4) * (basis.metopic + 0.5 * _wedge()),
    "moulding": _moulding,
    "frontal_bossing": _frontal_bossing,
    "lemon": _lemon,
}


@lru_cache(maxsize=1)
def _wedge() -> np.ndarray:
    """Ridge of the forehead between flattened temples."""
    return 0.07 * bump(direction(-90, 10), 20) - 0.07 * (bump(direction(-50, 12), 19) + bump(direction(-130, 12), 19))


def variant_change(variant: str, rng: np.random.Generator, basis: ShapeBasis) -> np.ndarray | float:
    """Table of log-radius that `variant` adds to a unit head; 0.0 for a typical head."""
    return _CHANGES[variant](rng, basis) if variant in _CHANGES else 0.0
