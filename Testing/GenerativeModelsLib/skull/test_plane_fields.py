"""Texts of the fields that every plane has."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.plane_fields import parse_spacing


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.3", (0.3, 0.3)), ("0.3,0.25", (0.3, 0.25)), (" 3e-1 , .25 ", (0.3, 0.25)), ("1", (1.0, 1.0))],
)
def test_a_spacing_is_one_number_or_two(text: str, expected: tuple[float, float]) -> None:
    assert parse_spacing(text) == expected


@pytest.mark.parametrize("text", ["", ",", "0.3,", "0.3,0.2,0.1", "0", "-0.3", "0.3,0", "nan", "inf", "0.3mm", "0,3"])
def test_a_spacing_that_is_none_is_refused(text: str) -> None:
    words = r"axial_spacing_mm is .*: expected MM or ROW,COL, positive numbers in mil"
    with pytest.raises(InputError, match=words) as caught:
        parse_spacing(text, "axial_spacing_mm")
    assert caught.value.field == "axial_spacing_mm"


@given(row=st.floats(1e-6, 1e6), column=st.floats(1e-6, 1e6))
def test_any_spacing_is_read_back(row: float, column: float) -> None:
    assert parse_spacing(f"{row!r},{column!r}") == (row, column)
    assert parse_spacing(f"{row!r}") == (row, row)


@given(st.text(max_size=12))
def test_any_text_gives_positive_numbers_or_a_refusal(text: str) -> None:
    try:
        spacing = parse_spacing(text)
    except InputError:
        return
    assert all(math.isfinite(side) and side > 0 for side in spacing)
