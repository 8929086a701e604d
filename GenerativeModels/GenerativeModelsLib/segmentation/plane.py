"""One slice of one frame as the criteria see it: masks of its structures, cropped, and what was measured of them."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from GenerativeModelsLib.segmentation import geometry
from GenerativeModelsLib.segmentation.maps import CODES

__all__ = ["Hole", "Plane"]

_MARGIN = 2
"""Pixels of background around the structures."""


class Hole:
    """A piece of background that structures enclose.

    Attributes
    ----------
    pixels
        (n, 2) rows and columns in the cropped plane.
    beside
        Names of the structures that touch it.
    """

    def __init__(self, pixels: np.ndarray, beside: frozenset[str]) -> None:
        self.pixels, self.beside = pixels, beside


class Plane:
    """One slice of one frame.

    Parameters
    ----------
    values
        (rows, columns) values of `CODES`; at least one is not 0.
    pixel_mm
        (2,) distance of neighbouring rows and columns.
    role
        "base", "outflow", "mid", "apex" or "alone", see `roles`.
    biventricular
        Whether the myocardium is that of both ventricles, whose outline is not the left ventricle's.
    """

    def __init__(
        self, values: np.ndarray, pixel_mm: np.ndarray, role: str = "mid", *, biventricular: bool = False
    ) -> None:
        rows, columns = (np.flatnonzero((values != 0).any(axis=axis)) for axis in (1, 0))
        cut = values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        self.values = np.pad(cut, _MARGIN)
        self.corner = np.array([rows[0], columns[0]], float) - _MARGIN
        """(2,) row and column of pixel (0, 0) in the slice."""
        self.pixel_mm, self.role, self.biventricular = np.asarray(pixel_mm, float), role, biventricular
        self._masks: dict[str, np.ndarray] = {}

    def same_as(self, other: Plane) -> bool:
        """Whether another plane of the same grid has the same labels at the same place, and is judged alike."""
        return (
            (self.role, self.biventricular) == (other.role, other.biventricular)
            and np.array_equal(self.corner, other.corner)
            and np.array_equal(self.values, other.values)
        )

    def mask(self, structure: str) -> np.ndarray:
        """Mask of "lv", "myo", "rv", "la", of "epi" (lv and myo) or of "background"."""
        if structure not in self._masks:
            if structure == "epi":
                found = self.mask("lv") | self.mask("myo")
            else:
                found = self.values == CODES.get(structure, 0)
            self._masks[structure] = found
        return self._masks[structure]

    def has(self, *structures: str) -> bool:
        """Whether all these structures are labelled here."""
        return all(bool(self.mask(structure).any()) for structure in structures)

    def in_slice(self, place: tuple[float, float] | np.ndarray) -> tuple[float, float]:
        """Row and column in the whole slice of a place in this plane."""
        return float(place[0] + self.corner[0]), float(place[1] + self.corner[1])

    @property
    def pixel_area_mm2(self) -> float:
        """Area of a pixel."""
        return geometry.pixel_area_mm2(self.pixel_mm)

    def area_mm2(self, structure: str) -> float:
        """Area of a structure; of "epi" with all that it encloses."""
        mask = geometry.filled(self.mask("epi")) & ~self.mask("rv") if structure == "epi" else self.mask(structure)
        return float(mask.sum()) * self.pixel_area_mm2

    @cached_property
    def holes(self) -> list[Hole]:
        """Background that the structures enclose, the largest piece first."""
        from scipy.ndimage import binary_dilation

        found = []
        for pixels in geometry.enclosed_pieces(self.values != 0):
            hole = np.zeros(self.values.shape, bool)
            hole[tuple(pixels.T)] = True
            around = set(np.unique(self.values[binary_dilation(hole) & ~hole]).tolist())
            found.append(Hole(pixels, frozenset(name for name, code in CODES.items() if code in around)))
        return found

    def main(self, structure: str) -> np.ndarray:
        """Mask of the largest piece of a structure."""
        name = f"main {structure}"
        if name not in self._masks:
            found = np.zeros(self.values.shape, bool)
            found[tuple(geometry.pieces(self.mask(structure))[0].T)] = True
            self._masks[name] = found
        return self._masks[name]

    @cached_property
    def opening(self) -> tuple[float, np.ndarray]:
        """Length in mm and places of the contact of the cavity's largest piece with the background outside.

        Background that the left ventricle encloses is a hole, not outside.
        """
        outside = self.mask("background").copy()
        for hole in self.holes:
            if hole.beside <= {"lv", "myo"}:
                outside[tuple(hole.pixels.T)] = False
        return geometry.contact(self.main("lv"), outside, self.pixel_mm)

    @cached_property
    def lv_border_mm(self) -> float:
        """Length of the border of the cavity."""
        return geometry.contact(self.mask("lv"), ~self.mask("lv"), self.pixel_mm)[0]
