"""Label maps of hearts of known shape: error-free segmentations on a given grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap
from GenerativeModelsLib.heart.shape.thickness import ray_distances
from GenerativeModelsLib.heart.shape.ventricle import Ventricle

__all__ = ["GRIDS", "LABELS", "USUAL_AXES", "Pose", "grid_axes", "label_map", "random_pose"]

LABELS = HeartLabels(lv=3, myo=2, rv=1)
GRIDS = {"isotropic 1.5 mm": (1.5, 1.5, 1.5), "stack 1.5 x 1.5 x 8 mm": (1.5, 1.5, 8.0)}
"""Spacing in mm along i, j, k of the two kinds of label map in the evaluation."""
MARGIN_MM = 10.0
RIGHT_HALF_ANGLE, RIGHT_WIDTH_MM = np.radians(62.0), 24.0
"""Right ventricle's cavity: half the angle that it spans beside the septum, and its width there."""


def _usual_axes() -> np.ndarray:
    z, towards = np.array([-0.65, 0.45, 0.61]), np.array([-0.5, -0.8, -0.2])
    z /= np.linalg.norm(z)
    x = towards - (towards @ z) * z
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z])


USUAL_AXES = _usual_axes()
"""(3, 3) rows x (septum), y (anterior), z (base) in LPS of a usual heart: the base is right, posterior and superior."""


@dataclass(frozen=True, eq=False)
class Pose:
    """Pose of a heart: rows x, y, z of its frame as unit LPS vectors (3, 3), and its origin in LPS mm."""

    axes: np.ndarray
    origin_lps: np.ndarray

    def to_lps(self, points: np.ndarray) -> np.ndarray:
        """Heart-frame points (..., 3) -> LPS."""
        return points @ self.axes + self.origin_lps

    def to_heart(self, points_lps: np.ndarray) -> np.ndarray:
        """LPS points (..., 3) -> heart frame."""
        return (points_lps - self.origin_lps) @ self.axes.T


def random_pose(rng: np.random.Generator, spread_degrees: float = 12.0) -> Pose:
    """Usual pose of a heart with a random rotation, of standard deviation `spread_degrees` about every axis."""
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_rotvec(np.radians(rng.normal(0, spread_degrees, 3))).as_matrix()
    return Pose(USUAL_AXES @ turn, rng.normal(0, 20.0, 3))


def grid_axes(rng: np.random.Generator, pose: Pose, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Unit LPS directions of i, j, k as columns (3, 3): the patient's axes, or short axes for thick slices.

    Short-axis slices are tilted by 4 degrees (standard deviation) and rotated at random within their plane.
    """
    from scipy.spatial.transform import Rotation

    if max(spacing_mm) < 2 * min(spacing_mm):
        return np.eye(3)
    off = np.radians([*rng.normal(0, 4.0, 2), rng.uniform(0, 360.0)])
    return pose.axes.T @ Rotation.from_rotvec(off).as_matrix()


def label_map(
    ventricle: Ventricle,
    pose: Pose,
    spacing_mm: tuple[float, float, float],
    axes: np.ndarray,
    offset_voxels: np.ndarray,
    name: str,
) -> LabelMap:
    """Label map of cavity, myocardium and a right ventricle beside the septum; a voxel has the label of its centre.

    Parameters
    ----------
    axes
        (3, 3) unit LPS directions of i, j, k as columns.
    offset_voxels
        (3,) shift of the grid against the heart in voxels, 0 to 1.
    """
    step = np.asarray(spacing_mm, float)
    wall = ventricle.points("epi").reshape(-1, 3)
    corners = pose.to_lps(np.concatenate([wall, wall + np.array([RIGHT_WIDTH_MM, 0.0, 0.0])])) @ np.linalg.inv(axes).T
    low = corners.min(0) - MARGIN_MM - np.asarray(offset_voxels) * step
    count = np.ceil((corners.max(0) + MARGIN_MM - low) / step).astype(int) + 1
    to_lps = np.eye(4)
    to_lps[:3, :3], to_lps[:3, 3] = axes * step, axes @ low
    index = np.stack(np.meshgrid(*(np.arange(n) for n in count[::-1]), indexing="ij")[::-1], axis=-1)
    points = pose.to_heart(index @ to_lps[:3, :3].T + to_lps[:3, 3])
    return LabelMap(labels_at(ventricle, points), LABELS, to_lps, name)


def labels_at(ventricle: Ventricle, points: np.ndarray) -> np.ndarray:
    """Label (...) of heart-frame points (..., 3)."""
    endo, epi = ray_distances(ventricle, points)
    below = points[..., 2] < 0
    values = np.zeros(points.shape[:-1], np.int32)
    angle = np.abs(np.arctan2(points[..., 1], points[..., 0])) / RIGHT_HALF_ANGLE
    depth = -points[..., 2] / (0.75 * ventricle.cavity_length_mm)
    width = RIGHT_WIDTH_MM * (1 - np.clip(angle, 0, 1) ** 2) * np.sqrt(np.clip(1 - depth, 0, 1))
    values[below & (epi < width)] = LABELS.rv
    values[below & (epi < 0)] = LABELS.myo
    values[below & (endo < 0)] = LABELS.lv
    return values
