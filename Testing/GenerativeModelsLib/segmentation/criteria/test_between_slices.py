"""Rules between slices: a stack that tapers keeps them, a slice that does not fit its neighbours breaks them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation.check import check_maps, series_limit
from GenerativeModelsLib.segmentation.criteria.between_slices import BETWEEN_SLICES
from Testing.helpers.segmentation_phantoms import MIDDLE, both_walled, maps_of, ring, stack

NAMES = {rule.name for rule in BETWEEN_SLICES}


def between(values: np.ndarray, **options) -> dict[str, list]:
    found: dict[str, list] = {}
    for violation in check_maps(maps_of(values, **options)).violations:
        if violation.criterion.name in NAMES:
            found.setdefault(violation.criterion.name, []).append(violation)
    return found


def test_a_stack_that_tapers_breaks_none() -> None:
    assert between(stack()) == {}


@settings(max_examples=10, deadline=None)
@given(slope=st.floats(-6, 6), bend=st.floats(-0.3, 0.3))
def test_a_tilted_axis_is_no_shift(slope: float, bend: float) -> None:
    places = [(MIDDLE[0] + slope * (k - 3) / 2, MIDDLE[1] + bend * (k - 3) ** 2) for k in range(7)]
    values = np.stack([ring(24 - k, 33 - k, place, right=False) for k, place in enumerate(places)])
    assert between(values) == {}


def test_a_slice_left_out_between_slices_without_a_cavity_has_a_place() -> None:
    """Where the wall is around both ventricles, the cavity alone has a centre."""
    values = np.stack([both_walled()] * 6)
    values[3] = 0
    values[[2, 4]] = np.where(values[[2, 4]] == 1, 0, values[[2, 4]])
    (violation,) = between(values)["slice_missing"]
    assert violation.slice == 3 and np.isfinite(violation.where).all()


def test_a_ventricle_apart_from_the_others_is_found_with_its_distance() -> None:
    far = (95.0, 20.0)
    values = np.concatenate([stack(), ring(6.0, 10.0, far)[None]])
    (violation,) = between(values)["slice_apart"]
    outer = 17.0  # radius of the apex of the stack
    gap = np.hypot(*(np.subtract(far, MIDDLE))) - outer - 10.0
    assert violation.slice == 8 and violation.value == pytest.approx(gap, abs=1.5) and violation.limit == 5.0
    assert "slice_apart" not in between(np.concatenate([stack(), np.roll(ring(6.0, 10.0), 9, axis=1)[None]]))


@pytest.mark.parametrize("size", [10.8, 16.0])
def test_a_shifted_slice_is_found_as_a_property_of_the_images(size: float) -> None:
    values = stack()
    values[3] = ring(17.1, 26.1, (MIDDLE[0] + size, MIDDLE[1]))
    (violation,) = between(values)["slice_shift"]
    assert (violation.slice, violation.criterion.acquisition) == (3, True)
    assert violation.value == pytest.approx(size, abs=2.0) and violation.limit == 8.0
    assert check_maps(maps_of(values)).faulty_slices == []


def test_a_missing_slice_and_a_slice_of_another_size_are_faults() -> None:
    values = stack()
    values[4] = 0
    (violation,) = between(values)["slice_missing"]
    assert violation.slice == 4 and np.isfinite(violation.where).all()
    values = stack()
    values[4] = ring(8.0, 23.9)
    found = between(values)
    assert {v.slice for v in found["lv_radius_step"]} == {v.slice for v in found["wall_step"]} == {4}
    values[4] = ring(14.9, 31.0)
    assert {v.slice for v in between(values)["epi_radius_step"]} == {4}


def test_limits_are_known_by_the_distance_of_slices() -> None:
    rules = {rule.name: rule for rule in BETWEEN_SLICES}
    near, far = maps_of(stack()), maps_of(stack(), slice_mm=20.0)
    assert (series_limit(rules["slice_shift"], near), series_limit(rules["slice_shift"], far)) == (8.0, 32.0)
    assert series_limit(rules["slice_missing"], near) is None


def test_slices_far_apart_may_differ_more() -> None:
    values = stack()
    values[4] = ring(8.0, 23.9)
    assert "lv_radius_step" in between(values) and "lv_radius_step" not in between(values, slice_mm=14.0)


def test_the_basal_slices_and_the_ends_are_left_out() -> None:
    values = stack()
    values[0] = ring(30.0, 39.0, right=False)
    values[-1] = ring(3.0, 9.0, right=False)
    assert between(values) == {}
