"""Jumps in a series: which value is at fault, and by how much."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation.series import deviations, jumps

SMOOTH = 10 + 3 * np.cos(np.linspace(0, 2 * np.pi, 20))


def test_a_smooth_series_has_no_jump() -> None:
    assert jumps(SMOOTH, 0.5) == []
    assert jumps(SMOOTH[:2], 0.0) == [] and jumps(np.full(6, np.nan), 0.1) == []


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 19), size=st.floats(3, 20), up=st.booleans())
def test_a_single_wrong_value_is_found_alone(place: int, size: float, up: bool) -> None:
    values = SMOOTH.copy()
    values[place] += size if up else -size
    found = jumps(values, 0.5)
    assert [where for where, _ in found] == [place]
    assert found[0][1] == pytest.approx(size, abs=1.0)


def test_two_wrong_values_apart_are_both_found() -> None:
    values = SMOOTH.copy()
    values[4] += 5
    values[11] -= 4
    assert [place for place, _ in jumps(values, 0.5)] == [4, 11]


@settings(max_examples=60, deadline=None)
@given(length=st.integers(2, 3), data=st.data(), size=st.floats(4, 20), up=st.booleans())
def test_a_run_of_wrong_values_is_found_without_the_correct_ones_beside_it(
    length: int, data: st.DataObject, size: float, up: bool
) -> None:
    first = data.draw(st.integers(1, 19 - length))
    run = list(range(first, first + length))
    values = SMOOTH.copy()
    values[run] += size if up else -size
    found = jumps(values, 0.5, 3)
    assert [place for place, _ in found] == run
    assert [off for _, off in found] == pytest.approx([size] * length, abs=1.6)


def test_a_wrong_value_is_found_in_the_middle_of_a_run_that_is_too_long() -> None:
    values = SMOOTH.copy()
    values[6:11] += 8.0
    assert {place for place, _ in jumps(values, 0.5, 3)} & {6, 7, 8, 9, 10}


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.one_of(st.just(np.nan), st.floats(-9, 9)), min_size=0, max_size=14),
    limit=st.floats(0.5, 9),
    longest=st.integers(1, 3),
)
def test_there_is_a_jump_where_a_deviation_is_above_the_limit_and_nowhere_else(
    values: list[float], limit: float, longest: int
) -> None:
    series = np.array(values, float)
    found = jumps(series, limit, longest)
    off = deviations(series)
    assert bool(found) == bool((off > limit).any())
    assert all(size > limit for _, size in found)


def test_points_jump_by_their_distance_and_gaps_part_series() -> None:
    points = np.stack([SMOOTH, SMOOTH], 1)
    points[7] += (3.0, 4.0)
    ((place, size),) = jumps(points, 1.0)
    assert place == 7 and size == pytest.approx(5.0, abs=0.3)
    gap = SMOOTH.copy()
    gap[8] = np.nan
    gap[9:] += 50  # a step across a gap is no jump
    assert jumps(gap, 0.5) == []


def test_the_deviation_is_half_the_second_difference() -> None:
    assert deviations(np.array([0.0, 5.0, 0.0, 1.0])).tolist() == [5.0, 3.0]
