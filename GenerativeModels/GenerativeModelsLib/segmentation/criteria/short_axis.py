"""The sixteen criteria of short-axis slices of Painchaud et al. (IEEE TMI 2020), in mm and by the role of the slice.

The published limits hold for slices of ACDC in pixels. Here lengths are mm; the published limit is kept where it is 0
or in mm, except at the ends of the stack, and where expert maps of the development part of Sunnybrook break it; see
docs/science.md.
"""

from __future__ import annotations

from GenerativeModelsLib.language import N_, S_
from GenerativeModelsLib.segmentation import geometry
from GenerativeModelsLib.segmentation.criteria.parts import (
    LV_HOLE,
    LV_MYO_HOLE,
    LV_PIECES,
    concavity,
    no_gap,
    no_hole,
    one_piece,
    roundness,
)
from GenerativeModelsLib.segmentation.criteria.record import PlaneCriterion, Reading, by_role
from GenerativeModelsLib.segmentation.plane import Plane

__all__ = ["SHORT_AXIS"]

OPENING_MM = 4.0
"""Largest opening of the wall in the middle of the stack: three pixels of a usual cine, where a thin wall vanishes."""
OPEN_BASE, OPEN_APEX = 0.5, 1 / 3
"""Largest share of the cavity's border that is open at the base, by the outflow tract, and at the thin apex."""
SEPTUM_AT_BASE_MM = 10.0
"""Largest contact of the cavities at the base, through the membranous septum."""


def _opening(plane: Plane) -> Reading | None:
    """Length of the cavity's contact with the background; not judged where no wall is labelled."""
    if not plane.has("lv", "myo"):
        return None
    length, places = plane.opening
    return Reading(length, geometry.place_of(places))


def _share_of_border(share: float):
    return lambda plane: max(OPENING_MM, share * plane.lv_border_mm)


def _cavities_touch(plane: Plane) -> Reading | None:
    if not plane.has("lv", "rv"):
        return None
    length, places = geometry.contact(plane.mask("lv"), plane.mask("rv"), plane.pixel_mm)
    return Reading(length, geometry.place_of(places))


def _right_apart(plane: Plane) -> Reading | None:
    if not plane.has("rv", "myo"):
        return None
    return Reading(*geometry.distance_between_mm(plane.mask("rv"), plane.mask("myo"), plane.pixel_mm))


SHORT_AXIS = (
    LV_HOLE,
    no_hole("rv", S_("hole in the right ventricle"), S_("The right ventricle has a hole of {value}.")),
    no_hole("myo", S_("hole in the myocardium"), S_("The myocardium has a hole of {value}.")),
    LV_PIECES,
    one_piece(
        "rv",
        S_("right ventricle in pieces"),
        S_("The right ventricle is in pieces: {value} beside the largest, at most {limit} here."),
        more_at_base=1.0,
    ),
    one_piece(
        "myo",
        S_("myocardium in pieces"),
        S_("The myocardium is in pieces: {value} beside the ring of the left ventricle."),
    ),
    LV_MYO_HOLE,
    no_gap(
        "rv",
        "myo",
        S_("gap between right ventricle and myocardium"),
        S_("Between right ventricle and myocardium {value} are left out."),
    ),
    PlaneCriterion(
        "rv_off_myo",
        S_("right ventricle apart from the myocardium"),
        "rv",
        "mm",
        S_("The right ventricle lies {value} off the myocardium, at most {limit} are usual."),
        published="0 mm",
        measure=_right_apart,
        limits=by_role(2.0, base=6.0),
    ),
    PlaneCriterion(
        "lv_rv_contact",
        S_("contact of left and right ventricle"),
        "lv",
        "mm",
        S_("Left and right cavity touch along {value} without a septum between them."),
        published=N_("0 pixels"),
        measure=_cavities_touch,
        limits=by_role(0.0, base=SEPTUM_AT_BASE_MM),
    ),
    PlaneCriterion(
        "lv_background_contact",
        S_("cavity open to the background"),
        "lv",
        "mm",
        S_("The wall of the left ventricle is open along {value}, at most {limit} here."),
        published=N_("0 pixels"),
        measure=_opening,
        limits=by_role(OPENING_MM, base=_share_of_border(OPEN_BASE), apex=_share_of_border(OPEN_APEX)),
    ),
    PlaneCriterion(
        "lv_concavity",
        S_("dent in the left ventricle"),
        "lv",
        "mm",
        S_("The cavity of the left ventricle has a dent {value} deep, at most {limit} are usual."),
        published="4 mm",
        measure=concavity("lv"),
        limits=by_role(4.0, base=6.0),
    ),
    PlaneCriterion(
        "rv_concavity",
        S_("dent in the right ventricle"),
        "rv",
        "mm",
        S_("The right ventricle has a dent {value} deep, at most {limit} are usual."),
        published="30 mm",
        measure=concavity("rv"),
        limits=by_role(30.0),
    ),
    PlaneCriterion(
        "myo_concavity",
        S_("dent in the epicardial outline"),
        "epi",
        "mm",
        S_("The outline of the left ventricle has a dent {value} deep, at most {limit} are usual."),
        published=N_("0 mm after an erosion by one pixel"),
        measure=concavity("epi"),
        limits=by_role(4.0, base=8.0),
    ),
    PlaneCriterion(
        "lv_circularity",
        S_("left ventricle not round"),
        "lv",
        "",
        S_("The cavity of the left ventricle is not round: circularity {value}, at least {limit}."),
        published=N_("0.2, in pixels"),
        at_least=True,
        measure=roundness("lv"),
        limits=by_role(0.6, base=0.5, apex=0.5),
    ),
    PlaneCriterion(
        "myo_circularity",
        S_("epicardial outline not round"),
        "epi",
        "",
        S_("The outline of the left ventricle is not round: circularity {value}, at least {limit}."),
        published=N_("0.2, in pixels"),
        at_least=True,
        measure=roundness("epi"),
        limits=by_role(0.7, base=0.5),
    ),
)
"""In the order of the publication's groups: holes, pieces, contacts, shape."""
