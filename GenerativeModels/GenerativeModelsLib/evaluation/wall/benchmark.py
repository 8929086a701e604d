"""Benchmark of the wall thickness on phantoms, with pyezzi for comparison if it is installed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.wall.phantoms import (
    WallPhantom,
    cylinders,
    half_ellipsoids,
    offset_spheres,
    spheres,
)
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.voxels import signed_distance
from GenerativeModelsLib.geometry.wall_thickness import WallField

SPACINGS = (1.0, 1.5, (1.0, 1.0, 2.0))
TILT_DEGREES = (25.0, -17.0, 40.0)
"""Rotations about x, y, z that tilt a phantom against the grid."""


@dataclass(frozen=True)
class Figures:
    """Errors over the points of both surfaces, in voxels of the finest axis, and seconds of the fastest run."""

    bias: float
    spread: float
    largest: float
    missing: int
    seconds: float


@dataclass(frozen=True)
class Row:
    """Results of one phantom on one grid; `pyezzi` is None if it is not installed."""

    phantom: str
    spacing: str
    voxels: int
    distances: Figures
    masks: Figures
    pyezzi: Figures | None


def run(repeats: int) -> Report:
    """Measure every phantom on every grid; the time is that of the fastest of `repeats` runs."""
    peer = _pyezzi()
    rows = [compare(phantom, spacing, repeats, peer) for phantom in phantoms() for spacing in SPACINGS]
    return report(rows)


def phantoms() -> list[WallPhantom]:
    """Phantoms, shifted against the voxels; those without spherical symmetry are also tilted."""
    from scipy.spatial.transform import Rotation

    tilted = np.eye(4)
    tilted[:3, :3] = Rotation.from_euler("xyz", TILT_DEGREES, degrees=True).as_matrix()
    shifted = np.eye(4)
    for pose in (tilted, shifted):
        pose[:3, 3] = (0.3, 0.71, -0.4)
    straight = [spheres(10, 20), spheres(22, 30), spheres(26, 30)]
    turned = [
        offset_spheres(20, 30, 5),
        cylinders(22, 30, 40),
        half_ellipsoids(20, 45, 10),
        half_ellipsoids(14, 38, 16),
    ]
    return [p.moved(shifted) for p in straight] + [p.moved(tilted) for p in turned]


def compare(
    phantom: WallPhantom, spacing: float | tuple[float, float, float], repeats: int, peer: Callable | None
) -> Row:
    """Errors and times of `WallField`, on distances and on masks, and of `peer` on the same masks."""
    grid = phantom.grid(spacing)
    endo, epi, base = phantom.fields(grid)
    field = WallField.solve(grid, endo, epi, base)
    masked = [signed_distance(values < 0, grid.spacing_zyx) for values in (endo, epi)]

    def ours(*fields: np.ndarray) -> np.ndarray:
        solved = WallField.solve(grid, *fields, base)
        return np.concatenate([solved.thickness_at(points) for points in (phantom.endo_points, phantom.epi_points)])

    theirs = None
    if peer is not None:
        masks = [values < 0 for values in (endo, epi)]
        theirs = _figures(phantom, grid, lambda: peer(*masks, grid.spacing_zyx), repeats, _at_points(phantom, grid))
    return Row(
        phantom.name,
        f"{spacing:g}" if np.ndim(spacing) == 0 else " x ".join(f"{s:g}" for s in spacing),
        int(np.isfinite(field.potential).sum()),
        _figures(phantom, grid, lambda: ours(endo, epi), repeats),
        _figures(phantom, grid, lambda: ours(*masked), repeats),
        theirs,
    )


def report(rows: list[Row]) -> Report:
    """The table of all rows."""
    columns = ("phantom, mm", "spacing, mm", "voxels of the wall")
    columns += ("distances: bias +- sd (largest), voxels", "ms", "masks: bias +- sd, voxels")
    columns += ("pyezzi, masks: bias +- sd (largest), voxels", "ms")
    cells = []
    for row in rows:
        d, m, p = row.distances, row.masks, row.pyezzi
        cells.append(
            [
                row.phantom,
                row.spacing,
                str(row.voxels),
                f"{d.bias:+.3f} +- {d.spread:.3f} ({d.largest:.2f})",
                f"{1e3 * d.seconds:.0f}",
                f"{m.bias:+.2f} +- {m.spread:.2f}",
                "not installed" if p is None else f"{p.bias:+.2f} +- {p.spread:.2f} ({p.largest:.2f})",
                "-" if p is None else f"{1e3 * p.seconds:.0f}",
            ]
        )
    notes = [
        "Exact thickness along the streamlines of the Laplace potential at 1500 points of each surface, sampling "
        "included in the time; voxels of the finest axis.",
        "pyezzi (CeCILL-C) measures the voxels of the wall; each point takes the value of the nearest one, and the "
        "time is without that search. It supports no base plane, so it gets whole ellipsoids (twice the voxels).",
    ]
    figures = {"rows": [{**vars(r), **{k: f and vars(f) for k, f in _parts(r).items()}} for r in rows]}
    return Report([Table("Wall thickness against closed forms", columns, cells, notes)], figures)


def _parts(row: Row) -> dict[str, Figures | None]:
    return {"distances": row.distances, "masks": row.masks, "pyezzi": row.pyezzi}


def _figures(
    phantom: WallPhantom,
    grid: Grid,
    action: Callable[[], np.ndarray],
    repeats: int,
    at_points: Callable[[np.ndarray], np.ndarray] = lambda thickness: thickness,
) -> Figures:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        measured = action()
        times.append(time.perf_counter() - start)
    exact = np.concatenate([phantom.endo_thickness, phantom.epi_thickness])
    error = (at_points(measured) - exact) / min(grid.spacing_mm)
    known = error[np.isfinite(error)]
    return Figures(
        float(known.mean()), float(known.std()), float(np.abs(known).max()), len(error) - len(known), min(times)
    )


def _at_points(phantom: WallPhantom, grid: Grid) -> Callable[[np.ndarray], np.ndarray]:
    """Function that samples a volume (z, y, x) at the phantom's points, by the nearest finite voxel."""
    from scipy.spatial import cKDTree

    points = np.concatenate([phantom.endo_points, phantom.epi_points])

    def nearest(volume: np.ndarray) -> np.ndarray:
        known = np.isfinite(volume)
        return volume[known][cKDTree(grid.points()[known]).query(points)[1]]

    return nearest


def _pyezzi() -> Callable | None:
    """pyezzi's thickness as a function of both masks and the spacing; None if pyezzi is not installed."""
    try:
        from pyezzi import Domain, compute_thickness
    except ImportError:
        return None
    return lambda endo, epi, spacing_zyx: compute_thickness(Domain(endo, epi, spacing_zyx))
