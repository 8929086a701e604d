"""Agreement of two ventricles in the same heart frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.metrics import overlap, surface_distances
from GenerativeModelsLib.heart.shape.thickness import ray_distances
from GenerativeModelsLib.heart.shape.ventricle import Ventricle

__all__ = ["Agreement", "agreement"]

VOXEL_MM = 1.25


@dataclass(frozen=True)
class Agreement:
    """Overlap and distance of two ventricles.

    Attributes
    ----------
    dice
        Dice of the myocardium below the base plane, which is sensitive for thin walls.
    cavity_dice
        Dice of the cavity.
    hausdorff_mm
        The larger of the Hausdorff distances of the two endo- and the two epicardia.
    """

    dice: float
    cavity_dice: float
    hausdorff_mm: float


def agreement(found: Ventricle, truth: Ventricle) -> Agreement:
    """Agreement of `found` with `truth`, both below z = 0 of their common heart frame."""
    corners = np.concatenate([v.points("epi").reshape(-1, 3) for v in (found, truth)])
    grid = Grid.around(corners, VOXEL_MM, VOXEL_MM)
    points = grid.points()
    points = points[points[..., 2] < 0]
    walls, cavities = [], []
    for ventricle in (found, truth):
        endo, epi = ray_distances(ventricle, points)
        walls.append((endo >= 0) & (epi < 0))
        cavities.append(endo < 0)
    hausdorff = max(
        surface_distances(found.surface(name), truth.surface(name), samples=0).hausdorff_mm for name in ("endo", "epi")
    )
    return Agreement(overlap(*walls).dice, overlap(*cavities).dice, hausdorff)
