"""Measurements of left ventricles from their ray maps, for simulated and real hearts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES, aha_segments
from GenerativeModelsLib.heart.shape.ventricle import DENSITY_G_PER_ML, REACH_SHARE, ray_directions, ray_origins

__all__ = ["FACTS", "facts_of", "ks_distance", "segment_walls"]

FACTS = {
    "edv": "EDV, ml",
    "esv": "ESV, ml",
    "ef": "EF, %",
    "mass": "mass, g",
    "mass_ratio": "myocardium, ES / ED",
    "length": "cavity length ED, mm",
    "length_ratio": "cavity length, ES / ED",
    "sphericity": "sphericity ED, %",
    "wall_ed": "mean wall ED, mm",
    "wall_es": "mean wall ES, mm",
    "thickest": "thickest wall ED, mm",
    "thickening": "thickening, %",
}
"""Labels of the measurements, by key."""
LEAST_ROW = 2
"""First row used; the rows above are the rim of the base, where label maps end by convention."""


def facts_of(rays: RayBatch) -> dict[str, np.ndarray]:
    """Measurements (N,) by the keys of `FACTS`, of hearts (N, 2) at end diastole and end systole.

    Sphericity is EDV over the volume of the sphere whose diameter is the cavity's length. Walls are measured along
    the normal and averaged over the endocardium; the thickest is the 98th percentile.

    Raises
    ------
    ValueError
        The hearts have other phases, or a phase is absent.
    """
    rays.require_pairs()
    cavity, muscle = rays.cavity_ml, rays.myocardium_ml
    length = rays.reach_mm / REACH_SHARE
    wall = np.average(rays.wall_mm[..., LEAST_ROW:, :], axis=(-2, -1), weights=_endocardium(rays)[..., LEAST_ROW:, :])
    return {
        "edv": cavity[:, 0],
        "esv": cavity[:, 1],
        "ef": 100 * (1 - cavity[:, 1] / cavity[:, 0]),
        "mass": DENSITY_G_PER_ML * muscle[:, 0],
        "mass_ratio": muscle[:, 1] / muscle[:, 0],
        "length": length[:, 0],
        "length_ratio": length[:, 1] / length[:, 0],
        "sphericity": 100 * cavity[:, 0] / (np.pi / 6 * length[:, 0] ** 3 / 1000),
        "wall_ed": wall[:, 0],
        "wall_es": wall[:, 1],
        "thickest": rays.thickest_mm[:, 0],
        "thickening": 100 * (wall[:, 1] / wall[:, 0] - 1),
    }


def segment_walls(rays: RayBatch) -> np.ndarray:
    """(..., 16) mean wall in mm of the AHA segments 1 to 16 of shapes (...,); NaN where no ray meets a segment."""
    middle = 0.5 * (rays.endo_mm + rays.epi_mm)
    wall, share = rays.wall_mm, _endocardium(rays)
    found = np.full((*rays.reach_mm.shape, len(SEGMENT_NAMES) - 1), np.nan)
    for index in np.ndindex(rays.reach_mm.shape):
        points = middle[index][..., None] * ray_directions()
        points[..., 2] -= rays.reach_mm[index] * ray_origins()[:, None]
        points = points[LEAST_ROW:].reshape(-1, 3)
        segment = aha_segments(points, 0.0, -rays.reach_mm[index] / REACH_SHARE)
        weight = share[index][LEAST_ROW:].ravel()
        total = np.bincount(segment, weight, 18)[1:17]
        sums = np.bincount(segment, weight * wall[index][LEAST_ROW:].ravel(), 18)[1:17]
        np.divide(sums, total, out=found[index], where=total > 0)
    return found


def ks_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Two-sample Kolmogorov-Smirnov distance, 0 to 1."""
    both = np.sort(np.concatenate([a, b]))
    shares = [np.searchsorted(np.sort(values), both, side="right") / len(values) for values in (a, b)]
    return float(np.abs(shares[0] - shares[1]).max())


def _endocardium(rays: RayBatch) -> np.ndarray:
    """(..., ROWS, AZIMUTHS) area of the endocardium per ray, to first order, in arbitrary units.

    Rows are spaced by a fixed share of the reach above the fan's centre and by a fixed angle in the fan.
    """
    step, flat = _row_steps()
    height = np.where(flat[:, None] > 1 - 1e-9, rays.reach_mm[..., None, None], rays.endo_mm)
    return rays.endo_mm * np.maximum(flat[:, None], 1e-3) * step[:, None] * height


@lru_cache(maxsize=1)
def _row_steps() -> tuple[np.ndarray, np.ndarray]:
    """(ROWS,) spacing of the rows, as a share of the reach or an angle, and horizontal component of the rays."""
    flat = np.hypot(ray_directions()[:, 0, 0], ray_directions()[:, 0, 1])
    angle = np.arcsin(np.clip(-ray_directions()[:, 0, 2], 0, 1))
    return np.gradient(ray_origins()) + np.gradient(angle), flat
