"""Measurement of the endo- and epicardium of a label map along the rays of the heart frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.measure.distance import LabelDistance
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.heart.shape.ventricle import REACH_SHARE, ROWS, Ventricle, ray_directions, ray_origins

__all__ = ["Observed", "observe"]

STEP_MM = 0.75
FARTHEST_MM = 80.0
LEAST_MM = 0.6
"""Smallest radius of a cavity and smallest wall; obliterated apices and missing walls have it."""


@dataclass(frozen=True, eq=False)
class Observed:
    """A measured ventricle and which of its rays met a wall, (ROWS, AZIMUTHS) bool; the others were interpolated."""

    ventricle: Ventricle
    seen: np.ndarray


def observe(distance: LabelDistance, frame: HeartFrame, name: str, phase: str) -> Observed:
    """Measure endo- and epicardium along the rays.

    Raises
    ------
    InputError
        The cavity is too short or hardly any ray meets a wall.
    """
    length = _cavity_length(distance, frame)
    if not 20 <= length <= 160:
        raise InputError(
            f"{named(phase)} {name}: the cavity is {length:.0f} mm long from base to apex, expected 20 to 160 mm: "
            "check the labels and the voxel spacing."
        )
    reach = REACH_SHARE * length
    radii = np.arange(0.0, FARTHEST_MM, STEP_MM)
    start = np.zeros((ROWS, 1, 1, 3))
    start[..., 2] = -reach * ray_origins()[:, None, None]
    points = frame.to_lps(start + radii[:, None] * ray_directions()[:, :, None, :])
    endo_field, epi_field = distance.sample("endo", points), distance.sample("epi", points)
    endo = _first_exit(endo_field)
    # A ray leaves the wall at the epicardium, beyond the cavity.
    epi = _first_exit(np.where(radii < endo[..., None], -1.0, epi_field))
    wall = epi - endo
    seen = wall > LEAST_MM
    if seen[: ROWS // 2].mean() < 0.4:
        raise InputError(
            f"{named(phase)} {name}: most of the cavity has no myocardium around it: check {named('labels')}."
        )
    wall = _filled(np.where(seen, wall, np.nan))
    endo = np.maximum(endo, LEAST_MM)
    endo[-1], wall[-1] = endo[-1].mean(), wall[-1].mean()
    return Observed(Ventricle(reach, endo, endo + np.maximum(wall, LEAST_MM)), seen)


def _cavity_length(distance: LabelDistance, frame: HeartFrame) -> float:
    """Depth of the deepest cavity near the long axis below the base plane, mm."""
    depth = np.arange(0.0, 200.0, 0.5)
    x, y = np.meshgrid(np.arange(-8.0, 9.0, 4.0), np.arange(-8.0, 9.0, 4.0))
    around = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], 1)
    points = around[:, None] - depth[:, None] * np.array([0.0, 0.0, 1.0])
    inside = distance.sample("endo", frame.to_lps(points)) < 0
    return float(depth[inside.any(axis=0)].max(initial=0.0))


def _first_exit(field: np.ndarray) -> np.ndarray:
    """Radius from which the field, negative inside, stays positive for 4 mm or to its end, by linear interpolation."""
    outside = field > 0
    run = max(1, round(4.0 / STEP_MM))
    steady = outside.copy()
    for k in range(1, run):
        steady[..., :-k] &= outside[..., k:]
    index = np.where(steady.any(-1), steady.argmax(-1), field.shape[-1] - 1)
    before = np.maximum(index - 1, 0)
    high = np.take_along_axis(field, index[..., None], -1)[..., 0]
    low = np.take_along_axis(field, before[..., None], -1)[..., 0]
    share = np.where(low < 0, low / np.minimum(low - high, -1e-9), 1.0)
    return STEP_MM * np.where(index == 0, 0.0, before + share)


def _filled(wall: np.ndarray) -> np.ndarray:
    """Missing walls (NaN) filled iteratively with the mean of their neighbours."""
    for _ in range(60):
        missing = np.isnan(wall)
        if not missing.any():
            break
        padded = np.pad(wall, ((1, 1), (0, 0)), constant_values=np.nan)
        near = np.stack([np.roll(wall, 1, 1), np.roll(wall, -1, 1), padded[:-2], padded[2:]])
        known = ~np.isnan(near)
        mean = np.where(known, near, 0).sum(0) / np.maximum(known.sum(0), 1)
        wall = np.where(missing & known.any(0), mean, wall)
    return wall
