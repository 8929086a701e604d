"""A heart over its moments as labels at any point: left ventricle, right ventricle beside it, left atrium above."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from GenerativeModelsLib.heart.anatomy import LABEL_VALUES
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.segmentation.population.atrium import Atrium, drawn_atrium
from GenerativeModelsLib.segmentation.population.outlines import level_radii
from GenerativeModelsLib.segmentation.population.right_ventricle import RightVentricle, right_ventricle
from GenerativeModelsLib.segmentation.population.simulated_heart import SimulatedHeart, heart_at

__all__ = ["CYCLE_S", "LABELS", "WholeHeart", "whole_heart"]

LABELS = {**LABEL_VALUES, "scar": 4, "la": 5}
"""Values of the label maps that are written."""
CYCLE_S = 60 / 70
"""Length of a cycle in seconds, at 70 beats a minute."""
LEVEL_MM = 0.5
"""Distance of the planes across the long axis in which outlines are kept."""
MOST_MOVED_MM = 0.3
"""Largest move of a surface for the sake of its volume; 0.1 mm are usual."""
USUAL_BASE_MM = 40.0
"""Width of the cavity at the base of a healthy heart, for which a valve has its usual size."""


@dataclass(frozen=True, eq=False)
class WholeHeart:
    """A heart at moments of its cycle, end diastole first.

    Attributes
    ----------
    left
        The left ventricle, whose heart frame is that of every moment: its base plane is z = 0.
    right
        The right ventricle; its septum is the left one's epicardium.
    atrium
        The left atrium, None where it is not labelled.
    """

    left: SimulatedHeart
    right: RightVentricle
    atrium: Atrium | None = None

    @property
    def frames(self) -> int:
        """Number of moments."""
        return self.left.frames

    @lru_cache(maxsize=4)  # noqa: B019 - hearts live as long as their maps are made
    def _outlines(self, frame: int) -> tuple[np.ndarray, float]:
        """(3, levels, azimuths) radii of endocardium, epicardium and right ventricle, at heights 0, -LEVEL_MM, ..."""
        lowest = float(self.left.epi[frame, ..., 2].min())
        heights = -np.arange(0.0, -lowest + 2 * LEVEL_MM, LEVEL_MM)
        endo, epi = (level_radii(surface[frame], heights) for surface in (self.left.endo, self.left.epi))
        azimuths = 2 * np.pi * np.arange(epi.shape[1]) / epi.shape[1]
        width = np.stack([self.right.width_at(self.left, frame, float(z), azimuths) for z in heights])
        outer = np.where(width > 0, epi + width, 0.0)
        return np.stack([endo, epi, outer]), lowest

    def corners(self, frame: int) -> np.ndarray:
        """(2, 3) least and largest x, y and z in mm of what is labelled at a moment."""
        radii, lowest = self._outlines(frame)
        azimuths = 2 * np.pi * np.arange(radii.shape[2]) / radii.shape[2]
        widest = radii.max(axis=(0, 1))
        points = widest[:, None] * np.stack([np.cos(azimuths), np.sin(azimuths)], axis=-1)
        top = 0.0 if self.atrium is None else float(self.atrium.length_mm[frame])
        return np.array([[*points.min(axis=0), lowest], [*points.max(axis=0), top]])

    def labels_at(self, frame: int, points: np.ndarray, voxel_ml: float | None = None) -> np.ndarray:
        """(...) uint8 values of `LABELS` at points (..., 3) in mm of the heart frame of a moment.

        Parameters
        ----------
        voxel_ml
            Where the points are all voxels around the heart, the volume of one: endo- and epicardium are moved evenly,
            by at most `MOST_MOVED_MM`, so that the voxels inside have the volumes of the surfaces. None = not moved.
        """
        from scipy.ndimage import map_coordinates

        radii, _ = self._outlines(frame)
        flat, z = np.hypot(points[..., 0], points[..., 1]), points[..., 2]
        place = np.arctan2(points[..., 1], points[..., 0]) / (2 * np.pi) * radii.shape[2] % radii.shape[2]
        at = np.stack([np.clip(-z / LEVEL_MM, 0, radii.shape[1] - 1), place])
        around = np.concatenate([radii, radii[..., :1]], axis=-1)
        endo, epi, outer = (map_coordinates(values, at, order=1) for values in around)
        below = z < 0
        if voxel_ml is not None:
            cavity, wall = self.left.left.cavity_ml[frame], self.left.left.myocardium_ml[frame]
            endo += _moved_mm((flat - endo)[below], cavity / voxel_ml)
            epi += _moved_mm((flat - epi)[below], (cavity + wall) / voxel_ml)
        chosen = [below & (flat < radius) for radius in (endo, epi, outer)]
        values = np.select(chosen, [np.uint8(LABELS[name]) for name in ("lv", "myo", "rv")], np.uint8(0))
        if self.atrium is not None:
            values[self._in_atrium(frame, points)] = LABELS["la"]
        return values

    def _in_atrium(self, frame: int, points: np.ndarray) -> np.ndarray:
        """Whether points are within the atrium: round sections of the width that it has in a four-chamber view."""
        outline = self.atrium.outline(frame)
        half = len(outline) // 2
        one, other = outline[:half], outline[half:][::-1]
        height, middle = -one[:, 1], 0.5 * (one[:, 0] + other[:, 0])
        radius = 0.5 * np.abs(one[:, 0] - other[:, 0])
        z = points[..., 2]
        here, wide = np.interp(z, height, middle), np.interp(z, height, radius, left=0.0, right=0.0)
        return np.hypot(points[..., 0] - here, points[..., 1]) < wide


def whole_heart(rays: RayBatch, ejected: np.ndarray, seed: list[int], *, atrium: bool) -> WholeHeart:
    """A left ventricle (2,) at moments (frames,) of its cycle, with a right ventricle and a left atrium of a seed.

    The same seed gives two hearts right ventricles of the same form, with volumes in the same ratio to the left ones,
    so that hearts of one way change evenly.
    """
    left = heart_at(rays, ejected, "healthy", "synthetic", CYCLE_S)
    rng = np.random.default_rng(seed)
    right = right_ventricle(left, rng)
    if not atrium:
        return WholeHeart(left, right)
    ring = 2 * float(np.hypot(*left.endo[0, 0, :, :2].T).mean())
    size = float(np.clip(np.sqrt(ring / USUAL_BASE_MM), 0.85, 1.3))
    descent = left.descent_mm if left.descent_mm.max() > 0 else left.descent_mm + 1e-6
    return WholeHeart(left, right, drawn_atrium(left.ejected, descent, size, 1.0, rng))


def _moved_mm(beyond_mm: np.ndarray, voxels: float) -> float:
    """The move of a surface within which a number of voxels lies, of all voxels `beyond_mm` (N,) outside of it."""
    count = round(voxels)
    if not 0 < count < len(beyond_mm):
        return 0.0
    inner, outer = np.partition(beyond_mm, (count - 1, count))[[count - 1, count]]
    return float(np.clip(0.5 * (inner + outer), -MOST_MOVED_MM, MOST_MOVED_MM))
