"""Accuracy metrics of a predicted surface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.metrics import overlap, surface_distances
from GenerativeModelsLib.geometry.registration import rigid_align
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.voxels import voxelize

__all__ = ["Accuracy", "Alignment", "compare"]

Alignment = Literal["none", "rigid"]


@dataclass(frozen=True)
class Accuracy:
    """Accuracy metrics of a closed surface; lengths in mm, shares as fractions.

    Attributes
    ----------
    dice, sensitivity, precision
        Overlap of the enclosed volumes on a common grid.
    hausdorff_mm, hd95_mm, mean_surface_distance_mm
        Symmetric and area-weighted, between the triangles.
    relative_volume_difference
        (V_prediction - V_truth) / V_truth of the meshes, signed.
    mean_signed_distance_mm
        Mean over the prediction of its signed distance to the truth; positive if the prediction is too large.
    """

    dice: float
    sensitivity: float
    precision: float
    hausdorff_mm: float
    hd95_mm: float
    mean_surface_distance_mm: float
    relative_volume_difference: float
    mean_signed_distance_mm: float


def compare(
    prediction: Surface, truth: Surface, align: Alignment = "none", *, spacing_mm: float = 1.0, samples: int = 5000
) -> Accuracy:
    """Accuracy of `prediction` against `truth`, both closed, in one LPS frame in mm.

    Parameters
    ----------
    align
        "rigid" first aligns the prediction with the truth, without scaling, for a truth in another frame.
    spacing_mm
        Voxel size of the common grid for the overlap.
    samples
        Least number of sample points on each surface for the distances.

    Raises
    ------
    ValueError
        `align` is another value, or a surface has no triangles.
    """
    if align not in ("none", "rigid"):
        raise ValueError(f"align is {align!r}, expected 'none' or 'rigid'.")
    if not len(prediction.triangles) or not len(truth.triangles):
        raise ValueError("A surface without triangles cannot be compared.")
    if align == "rigid":
        prediction = prediction.transformed(rigid_align(prediction, truth))
    grid = Grid.around(np.concatenate([prediction.points, truth.points]), spacing_mm, spacing_mm)
    shared = overlap(voxelize(prediction, grid), voxelize(truth, grid))
    distances = surface_distances(prediction, truth, samples=samples)
    return Accuracy(
        dice=shared.dice,
        sensitivity=shared.sensitivity,
        precision=shared.precision,
        hausdorff_mm=distances.hausdorff_mm,
        hd95_mm=distances.hd95_mm,
        mean_surface_distance_mm=distances.mean_mm,
        relative_volume_difference=prediction.volume_mm3 / truth.volume_mm3 - 1,
        mean_signed_distance_mm=distances.mean_signed_mm,
    )
