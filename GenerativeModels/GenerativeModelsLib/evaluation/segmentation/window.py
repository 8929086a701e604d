"""Slices on a square around the ventricle, in mm, where shape models of any pixel size meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.geometry import centre
from GenerativeModelsLib.segmentation.maps import CODES

__all__ = ["SIDE", "STEP_MM", "Window", "contracted", "ventricle_of"]

SIDE, STEP_MM = 96, 1.33
"""Pixels of the square, and their size: that of the training maps, so that their labels are not interpolated."""
LV, MYO = CODES["lv"], CODES["myo"]


@dataclass(frozen=True, eq=False)
class Window:
    """A square of `SIDE` pixels of `STEP_MM` around a place of a slice.

    Attributes
    ----------
    corner
        (2,) row and column in the slice of the square's first pixel.
    pixel_mm, shape
        Of the slice.
    """

    corner: np.ndarray
    pixel_mm: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def around(cls, values: np.ndarray, pixel_mm: np.ndarray) -> Window | None:
        """The square around the ventricle's centre; None for labels (rows, columns) without one."""
        ventricle = (values == LV) | (values == MYO)
        if not ventricle.any():
            return None
        corner = np.rint(np.array(centre(ventricle)) - 0.5 * (SIDE - 1) * STEP_MM / pixel_mm)
        return cls(corner, np.asarray(pixel_mm, float), values.shape)

    def cut(self, image: np.ndarray, outside: float, order: int = 1) -> np.ndarray:
        """(SIDE, SIDE) values of an image (rows, columns) in the square, `outside` beyond the image."""
        return self._sampled(image, STEP_MM / self.pixel_mm, self.corner, (SIDE, SIDE), outside, order)

    def back(self, square: np.ndarray, outside: float) -> np.ndarray:
        """(rows, columns) values of a square in the slice, `outside` beyond the square."""
        scale = self.pixel_mm / STEP_MM
        return self._sampled(square, scale, -self.corner * scale, self.shape, outside, 1)

    @staticmethod
    def _sampled(
        image: np.ndarray, scale: np.ndarray, start: np.ndarray, shape: tuple[int, int], outside: float, order: int
    ) -> np.ndarray:
        from scipy.ndimage import affine_transform

        values = image.astype(np.float32)
        return affine_transform(values, scale, start, shape, order=order, mode="constant", cval=outside)


def ventricle_of(values: np.ndarray) -> np.ndarray:
    """Labels with cavity and wall alone."""
    return np.where((values == LV) | (values == MYO), values, 0)


def contracted(values: np.ndarray, share: float) -> np.ndarray:
    """Labels (rows, columns) of a ventricle whose cavity has shrunk to a share of its area and whose wall kept its own.

    Both borders move inwards along their distances, as end systole is not contoured in the training maps.
    """
    from scipy.ndimage import distance_transform_edt

    cavity, whole = values == LV, (values == LV) | (values == MYO)
    if not cavity.any():
        return values
    made = np.zeros_like(values)
    area = share * cavity.sum()
    for mask, code, kept in ((whole, MYO, whole.sum() - cavity.sum() + area), (cavity, LV, area)):
        depth = distance_transform_edt(mask)
        made[depth > np.partition(depth.ravel(), -round(kept) - 1)[-round(kept) - 1]] = code
    return made
