"""Readings of one slice, and the criteria that both views have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from GenerativeModelsLib.language import N_, S_
from GenerativeModelsLib.segmentation import geometry
from GenerativeModelsLib.segmentation.criteria.record import PlaneCriterion, Reading, by_role
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = [
    "LV_HOLE",
    "LV_MYO_HOLE",
    "LV_PIECES",
    "concavity",
    "extra_pieces",
    "hole_in",
    "hole_of",
    "roundness",
    "seen",
    "wide_hole",
]


LEAST_MM2 = 1.5
"""Area below which a hole or an island is not counted: less than a pixel of a usual cine, beyond its resolution."""


def seen(found: list[np.ndarray], plane: Plane) -> list[np.ndarray]:
    """The pieces of pixels (n, 2) that are large enough to count."""
    return [pixels for pixels in found if len(pixels) * plane.pixel_area_mm2 >= LEAST_MM2]


def _reading_of(plane: Plane, found: list[np.ndarray]) -> Reading:
    """Area of all pieces together, and the place of the largest: its pixel nearest to its middle."""
    found = seen(found, plane)
    if not found:
        return Reading(0.0, (np.nan, np.nan))
    return Reading(sum(map(len, found)) * plane.pixel_area_mm2, geometry.place_of(max(found, key=len)))


def hole_in(structure: str) -> Callable[[Plane], Reading | None]:
    """Area of all that a structure alone encloses: background, or another structure (of lv, rv and la)."""

    def measure(plane: Plane) -> Reading | None:
        if not plane.has(structure):
            return None
        if structure == "myo":  # it encloses the cavities, as it should
            return _reading_of(plane, [hole.pixels for hole in plane.holes if hole.beside == {"myo"}])
        return _reading_of(plane, geometry.enclosed_pieces(plane.mask(structure)))

    return measure


def hole_of(*structures: str) -> Callable[[Plane], Reading | None]:
    """Area of background that these structures enclose together, and no other with them, in pieces above a pixel."""

    def measure(plane: Plane) -> Reading | None:
        if not plane.has(*structures):
            return None
        holes = [hole for hole in plane.holes if hole.beside == set(structures)]
        return _reading_of(plane, [hole.pixels for hole in holes if len(hole.pixels) > 1])

    return measure


def wide_hole(width_mm: float, *structures: str) -> Callable[[Plane], Reading | None]:
    """As `hole_of`, of pieces that are wider than a gap such as a valve."""

    def measure(plane: Plane) -> Reading | None:
        from scipy.ndimage import distance_transform_edt

        if not plane.has(*structures):
            return None
        distance = distance_transform_edt(plane.mask("background"), sampling=plane.pixel_mm)
        found = [
            hole.pixels
            for hole in plane.holes
            if set(structures) <= hole.beside and 2 * distance[tuple(hole.pixels.T)].max() > width_mm
        ]
        return _reading_of(plane, found)

    return measure


def extra_pieces(structure: str) -> Callable[[Plane], Reading | None]:
    """Number of pieces beside the largest.

    Pieces of the myocardium that touch the cavity belong to its ring, which an opening interrupts: the opening is what
    is reported, by the contact of the cavity with the background.
    """

    def measure(plane: Plane) -> Reading | None:
        if not plane.has(structure):
            return None
        others = seen(geometry.pieces(plane.mask(structure))[1:], plane)
        if structure == "myo" and others and plane.has("lv"):
            from scipy.ndimage import binary_dilation

            cavity = plane.mask("lv") | plane.mask("rv") if plane.biventricular else plane.mask("lv")
            near = binary_dilation(cavity, np.ones((3, 3), bool))
            others = [pixels for pixels in others if not near[tuple(pixels.T)].any()]
        place = geometry.place_of(others[0]) if others else (np.nan, np.nan)
        return Reading(float(len(others)), place)

    return measure


def concavity(structure: str) -> Callable[[Plane], Reading | None]:
    """Depth in mm of the deepest dent of a structure's largest piece."""

    def measure(plane: Plane) -> Reading | None:
        if not plane.has(structure) or (structure == "epi" and plane.biventricular):
            return None
        return Reading(*geometry.concavity_mm(plane.main(structure), plane.pixel_mm))

    return measure


def roundness(structure: str) -> Callable[[Plane], Reading | None]:
    """Circularity of the outline of a structure's largest piece; not of a few pixels, whose outline is the raster's."""

    def measure(plane: Plane) -> Reading | None:
        if plane.mask(structure).sum() < 12 or (structure == "epi" and plane.biventricular):
            return None
        mask = plane.main(structure)
        return Reading(geometry.circularity(geometry.filled(mask), plane.pixel_mm), geometry.centre(mask))

    return measure


LV_HOLE = PlaneCriterion(
    "lv_hole",
    "lv",
    "mm2",
    S_("The cavity of the left ventricle has a hole of {value}."),
    published=N_("0 pixels"),
    measure=hole_in("lv"),
    limits=by_role(0.0),
)
LV_PIECES = PlaneCriterion(
    "lv_pieces",
    "lv",
    "",
    S_("The cavity of the left ventricle is in pieces: {value} beside the largest."),
    published="0",
    measure=extra_pieces("lv"),
    limits=by_role(0.0),
)
LV_MYO_HOLE = PlaneCriterion(
    "lv_myo_hole",
    "lv",
    "mm2",
    S_("Between cavity and myocardium {value} are left out."),
    published=N_("0 pixels"),
    measure=hole_of("lv", "myo"),
    limits=by_role(0.0),
)
