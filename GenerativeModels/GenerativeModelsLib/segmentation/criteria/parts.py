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
    "no_gap",
    "no_hole",
    "one_piece",
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


def no_hole(structure: str, title: str, text: str, *, of: str | None = None) -> PlaneCriterion:
    """That a structure, named by `structure` and labelled as `of`, encloses nothing; words as in `Criterion`."""
    return PlaneCriterion(
        f"{structure}_hole",
        title,
        structure,
        "mm2",
        text,
        published=N_("0 pixels"),
        measure=hole_in(of or structure),
        limits=by_role(0.0),
    )


def no_gap(structure: str, other: str, title: str, text: str) -> PlaneCriterion:
    """That no background lies enclosed between two structures; words as in `Criterion`."""
    return PlaneCriterion(
        f"{structure}_{other}_hole",
        title,
        structure,
        "mm2",
        text,
        published=N_("0 pixels"),
        measure=hole_of(structure, other),
        limits=by_role(0.0),
    )


def one_piece(structure: str, title: str, text: str, *, more_at_base: float = 0.0) -> PlaneCriterion:
    """That a structure is one piece, and at the base at most `more_at_base` others; words as in `Criterion`."""
    return PlaneCriterion(
        f"{structure}_pieces",
        title,
        structure,
        "",
        text,
        published="0",
        measure=extra_pieces(structure),
        limits=by_role(0.0, base=more_at_base),
    )


LV_HOLE = no_hole("lv", S_("hole in the left ventricle"), S_("The cavity of the left ventricle has a hole of {value}."))
LV_PIECES = one_piece(
    "lv",
    S_("left ventricle in pieces"),
    S_("The cavity of the left ventricle is in pieces: {value} beside the largest."),
)
LV_MYO_HOLE = no_gap(
    "lv",
    "myo",
    S_("gap between left ventricle and myocardium"),
    S_("Between cavity and myocardium {value} are left out."),
)
