"""Clicks and presses of buttons that make corrections, in closed form."""

from __future__ import annotations

from math import hypot

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.adjusting import (
    ADJUSTMENTS,
    ROUNDNESS,
    added_to_mask,
    adjusted,
    drawn_ellipse,
    measured_length,
    outline_px,
)
from GenerativeModelsLib.skull.corrections import parse_ellipse, parse_length, parse_mask

START = "100,80,50,40,10"
BACK = {"left": "right", "up": "down", "clockwise": "anticlockwise", "longer": "shorter", "wider": "narrower"}


def test_every_step_has_one_that_takes_it_back() -> None:
    assert {*BACK, *BACK.values()} == set(ADJUSTMENTS)
    for one, other in BACK.items():
        assert parse_ellipse(adjusted(adjusted(START, one), other)) == pytest.approx(parse_ellipse(START), abs=0.11)


@pytest.mark.parametrize(("how", "changed"), [("left", 0), ("up", 1), ("longer", 2), ("wider", 3), ("clockwise", 4)])
def test_a_step_changes_one_number_and_nothing_else(how: str, changed: int) -> None:
    before, after = parse_ellipse(START), parse_ellipse(adjusted(START, how))
    assert [k for k in range(5) if before[k] != after[k]] == [changed]


def test_directions_are_those_of_the_picture() -> None:
    assert parse_ellipse(adjusted(START, "left")).column < 100 and parse_ellipse(adjusted(START, "up")).row < 80
    assert parse_ellipse(adjusted(START, "clockwise")).angle_deg == 12, "from image right towards image down"
    assert parse_ellipse(adjusted("1,2,50,40,179", "clockwise")).angle_deg == 1


def test_two_ends_of_the_long_axis_make_an_ellipse_of_usual_width() -> None:
    assert drawn_ellipse([(10.0, 20.0), (110.0, 20.0)]) == f"60,20,50,{50 * ROUNDNESS:g},0"
    assert parse_ellipse(drawn_ellipse([(110.0, 120.0), (10.0, 20.0)])).angle_deg == 45
    with pytest.raises(InputError, match="half axes"):
        drawn_ellipse([(10.0, 20.0), (10.0, 20.0)])


def test_regions_are_added_to_a_mask() -> None:
    one = added_to_mask("", [(5.0, 6.0), (1.0, 2.0)])
    assert parse_mask(one) == (((5, 6), (1, 6), (1, 2), (5, 2)),)
    assert len(parse_mask(added_to_mask(one + ";", [(9.0, 9.0), (20.0, 20.0)]))) == 2
    with pytest.raises(InputError, match="no area"):
        added_to_mask("", [(5.0, 6.0), (5.0, 6.0)])


def test_two_points_and_their_distance_are_a_known_length() -> None:
    assert parse_length(measured_length([(40.0, 100.0), (40.0, 420.0)], "50,5")) == (40, 100, 40, 420, 50.5)
    with pytest.raises(InputError, match="The known length is “”: type millimetres"):
        measured_length([(40.0, 100.0), (40.0, 420.0)], "")
    with pytest.raises(InputError, match="pixels apart"):
        measured_length([(40.0, 100.0), (41.0, 100.0)], "50")


def test_the_outline_lies_on_the_ellipse() -> None:
    points = outline_px("100,80,50,50,30")
    assert [hypot(x - 100, y - 80) for x, y in points] == pytest.approx([50] * len(points))
    turned = outline_px("100,80,50,40,90")
    assert turned[0] == pytest.approx((100, 130)) and turned[18] == pytest.approx((60, 80))
