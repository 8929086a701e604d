"""How a section lies on the pixels of an image: turned, shifted, and rasterised from its outlines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Pose"]

MARGIN = 2
"""Pixels of background that are left around a section."""


@dataclass(frozen=True, eq=False)
class Pose:
    """Place of a section's plane in an image of square pixels.

    A point (left, up) mm of the plane lies `up` against the rows and `left` against the columns of the middle of the
    image, after a turn and a shift.

    Attributes
    ----------
    turn
        Angle in radians by which the section is turned, anticlockwise on the screen.
    shift_mm
        (2,) rows and columns by which its origin lies off the middle of the image.
    grid, pixel_mm
        Number and size of the pixels of a side.
    """

    turn: float
    shift_mm: np.ndarray
    grid: int = 96
    pixel_mm: float = 1.5

    @classmethod
    def around(cls, points: np.ndarray, turn: float, off_mm: np.ndarray, grid: int, pixel_mm: float) -> Pose:
        """The pose in which points (n, 2), left and up in mm, lie `off_mm` (rows, columns) off the middle of the image.

        They are moved back into the image as far as they fit, `MARGIN` pixels from its border.
        """
        upright = cls(turn, np.zeros(2), grid, pixel_mm)
        places = (upright.pixels(points) - (grid - 1) / 2) * pixel_mm
        low, high = places.min(axis=0), places.max(axis=0)
        room = np.maximum(0.5 * ((grid - 1 - 2 * MARGIN) * pixel_mm - (high - low)), 0)
        return cls(turn, np.clip(off_mm, -room, room) - 0.5 * (low + high), grid, pixel_mm)

    def plane_points(self) -> np.ndarray:
        """(grid, grid, 2) left and up in mm of the pixels' centres in the section's plane."""
        place = (np.arange(self.grid) - (self.grid - 1) / 2) * self.pixel_mm
        up, left = -(place - self.shift_mm[0])[:, None], -(place - self.shift_mm[1])[None, :]
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        # The plane was turned anticlockwise: the way back is clockwise, and `left` grows against the columns.
        return np.stack([cosine * left - sine * up, sine * left + cosine * up], axis=-1)

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """(..., 2) rows and columns in pixels of points (..., 2), left and up in mm, of the section's plane."""
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        left = cosine * points[..., 0] + sine * points[..., 1]
        up = -sine * points[..., 0] + cosine * points[..., 1]
        middle = (self.grid - 1) / 2
        return np.stack([self.shift_mm[0] - up, self.shift_mm[1] - left], axis=-1) / self.pixel_mm + middle

    def inside(self, outline: np.ndarray) -> np.ndarray:
        """(grid, grid) bool, the pixels whose centre lies within a closed outline (n, 2), left and up in mm."""
        from skimage.draw import polygon2mask

        return polygon2mask((self.grid, self.grid), self.pixels(outline))
