"""The twelve criteria of apical views of Painchaud et al. (IEEE TMI 2020), in mm and along the ventricle's own axis.

The publication measures widths along image rows, of images with the apex at the top. Here they are measured across the
long axis, so that a turned image has the same values. Where no atrium is labelled, its criteria do not apply.
"""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.language import N_, S_
from GenerativeModelsLib.segmentation import geometry
from GenerativeModelsLib.segmentation.criteria.parts import (
    LV_HOLE,
    LV_MYO_HOLE,
    LV_PIECES,
    no_hole,
    one_piece,
    seen,
    wide_hole,
)
from GenerativeModelsLib.segmentation.criteria.record import PlaneCriterion, Reading, by_role
from GenerativeModelsLib.segmentation.long_axis import VALVE_MM, LongAxis, long_axis, mitral_places
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = ["APICAL"]

WIDEST = 7.0
"""Largest width of the cavity over that of both walls, a relative wall thickness of 0.14. The published 4.15 is 0.24:
a normal heart of a fitted model reaches 4.1, and relative wall thickness is below 0.22 in dilated hearts."""
_AT_THE_VALVE = 0.2
"""Share of the cavity's length beside the mitral plane in which an opening is the valve's or the aorta's, and a thin
wall the membranous septum."""


def _widths(plane: Plane) -> tuple[float, float, tuple[float, float]] | None:
    """Widths in mm of cavity and myocardium across the axis at their joint centre, and that centre (row, column)."""
    axis = long_axis(plane)
    if axis is None or not plane.has("lv", "myo"):
        return None
    middle = geometry.centre(plane.mask("epi"))
    at = np.array(middle) * plane.pixel_mm
    cavity, wall = geometry.band_widths_mm([plane.mask("lv"), plane.mask("myo")], axis.direction, at, plane.pixel_mm)
    return cavity, wall, middle


def _opening(plane: Plane) -> Reading | None:
    """Contact of cavity and background away from the valve, over the width of the cavity."""
    axis, widths = long_axis(plane), _widths(plane)
    if axis is None or widths is None or not widths[0]:
        return None
    _, places = plane.opening
    places = places[_away_from_valve(plane, axis, places)] if len(places) else places
    # Each place is a side of a pixel, between two rows or between two columns.
    sides = np.where(places[:, 0] % 1 > 0, plane.pixel_mm[1], plane.pixel_mm[0]) if len(places) else np.zeros(0)
    where = geometry.place_of(places)
    return Reading(float(np.pi / 4 * sides.sum()) / widths[0], where)


def _away_from_valve(plane: Plane, axis: LongAxis, places: np.ndarray) -> np.ndarray:
    """Which places are neither at the mitral plane nor beside it, where the aorta leaves."""
    valve = {tuple(place) for place in mitral_places(plane)}
    below_base = (axis.base_mm - places * plane.pixel_mm) @ axis.direction
    return np.array([tuple(place) not in valve for place in places]) & (below_base > _AT_THE_VALVE * axis.length_mm)


def _wall_on_atrium(plane: Plane) -> Reading | None:
    widths = _widths(plane)
    if not plane.has("myo", "la") or widths is None or not widths[1]:
        return None
    length, places = geometry.contact(plane.mask("myo"), plane.mask("la"), plane.pixel_mm)
    return Reading(length / widths[1], geometry.place_of(places))


def _width_ratio(plane: Plane) -> Reading | None:
    widths = _widths(plane)
    return None if widths is None or not widths[1] else Reading(widths[0] / widths[1], widths[2])


def _thinnest(plane: Plane) -> Reading | None:
    if not plane.has("myo") or plane.mask("myo").sum() < 20 or plane.biventricular:
        return None  # the wall of the right ventricle is as thin as the rule forbids
    axis, main = long_axis(plane), plane.main("myo").copy()
    for pixels in geometry.enclosed_pieces(main):
        if not seen([pixels], plane):
            main[tuple(pixels.T)] = True
    if axis is not None:  # beside the valve the septum is a membrane
        places = np.argwhere(main)
        below_base = (axis.base_mm - places * plane.pixel_mm) @ axis.direction
        main[tuple(places[below_base < _AT_THE_VALVE * axis.length_mm].T)] = False
        if main.sum() < 20:
            return None
    return Reading(*geometry.bottleneck_ratio(main, plane.pixel_mm))


APICAL = (
    LV_HOLE,
    no_hole(
        "epi",
        S_("hole in the wall of the left ventricle"),
        S_("The wall of the left ventricle has a hole of {value}."),
        of="myo",
    ),
    no_hole("la", S_("hole in the left atrium"), S_("The left atrium has a hole of {value}.")),
    LV_PIECES,
    one_piece(
        "myo",
        S_("myocardium in pieces"),
        S_("The myocardium is in pieces: {value} beside the wall of the left ventricle."),
    ),
    one_piece(
        "la",
        S_("left atrium in pieces"),
        S_("The left atrium is in pieces: {value} beside the largest."),
    ),
    LV_MYO_HOLE,
    PlaneCriterion(
        "lv_la_hole",
        S_("gap between left ventricle and left atrium"),
        "lv",
        "mm2",
        S_("Between left ventricle and left atrium {value} are left out, more than a valve."),
        published=N_("0 pixels"),
        measure=wide_hole(VALVE_MM, "lv", "la"),
        limits=by_role(0.0),
    ),
    PlaneCriterion(
        "lv_background_contact",
        S_("cavity open to the background"),
        "lv",
        "",
        S_("The wall is open away from the valve, along {value} of the cavity's width (at most {limit})."),
        published=N_("0.4, width along a row"),
        measure=_opening,
        limits=by_role(0.4),
    ),
    PlaneCriterion(
        "myo_la_contact",
        S_("contact of myocardium and left atrium"),
        "myo",
        "",
        S_("The wall of the left ventricle touches the atrium along {value} of its own width (at most {limit})."),
        published=N_("0.11, width along a row"),
        measure=_wall_on_atrium,
        limits=by_role(0.5),
    ),
    PlaneCriterion(
        "lv_width_ratio",
        S_("cavity too wide for its wall"),
        "lv",
        "",
        S_("The cavity is {value} times as wide as the walls beside it, at most {limit}."),
        published=N_("4.15, along a row"),
        measure=_width_ratio,
        limits=by_role(WIDEST),
    ),
    PlaneCriterion(
        "myo_thinnest",
        S_("wall nearly cut through"),
        "myo",
        "",
        S_("The wall is nearly cut through: at its thinnest {value} of its thickest, at least {limit}."),
        published=N_("0.12, in erosions"),
        at_least=True,
        measure=_thinnest,
        limits=by_role(0.12),
    ),
)
"""In the order of the publication's groups: holes, pieces, contacts, widths."""
