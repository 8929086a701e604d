"""A slice on the grid of a label network: around its left ventricle, turned as the network's population lies.

There the right ventricle of a short-axis slice is on the left of the picture, and the apex of an apical view on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.long_axis import long_axis
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = ["Placement", "turn_of"]

LEAST_AGREEMENT = 0.3
"""Length of the mean of the slices' directions towards the right ventricle below which they say nothing together."""
OUTSIDE = -30.0
"""Logit of all labels but the background beyond the network's grid."""


def turn_of(maps: LabelMaps, places: Sequence[tuple[int, int]], view: str = "short-axis") -> float:
    """Angle in radians by which the network's grid is turned against the slices.

    As in the network's population, its left, the direction of falling columns, then points from the left ventricle to
    the right one; of an apical view its growing rows point from the apex to the base. The direction is the mean over
    the `places` (frame, slice) that have one; 0 where there are none, or where they do not agree.
    """
    direction = _to_base if view == "apical" else _to_right
    found = [way for place in places if (way := direction(maps.values[place], maps.pixel_mm)) is not None]
    if not found or np.linalg.norm(mean := np.mean(found, axis=0)) < LEAST_AGREEMENT:
        return 0.0
    if view == "apical":
        return float(np.arctan2(mean[1], mean[0]))
    return float(np.arctan2(mean[0], -mean[1]))


def _to_right(values: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray | None:
    """Unit vector, row and column in mm, from the left to the right cavity of a slice; None without both."""
    return _between(values == CODES["lv"], values == CODES["rv"], pixel_mm)


def _to_base(values: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray | None:
    """Unit vector from the apex to the base of an apical view: towards the atrium, without one along the long axis."""
    towards = _between(np.isin(values, (CODES["lv"], CODES["myo"])), values == CODES["la"], pixel_mm)
    if towards is not None:
        return towards
    axis = long_axis(Plane(values, pixel_mm)) if values.any() else None
    return None if axis is None else axis.direction


def _between(one: np.ndarray, other: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray | None:
    """Unit vector in mm from the middle of one mask to that of another; None where one is empty."""
    if not one.any() or not other.any():
        return None
    way = (np.argwhere(other).mean(axis=0) - np.argwhere(one).mean(axis=0)) * pixel_mm
    return way / max(float(np.linalg.norm(way)), 1e-9)


@dataclass(frozen=True, eq=False)
class Placement:
    """Where the grid of a network lies on a slice.

    Attributes
    ----------
    centre, anchor
        (2,) row and column of the slice, and that of the grid where it lies.
    turn
        Angle in radians, see `turn_of`.
    slice_mm, shape
        (2,) distance of the slice's rows and columns, and their numbers.
    grid_mm, grid
        (2,) and number of rows and of columns of the network's grid.
    """

    centre: np.ndarray
    anchor: np.ndarray
    turn: float
    slice_mm: np.ndarray
    shape: tuple[int, int]
    grid_mm: np.ndarray
    grid: int

    def onto_grid(self, values: np.ndarray) -> np.ndarray:
        """(grid, grid) labels of the nearest pixels of a slice (rows, columns), 0 beyond it."""
        from scipy.ndimage import affine_transform

        way = self._way()
        start = self.centre - way @ self.anchor
        return affine_transform(values, way, start, (self.grid, self.grid), order=0, mode="constant")

    def onto_slice(self, logits: np.ndarray) -> np.ndarray:
        """(rows, columns) uint8, the likeliest label at each pixel by logits (labels, grid, grid).

        Logits are interpolated linearly; beyond the grid there is background.
        """
        from scipy.ndimage import affine_transform

        back = np.linalg.inv(self._way())
        start = self.anchor - back @ self.centre
        found = [
            affine_transform(of_label, back, start, self.shape, order=1, mode="constant", cval=OUTSIDE if code else 0.0)
            for code, of_label in enumerate(logits)
        ]
        return np.argmax(found, axis=0).astype(np.uint8)

    def _way(self) -> np.ndarray:
        """(2, 2) from steps on the grid to steps on the slice, both in pixels."""
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        turned = np.array([[cosine, -sine], [sine, cosine]])
        return turned * self.grid_mm / np.asarray(self.slice_mm, float)[:, None]
