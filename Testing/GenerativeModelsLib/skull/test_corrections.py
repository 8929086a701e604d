"""Corrections as text, as numbers and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.corrections import (
    FACINGS,
    KINDS,
    NO_CORRECTION,
    PARSERS,
    EllipsePx,
    KnownLength,
    PlaneCorrection,
    ellipse_text,
    length_text,
    mask_text,
)
from GenerativeModelsLib.skull.request import PLANES, SkullRequest

pixel = st.floats(-4000, 4000)
half_axis = st.floats(10, 25)


def request(**changes: Any) -> SkullRequest:
    return SkullRequest(**({"axial": Path("a.png"), "output": Path("out")} | changes))


@given(st.builds(EllipsePx, pixel, pixel, half_axis, half_axis, st.floats(-360, 360)))
def test_an_ellipse_is_read_back_to_the_bit(ellipse: EllipsePx) -> None:
    assert PARSERS["ellipse"](ellipse_text(ellipse)) == ellipse == PARSERS["ellipse"](np.array(ellipse))


@given(st.builds(KnownLength, st.floats(0, 10), pixel, st.floats(20, 4000), pixel, st.floats(1, 500)))
def test_a_length_is_read_back_to_the_bit(length: KnownLength) -> None:
    assert PARSERS["length"](length_text(length)) == length


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(20, 30), pixel, pixel), min_size=1, max_size=4))
def test_a_mask_is_read_back_to_the_bit(triangles: list[tuple[float, ...]]) -> None:
    mask = tuple(((x0, y), (x1, y), (x0, y + 5.0)) for x0, x1, _, y in triangles)
    assert PARSERS["mask"](mask_text(mask)) == mask == PARSERS["mask"](mask)


def test_four_numbers_of_a_mask_are_the_corners_of_a_rectangle() -> None:
    assert PARSERS["mask"]("1,2,11,22") == (((1, 2), (11, 2), (11, 22), (1, 22)),)
    assert len(PARSERS["mask"](" 1,2,11,22; 0,0,4,0,4,4 ;")) == 2


def test_a_known_length_gives_the_spacing() -> None:
    length = PARSERS["length"]("10,20,40,60,5")
    assert length.pixels == 50 and length.spacing_mm == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("facing", "turn", "'turn': give flip, or the side"),
        ("facing", "", "is ''"),
        ("ellipse", "1,2,3,4", r"'1,2,3,4': expected COL,ROW,A,B,ANGLE"),
        ("ellipse", "1,2,30,20,nan", "expected COL,ROW,A,B,ANGLE"),
        ("ellipse", "1,2,30,0,5", "half axes 30 and 0 pixels"),
        ("ellipse", "1,2,30,9,5", "at most 3 times the shorter"),
        ("ellipse", [1, 2, 3], "expected COL,ROW,A,B,ANGLE"),
        ("mask", "", "is '': give X0,Y0,X1,Y1 for a rectangle"),
        ("mask", "1,2,3", "region '1,2,3': give X0"),
        ("mask", "0,0,10,10;1,2,3,4,5,6,7", "region '1,2,3,4,5,6,7'"),
        ("mask", "0,0,10,0", "which has no area"),
        ("mask", "0,0,5,5,9,9", "which has no area"),
        ("length", "0,0,100,0", "expected X0,Y0,X1,Y1,MM"),
        ("length", "0,0,100,0,0", "says 0 mm: give a length of 1 to 500 mm"),
        ("length", "0,0,100,0,501", "says 501 mm"),
        ("length", "0,0,7,7,20", "9.9 pixels apart"),
    ],
)
def test_what_cannot_be_used_is_refused_by_the_name_of_its_field(kind: str, value: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        PARSERS[kind](value, f"axial_{kind}")
    assert caught.value.field == f"axial_{kind}" and str(caught.value).startswith(f"axial_{kind} ")
    with pytest.raises(InputError, match=words):
        request(**{f"axial_{kind}": value})


@given(st.text(max_size=20), st.sampled_from(KINDS))
def test_any_text_is_a_correction_or_refused(text: str, kind: str) -> None:
    try:
        value = PARSERS[kind](text)
    except InputError:
        return
    assert PlaneCorrection(**{kind: value}) != NO_CORRECTION


def test_the_document_holds_numbers_and_the_options_that_give_them_again() -> None:
    made = PlaneCorrection(
        "flip",
        EllipsePx(40, 30, 20.5, 15, 12),
        (((0, 0), (9, 0), (9, 9)),),
        KnownLength(1, 2, 31, 42, 25),
    )
    document = json.loads(json.dumps(made.document()))
    assert document["facing"] == "flip" and document["ellipse_px"] == [40, 30, 20.5, 15, 12]
    assert document["mask_px"] == [[[0, 0], [9, 0], [9, 9]]]
    assert document["length"] == {"points_px": [[1, 2], [31, 42]], "mm": 25}
    again = {kind: PARSERS[kind](text) for kind, text in document["options"].items()}
    assert PlaneCorrection(**again) == made
    assert NO_CORRECTION.document() is None and PlaneCorrection(facing="up").document()["ellipse_px"] is None


def test_a_known_length_alone_changes_nothing_of_what_is_found() -> None:
    assert not PlaneCorrection(length=KnownLength(0, 0, 50, 0, 20)).finds
    assert all(PlaneCorrection(facing=way).finds for way in FACINGS)
    assert PlaneCorrection(mask=(((0, 0), (9, 0), (9, 9)),)).finds


def test_a_request_hands_each_plane_its_correction() -> None:
    asked = request(
        sagittal=Path("s.png"),
        axial_ellipse=np.array([40, 30, 20, 15, 0]),
        axial_mask=[[0, 0, 9, 9]],
        sagittal_facing="FLIP",
        sagittal_length=(0, 0, 100, 0, 20),
    )
    planes = asked.planes()
    assert planes["axial"].correction == PlaneCorrection(
        ellipse=EllipsePx(40, 30, 20, 15, 0), mask=(((0, 0), (9, 0), (9, 9), (0, 9)),)
    )
    assert planes["sagittal"].correction == PlaneCorrection("flip", length=KnownLength(0, 0, 100, 0, 20))
    assert request().planes()["axial"].correction == NO_CORRECTION
    assert hash(asked) == hash(request(**{k: getattr(asked, k) for k in vars(asked) if k not in ("output", "axial")}))


@pytest.mark.parametrize("plane", PLANES[1:])
def test_a_correction_of_an_absent_plane_is_refused(plane: str) -> None:
    with pytest.raises(InputError, match=rf"^{plane}_facing corrects an image that is not given: give {plane} as"):
        request(**{f"{plane}_facing": "flip"})
