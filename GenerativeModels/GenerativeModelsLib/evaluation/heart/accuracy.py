"""How well a model's ventricle agrees with the true one: Dice of the myocardium, distances of its two surfaces.

Dice: 2 |A and B| / (|A| + |B|) over the voxels of a grid of 1.25 mm (of real people: of their label map), the model's
myocardium by the signed distances of its rays. Hausdorff distance: between meshes, each point of one to the
triangles of the other, endocardium to endocardium and epicardium to epicardium, the largest of the four; a distance
between the two myocardia as sets would let the endocardium of one lie on the epicardium of the other. What lies above
the base plane found in the label map is left out: the model gives no shape there, and where a map stops is convention.
So is, of distances, what the model has beyond the true rim: places to which an end of the true sheet is nearest.
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
"""Least number of points on each true surface from which distances are taken."""


@dataclass(frozen=True, eq=False)
class TrueShape:
    """A ventricle as it is, in LPS mm.

    Attributes
    ----------
    points_lps, wall, cavity
        (N, 3) centres of the voxels of a grid around it, and which of them lie in the myocardium and the cavity.
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
    """Agreement below the base plane found; `dice_whole` also counts what the true shape has above it.

    Distances leave out what is found beyond the true rim; how well the base is found is measured apart.

    Attributes
    ----------
    dice, dice_whole
        Of the myocardium.
    cavity_dice
        Of the cavity.
    hausdorff_mm, hd95_mm
        Largest, and 95th percentile by area, of the distances; each the larger of both directions and both surfaces.
    mean_distance_mm
        By area, over both directions and both surfaces.
    """

    dice: float
    dice_whole: float
    cavity_dice: float
    hausdorff_mm: float
    hd95_mm: float
    mean_distance_mm: float


def true_shape(ventricle: Ventricle, frame: HeartFrame, spacing_mm: float = GRID_MM) -> TrueShape:
    """A ventricle that lies in `frame` (anything with `to_lps`), on a grid along the axes of that frame."""
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
    """Agreement of the ventricle `found`, which lies in `frame`, with the true one."""
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
    """A mesh of the heart frame in LPS."""
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
