"""Agreement of a predicted ventricle with the true one: Dice of the myocardium and distances of both surfaces.

Dice: 2 |A and B| / (|A| + |B|) over the voxels of a grid of 1.25 mm (for real people, of their label map); the
predicted myocardium is given by the signed distances of its rays. Hausdorff distance: between meshes, from each point
of one to the triangles of the other, endocardium to endocardium and epicardium to epicardium, the largest of the four.
A distance between the myocardia as sets would be small if the endocardium of one lay on the epicardium of the other.
Everything above the estimated base plane is excluded: the model has no shape there, and where a label map ends is a
convention. Distances also exclude predicted points beyond the true rim, whose nearest true point is on the border.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.metrics import overlap, samples_on, weighted_quantile
from GenerativeModelsLib.geometry.surface_queries import SurfaceQueries
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.shape.thickness import ray_distances
from GenerativeModelsLib.heart.shape.ventricle import Ventricle

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.measure.frame import HeartFrame

__all__ = ["GRID_MM", "ShapeAgreement", "TrueShape", "against_truth", "moved", "true_shape"]

GRID_MM = 1.25
RIM_STEP_MM, RIM_TOLERANCE_MM = 0.2, 0.01
SAMPLES = 3000
"""Smallest number of points on each true surface from which distances are measured."""


@dataclass(frozen=True, eq=False)
class TrueShape:
    """True ventricle in LPS mm.

    Attributes
    ----------
    points_lps, wall, cavity
        (N, 3) voxel centres of a grid around it, and (N,) masks of myocardium and cavity.
    endo, epi
        Its surfaces, open at the base.
    """

    points_lps: np.ndarray
    wall: np.ndarray
    cavity: np.ndarray
    endo: Surface
    epi: Surface


@dataclass(frozen=True)
class ShapeAgreement:
    """Agreement below the estimated base plane; `dice_whole` includes the true shape above it.

    Distances exclude predicted points beyond the true rim; the error of the base plane is measured separately.

    Attributes
    ----------
    dice, dice_whole
        Dice of the myocardium.
    cavity_dice
        Dice of the cavity.
    hausdorff_mm, hd95_mm
        Largest and area-weighted 95th percentile of the distances, the maximum over directions and surfaces.
    mean_distance_mm
        Area-weighted mean over both directions and both surfaces.
    """

    dice: float
    dice_whole: float
    cavity_dice: float
    hausdorff_mm: float
    hd95_mm: float
    mean_distance_mm: float


def true_shape(ventricle: Ventricle, frame: HeartFrame, spacing_mm: float = GRID_MM) -> TrueShape:
    """True shape of a ventricle in `frame` (an object with `to_lps`), on a grid along the axes of that frame."""
    grid = Grid.around(np.append(ventricle.points("epi").reshape(-1, 3), [[0.0, 0.0, 0.0]], axis=0), spacing_mm, 8.0)
    points = grid.points().reshape(-1, 3)
    endo, epi = ray_distances(ventricle, points)
    below = points[:, 2] < 0
    return TrueShape(
        frame.to_lps(points),
        below & (epi < 0) & (endo >= 0),
        below & (endo < 0),
        *(moved(ventricle.surface(name), frame) for name in ("endo", "epi")),
    )


def against_truth(found: Ventricle, frame: HeartFrame, truth: TrueShape) -> ShapeAgreement:
    """Agreement of the ventricle `found` in `frame` with the true one."""
    points = frame.to_heart(truth.points_lps)
    endo, epi = ray_distances(found, points)
    below = points[:, 2] < 0
    wall, cavity = below & (epi < 0) & (endo >= 0), below & (endo < 0)
    distances, weights = [], []
    for name in ("endo", "epi"):
        own, true = moved(found.surface(name), frame), getattr(truth, name)
        there, areas = samples_on(true, SAMPLES)
        keep = frame.to_heart(there)[:, 2] <= 0
        away = _distances(own.points, true)
        within = ~_beyond_rim(own.points, away, true)
        distances += [away[within], _distances(there[keep], own)]
        weights += [own.vertex_areas[within], areas[keep]]
    means = [np.average(d, weights=w) for d, w in zip(distances, weights, strict=True)]
    return ShapeAgreement(
        dice=overlap(wall[below], truth.wall[below]).dice,
        dice_whole=overlap(wall, truth.wall).dice,
        cavity_dice=overlap(cavity[below], truth.cavity[below]).dice,
        hausdorff_mm=float(max(d.max() for d in distances)),
        hd95_mm=max(weighted_quantile(d, w, 0.95) for d, w in zip(distances, weights, strict=True)),
        mean_distance_mm=float(np.mean(means)),
    )


def moved(surface: Surface, frame: HeartFrame) -> Surface:
    """Mesh of the heart frame, transformed to LPS."""
    return Surface(frame.to_lps(surface.points), surface.triangles)


def _beyond_rim(points: np.ndarray, distances: np.ndarray, surface: Surface) -> np.ndarray:
    """(N,) bool: points whose nearest place on an open mesh, at `distances`, lies on its border."""
    edges = np.sort(surface.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, count = np.unique(edges, axis=0, return_counts=True)
    start, end = surface.points[edges[count == 1]].transpose(1, 0, 2)
    share = np.linspace(0, 1, 1 + int(np.ceil(np.linalg.norm(end - start, axis=1).max(initial=0.0) / RIM_STEP_MM)))
    rim = (start[:, None] + share[:, None] * (end - start)[:, None]).reshape(-1, 3)
    if not len(rim):
        return np.zeros(len(points), bool)
    return cKDTree(rim).query(points)[0] <= distances + RIM_TOLERANCE_MM


def _distances(points: np.ndarray, surface: Surface) -> np.ndarray:
    return np.abs(SurfaceQueries(surface).signed_distances(points))
