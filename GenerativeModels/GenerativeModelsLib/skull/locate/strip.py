"""Polar strips about an ellipse: the input of the border reader, and borders in the coordinates of a strip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from GenerativeModelsLib.skull.locate.window import pixel_at
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

ANGLES, RADII = 64, 48
INNER, OUTER = 0.65, 1.35
"""Rays of a strip, samples along each, and their range in units of the ellipse's radius."""


def bin_centres() -> np.ndarray:
    """(RADII,) radii of a strip's samples in units of the ellipse's radius."""
    return INNER + (np.arange(RADII) + 0.5) * ((OUTER - INNER) / RADII)


@dataclass(frozen=True)
class Strip:
    """Polar coordinates (phi, r) about an ellipse: picture point = centre + r * matrix @ (cos phi, sin phi).

    Attributes
    ----------
    centre_mm : (2,) u, v.
    matrix_mm : (2, 2) symmetric, maps the unit circle to the ellipse. It turns no direction of an axis, so that a
        nearly round ellipse has no arbitrary angle.
    """

    centre_mm: np.ndarray
    matrix_mm: np.ndarray

    @staticmethod
    def about(ellipse: Ellipse) -> Strip:
        c, s = np.cos(ellipse.angle_rad), np.sin(ellipse.angle_rad)
        axes = np.array([[c, -s], [s, c]])
        matrix = axes @ np.diag([ellipse.semi_major, ellipse.semi_minor]) @ axes.T
        return Strip(np.asarray(ellipse.centre, float), matrix)

    def rays_mm(self) -> np.ndarray:
        """(ANGLES, 2) vectors in mm from the centre to the ellipse along the rays."""
        phi = np.arange(ANGLES) * (2 * np.pi / ANGLES)
        return np.stack([np.cos(phi), np.sin(phi)], axis=-1) @ self.matrix_mm.T

    def points(self, radii: np.ndarray) -> np.ndarray:
        """Picture points (ANGLES, ..., 2) in mm at `radii` (ANGLES, ...) on the rays."""
        radii = np.asarray(radii, float)
        rays = self.rays_mm().reshape(ANGLES, *([1] * (radii.ndim - 1)), 2)
        return self.centre_mm + radii[..., None] * rays

    def radii_of(self, outline_mm: np.ndarray) -> np.ndarray:
        """Radii (ANGLES,) at which the rays meet a closed outline (K, 2) in mm that is star-shaped about the centre."""
        return self.values_of(outline_mm)[0]

    def values_of(self, outline_mm: np.ndarray, *values: np.ndarray) -> tuple[np.ndarray, ...]:
        """`radii_of`, and `values` (K,) of the outline's points at the same rays."""
        x, y = np.linalg.solve(self.matrix_mm, (np.asarray(outline_mm, float) - self.centre_mm).T)
        angle = np.mod(np.arctan2(y, x), 2 * np.pi)
        order = np.argsort(angle)
        phi = np.arange(ANGLES) * (2 * np.pi / ANGLES)
        return tuple(
            np.interp(phi, angle[order], np.asarray(row, float)[order], period=2 * np.pi)
            for row in (np.hypot(x, y), *values)
        )

    def sample(self, grey: np.ndarray, spacing_mm: tuple[float, float], hidden: np.ndarray | None = None) -> np.ndarray:
        """Strip (2, ANGLES, RADII) float32 of normalised grey values, and 1 inside the picture, 0 outside.

        The picture (rows, columns) is smoothed first if its pixels are finer than the samples; `spacing_mm` is (row,
        column). Pixels in `hidden` (rows, columns) bool count as outside.
        """
        step = (OUTER - INNER) / RADII * float(np.sqrt(np.linalg.det(self.matrix_mm)))
        sigma = [0.4 * step / s if step > 1.3 * s else 0.0 for s in spacing_mm]
        smooth = gaussian_filter(grey, sigma, truncate=2.5) if max(sigma) > 0 else grey
        uv = self.points(np.broadcast_to(bin_centres(), (ANGLES, RADII)))
        row, column = uv[..., 1] / spacing_mm[0], uv[..., 0] / spacing_mm[1]
        values = map_coordinates(smooth, [row, column], order=1, mode="constant", cval=0.0, prefilter=False)
        rows, columns = grey.shape
        inside = (row >= -0.5) & (row <= rows - 0.5) & (column >= -0.5) & (column <= columns - 0.5)
        if hidden is not None:
            inside &= ~pixel_at(hidden, row, column)
        return np.stack([values * inside, inside]).astype(np.float32)
