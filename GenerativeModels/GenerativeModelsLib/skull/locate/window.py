"""Square windows of a picture, from which the networks' inputs are resampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates


@dataclass(frozen=True)
class Window:
    """A square, possibly rotated and mirrored, in millimetres of a picture.

    A picture point is (u, v) = (column * spacing_column, row * spacing_row). A window point (a, b), |a|, |b| <= 1,
    is centre + half_width * (a * right + b * down).

    Attributes
    ----------
    centre_mm : (2,) u, v.
    right, down : (2,) orthogonal unit vectors in (u, v); right x down < 0 means that the window mirrors the picture.
    half_width_mm : half the side.
    """

    centre_mm: np.ndarray
    right: np.ndarray
    down: np.ndarray
    half_width_mm: float

    @property
    def mirrored(self) -> bool:
        return bool(self.right[0] * self.down[1] - self.right[1] * self.down[0] < 0)

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """Window points (..., 2) in [-1, 1] -> picture points (..., 2) in mm."""
        points = np.asarray(points, float) * self.half_width_mm
        return self.centre_mm + points[..., :1] * self.right + points[..., 1:] * self.down

    def from_picture(self, points: np.ndarray) -> np.ndarray:
        """Picture points (..., 2) in mm -> window points (..., 2)."""
        offset = (np.asarray(points, float) - self.centre_mm) / self.half_width_mm
        return np.stack([offset @ self.right, offset @ self.down], axis=-1)

    def pixel_centres(self, size: int) -> np.ndarray:
        """Window points (size, size, 2) of the centres of size x size pixels, rows down."""
        axis = (np.arange(size) + 0.5) * (2 / size) - 1
        return np.stack(np.meshgrid(axis, axis), axis=-1)

    def resample(
        self, pixels: np.ndarray, spacing_mm: tuple[float, float], size: int, hidden: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The picture in the window, size x size, and a mask with 1 inside the picture and 0 outside.

        The picture is smoothed first if the window's pixels are coarser. `spacing_mm` is (row, column). Pixels in
        `hidden` (rows, columns) bool count as outside.
        """
        step = 2 * self.half_width_mm / size
        sigma = [0.4 * step / s if step > 1.3 * s else 0.0 for s in spacing_mm]
        smooth = gaussian_filter(pixels.astype(np.float32), sigma, truncate=2.5) if max(sigma) > 0 else pixels
        uv = self.to_picture(self.pixel_centres(size))
        row, column = uv[..., 1] / spacing_mm[0], uv[..., 0] / spacing_mm[1]
        values = map_coordinates(smooth.astype(np.float32), [row, column], order=1, mode="constant", cval=0.0)
        rows, columns = pixels.shape
        inside = (row >= -0.5) & (row <= rows - 0.5) & (column >= -0.5) & (column <= columns - 0.5)
        if hidden is not None:
            inside &= ~pixel_at(hidden, row, column)
            values = values * inside
        return values.astype(np.float32), inside.astype(np.float32)


MARGIN = 1.2
"""Side of the whole-picture window over the picture's longer side; the margin allows for a head cut by the edge."""


def whole_picture(shape: tuple[int, int], spacing_mm: tuple[float, float]) -> Window:
    """The upright window that contains the whole picture with a margin."""
    height, width = shape[0] * spacing_mm[0], shape[1] * spacing_mm[1]
    centre = np.array([(width - spacing_mm[1]) / 2, (height - spacing_mm[0]) / 2])
    return Window(centre, np.array([1.0, 0.0]), np.array([0.0, 1.0]), MARGIN * max(height, width) / 2)


def pixel_at(mask: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Value of `mask` (rows, columns) at the pixel nearest to each point; beyond the picture, that at its edge."""
    rows, columns = mask.shape
    return mask[np.clip(np.rint(row).astype(int), 0, rows - 1), np.clip(np.rint(column).astype(int), 0, columns - 1)]


def normalise_grey(pixels: np.ndarray, hidden: np.ndarray | None = None) -> np.ndarray:
    """Grey values divided by the 99.5th percentile of the non-black pixels; float32 in [0, 1.25].

    Pixels in `hidden` (rows, columns) bool are 0 and do not count.
    """
    pixels = np.asarray(pixels, np.float32)
    if hidden is not None:
        pixels = np.where(hidden, np.float32(0), pixels)
    return np.clip(pixels / white_level(pixels), 0.0, 1.25)


def white_level(pixels: np.ndarray) -> float:
    """The 99.5th percentile of the non-black pixels."""
    lit = pixels[pixels > 0.02 * pixels.max()] if pixels.max() > 0 else pixels
    return max(float(np.percentile(lit, 99.5)) if lit.size else 1.0, 1e-6)
