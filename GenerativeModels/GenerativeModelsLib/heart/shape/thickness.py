"""Laplace thickness of a ventricle's wall on a grid, from signed distances to both surfaces along the rays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.wall_thickness import RING_VOXELS, WallField
from GenerativeModelsLib.heart.shape.ray_batch import surface_cosine
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS, Ventricle, ray_positions, refined

__all__ = ["FINER", "FINE_MM", "QUICK_MM", "ThicknessMaps", "ray_distances", "thickness_maps", "wall_field"]

FINE_MM = 1.25
"""Grid spacing of reported values, which differ by 0.01 mm (root mean square) from those of a grid of 0.8 mm."""
QUICK_MM = 2.5
"""Grid spacing for interactive use; values differ by 0.04 mm."""
FINER = 2
"""Points of the surface meshes per ray, in each direction."""
MARGIN = 3
"""Voxels around the wall."""
MOST_BEYOND, MOST_BEYOND_MM = 1.25, 1.0
"""Limit of a streamline's length: this factor of the longest ray through the wall around it, plus these millimetres."""
AROUND_RAYS = 3


@dataclass(frozen=True, eq=False)
class ThicknessMaps:
    """Wall thickness at the points of `Ventricle.surface("endo", FINER)` and of the epicardium, the apex last.

    Attributes
    ----------
    endo_mm, epi_mm
        (N,) mm; NaN on the base ring.
    mended_share
        Share of the points below that ring whose streamline missed the other surface or is too long, as on irregular
        surfaces; they have the mean of their neighbours.
    """

    endo_mm: np.ndarray
    epi_mm: np.ndarray
    mended_share: float


def thickness_maps(ventricle: Ventricle, spacing_mm: float = FINE_MM, finer: int = FINER) -> ThicknessMaps:
    """Thickness by the wall's Laplace field on a grid of `spacing_mm`, at `finer` times as many points as rays."""
    field = wall_field(ventricle, spacing_mm)
    longest = _longest_around(refined(ventricle.epi_mm - ventricle.endo_mm, finer), AROUND_RAYS * finer)
    found, mended, count = [], 0, 0
    for name in ("endo", "epi"):
        points = ventricle.surface(name, finer).points
        measured = field.thickness_at(points)
        ring = points[:, 2] > -1.01 * RING_VOXELS * spacing_mm
        wrong = ~ring & ~(measured <= MOST_BEYOND * longest + MOST_BEYOND_MM)
        found.append(_mended(measured, wrong, ring, finer * AZIMUTHS))
        mended, count = mended + int(wrong.sum()), count + int((~ring).sum())
    return ThicknessMaps(found[0], found[1], mended / max(count, 1))


def wall_field(ventricle: Ventricle, spacing_mm: float = FINE_MM) -> WallField:
    """The Laplace field of the ventricle's wall in the heart frame, cut at the base plane."""
    length = ventricle.reach_mm + float(ventricle.epi_mm[-1, 0])
    wide = ventricle.points("epi")[..., :2].reshape(-1, 2)
    lowest = min(-length, float(ventricle.points("epi")[..., 2].min()))
    corners = np.array([[*wide.min(0), lowest], [*wide.max(0), 0.0]])
    grid = Grid.around(corners, spacing_mm, MARGIN * spacing_mm)
    points = grid.points()
    endo, epi = ray_distances(ventricle, points)
    return WallField.solve(grid, endo, epi, points[..., 2])


def ray_distances(ventricle: Ventricle, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed distances (...) in mm of `points` (..., 3) of the heart frame to endo- and epicardium, negative inside.

    First-order approximation: distance beyond the surface along the ray, times the cosine between ray and normal. It is
    accurate near the surface, as the wall field requires, and has the correct sign everywhere. Above the base both
    surfaces continue as vertical walls.
    """
    from scipy.ndimage import map_coordinates

    row, column, along = ray_positions(points, ventricle.reach_mm)
    at = np.stack([row.ravel(), column.ravel()])
    found = []
    for radii in (ventricle.endo_mm, ventricle.epi_mm):
        cosine = surface_cosine(radii, np.asarray(ventricle.reach_mm))
        around = (np.concatenate([values, values[:, :1]], axis=1) for values in (radii, cosine))
        surface, slope = (map_coordinates(values, at, order=1).reshape(row.shape) for values in around)
        found.append((along - surface) * slope)
    return found[0], found[1]


def _longest_around(wall: np.ndarray, reach: int) -> np.ndarray:
    """(N,) longest ray through the wall (rows, azimuths) within `reach` of each point of the mesh."""
    from scipy.ndimage import maximum_filter

    longest = maximum_filter(wall, size=2 * reach + 1, mode=("nearest", "wrap"))
    return np.append(longest[:-1].ravel(), wall[-reach:].max())


def _mended(values: np.ndarray, wrong: np.ndarray, ring: np.ndarray, azimuths: int) -> np.ndarray:
    """`values` (N,) of a mesh, the apex last, with `wrong` ones replaced by neighbours' means, edges first."""
    if not wrong.any():
        return values
    grid = np.append(np.where(wrong, np.nan, values), np.full(azimuths - 1, np.nan)).reshape(-1, azimuths)
    grid[-1] = grid[-1, 0]
    fixed = np.append(ring, np.zeros(azimuths - 1, bool)).reshape(-1, azimuths)
    for _ in range(ROWS * FINER):
        missing = np.isnan(grid) & ~fixed
        if not missing.any():
            break
        padded = np.pad(grid, ((1, 1), (0, 0)), constant_values=np.nan)
        near = np.stack([np.roll(grid, 1, axis=1), np.roll(grid, -1, axis=1), padded[:-2], padded[2:]])
        known = np.isfinite(near)
        mean = np.where(known, near, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        grid = np.where(missing & known.any(axis=0), mean, grid)
        if np.isfinite(grid[-1]).any():
            grid[-1] = np.nanmean(grid[-1])
    return grid.ravel()[: len(values)]
