"""What is measured of every slice of every frame: areas, centres and radii, as arrays (frames, slices)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from GenerativeModelsLib.segmentation.geometry import centre
from GenerativeModelsLib.segmentation.long_axis import long_axis
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = ["AXIS_MEASURES", "Measures", "measure_planes"]

AREAS = ("lv", "myo", "rv", "la", "epi")
AXIS_MEASURES = ("lv_length_mm", "lv_base_width_mm", "lv_orientation_degrees")
"""Measures of the long axis in an apical view."""


@dataclass(frozen=True, eq=False)
class Measures:
    """Measurements by frame and slice; NaN where a structure is not labelled.

    Attributes
    ----------
    area_mm2
        By structure of `AREAS`, (frames, slices); "epi" is the left ventricle with all that its wall encloses, NaN
        where the wall is that of both ventricles.
    centre_mm
        (frames, slices, 2) row and column in mm of the centre of cavity and wall, where the wall is that of both
        ventricles of the cavity.
    axis
        By name of `AXIS_MEASURES`, (frames, slices); empty in short-axis views.
    """

    area_mm2: Mapping[str, np.ndarray]
    centre_mm: np.ndarray
    axis: Mapping[str, np.ndarray] = field(default_factory=dict)

    def radius_mm(self, structure: str) -> np.ndarray:
        """(frames, slices) radius of the disc of the same area."""
        return np.sqrt(self.area_mm2[structure] / np.pi)

    @property
    def wall_mm(self) -> np.ndarray:
        """(frames, slices) mean thickness of the wall: difference of the radii of "epi" and "lv"."""
        return self.radius_mm("epi") - self.radius_mm("lv")

    def middle_mm(self, frame: int, slices: Sequence[int]) -> np.ndarray:
        """(2,) row and column in mm of the middle of the centres in slices of a frame.

        Of these slices in all frames where none is known, and else of all slices.
        """
        for centres in (self.centre_mm[frame, slices], self.centre_mm[:, slices], self.centre_mm):
            known = centres[np.isfinite(centres).all(axis=-1)]
            if len(known):
                break
        return known.mean(axis=0)


def measure_planes(maps: LabelMaps, planes: Sequence[Sequence[Plane | None]], apical: bool) -> Measures:
    """Measure all planes (frame, slice); None is a slice without labels."""
    shape = (maps.frames, maps.slices)
    areas = {structure: np.full(shape, np.nan) for structure in AREAS}
    centres = np.full((*shape, 2), np.nan)
    axis = {name: np.full(shape, np.nan) for name in AXIS_MEASURES} if apical else {}
    for frame, row in enumerate(planes):
        for slice_, plane in enumerate(row):
            if plane is None:
                continue
            for structure in AREAS[:-1]:
                if plane.has(structure):
                    areas[structure][frame, slice_] = plane.area_mm2(structure)
            if plane.has("myo") and not plane.biventricular:
                areas["epi"][frame, slice_] = plane.area_mm2("epi")
            whole = "lv" if plane.biventricular else "epi"
            if plane.has(whole):
                centres[frame, slice_] = plane.in_slice(centre(plane.mask(whole))) * maps.pixel_mm
            found = long_axis(plane) if apical else None
            if found is not None:
                values = (found.length_mm, found.base_width_mm, found.orientation_degrees)
                for name, value in zip(AXIS_MEASURES, values):
                    axis[name][frame, slice_] = value
    return Measures(areas, centres, axis)
