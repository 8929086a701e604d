"""A slice on the grid of a label network: around its left ventricle, with the right one on the left of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps

__all__ = ["Placement", "turn_of"]

LEAST_AGREEMENT = 0.3
"""Length of the mean of the slices' directions towards the right ventricle below which they say nothing together."""
OUTSIDE = -30.0
"""Logit of all labels but the background beyond the network's grid."""


def turn_of(maps: LabelMaps, places: Sequence[tuple[int, int]]) -> float:
    """Angle in radians by which the network's grid is turned against the slices.

    Its left, the direction of falling columns, then points from the left ventricle to the right one, as in the
    network's population. The direction is the mean over the `places` (frame, slice) with both cavities; 0 where there
    are none, or where they do not agree.
    """
    found = []
    for place in places:
        values = maps.values[place]
        left, right = (np.argwhere(values == CODES[name]) for name in ("lv", "rv"))
        if len(left) and len(right):
            way = (right.mean(axis=0) - left.mean(axis=0)) * maps.pixel_mm
            found.append(way / max(float(np.linalg.norm(way)), 1e-9))
    if not found or np.linalg.norm(mean := np.mean(found, axis=0)) < LEAST_AGREEMENT:
        return 0.0
    return float(np.arctan2(mean[0], -mean[1]))


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
