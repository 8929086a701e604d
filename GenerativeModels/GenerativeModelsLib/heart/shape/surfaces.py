"""Meshes of endo- and epicardium with wall thickness and AHA segments, and figures of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.geometry.metrics import weighted_quantile
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.shape.segments import aha_segments, segment_means
from GenerativeModelsLib.heart.shape.thickness import FINER, QUICK_MM, ThicknessMaps, thickness_maps
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS, Ventricle

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.measure.frame import HeartFrame

__all__ = ["ENDO", "EPI", "ThicknessFigures", "heart_surface", "in_patient", "quick_surface", "thickness_figures"]

ENDO, EPI = 0, 1
"""Values of the point array `surface`."""


@dataclass(frozen=True, eq=False)
class ThicknessFigures:
    """Wall thickness over both surfaces, weighted by area, in mm, without the base ring.

    Attributes
    ----------
    mean, p95, max
        The maximum is sensitive to noise; the 95th percentile is compared with limits.
    aha17
        (17,) mean of each segment; NaN without wall.
    """

    mean: float
    p95: float
    max: float
    aha17: np.ndarray


def heart_surface(ventricle: Ventricle, maps: ThicknessMaps | None = None) -> Surface:
    """Both surfaces in one mesh of the heart frame, open at the base, the endocardium's points first.

    Point arrays: `wall_thickness_mm`, the length of the streamline between the surfaces through each point, NaN on the
    base ring; `aha_segment`, 1 to 17; `surface`, 0 on the endocardium and 1 on the epicardium. The normals of both
    point away from the long axis. `maps` are those of the ventricle, computed if absent.
    """
    maps = maps or thickness_maps(ventricle)
    return _joined(ventricle, maps.endo_mm, maps.epi_mm)


def quick_surface(ventricle: Ventricle) -> Surface:
    """`heart_surface` from a coarse grid, with thickness interpolated between the rays, for interactive use."""
    maps = thickness_maps(ventricle, QUICK_MM, finer=1)
    return _joined(ventricle, _between_rays(maps.endo_mm), _between_rays(maps.epi_mm))


def in_patient(surface: Surface, frame: HeartFrame) -> Surface:
    """The mesh moved from the heart frame to the patient's LPS mm."""
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = frame.axes.T, frame.origin_lps
    return surface.transformed(matrix)


def thickness_figures(surface: Surface) -> ThicknessFigures:
    """Figures of a mesh of `heart_surface`, in any frame."""
    thickness, areas = surface.point_data["wall_thickness_mm"], surface.vertex_areas
    known = np.isfinite(thickness) & (areas > 0)
    t, a = thickness[known], areas[known]
    segments = segment_means(thickness, surface.point_data["aha_segment"], areas)
    return ThicknessFigures(
        float(np.average(t, weights=a)), weighted_quantile(t, a, 0.95), float(t.max()), segments.mean
    )


def _joined(ventricle: Ventricle, endo_mm: np.ndarray, epi_mm: np.ndarray) -> Surface:
    endo, epi = ventricle.surface("endo", FINER), ventricle.surface("epi", FINER)
    points = np.concatenate([endo.points, epi.points])
    segments = aha_segments(points, 0.0, -ventricle.cavity_length_mm)
    return Surface(
        points,
        np.concatenate([endo.triangles, epi.triangles + len(endo.points)]),
        {
            "wall_thickness_mm": np.concatenate([endo_mm, epi_mm]),
            "aha_segment": segments.astype(np.int32),
            "surface": np.repeat(np.array([ENDO, EPI], np.int32), [len(endo.points), len(epi.points)]),
        },
    )


def _between_rays(values: np.ndarray) -> np.ndarray:
    """Values at the rays, the apex last, interpolated at the points of the finer mesh; NaN beside NaN."""
    low, high = _neighbours()
    return 0.25 * (values[low[0]] + values[high[0]] + values[low[1]] + values[high[1]])


@lru_cache(maxsize=1)
def _neighbours() -> tuple[np.ndarray, np.ndarray]:
    """Rays around the points of the finer mesh (`FINER` = 2): ((2, N) of one column, (2, N) of the next)."""
    rows, columns = np.arange(FINER * (ROWS - 1)), np.arange(FINER * AZIMUTHS)
    apex = (ROWS - 1) * AZIMUTHS
    found = []
    for column in (columns // 2, (columns + 1) // 2 % AZIMUTHS):
        pair = []
        for row in (rows // 2, (rows + 1) // 2):
            index = np.minimum(row[:, None] * AZIMUTHS + column, apex)
            pair.append(np.append(index.ravel(), apex))
        found.append(np.stack(pair))
    return found[0], found[1]
