"""Slices rebuilt from the valid ones on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.repair.between_slices import MOST_APART_MM, between_slices
from Testing.helpers.segmentation_phantoms import LV, MIDDLE, MYO, PIXEL_MM, disc, maps_of, ring, stack

TRUE = stack()
TRUE.setflags(write=False)


def dented(*slices: int) -> np.ndarray:
    values = TRUE.copy()
    for slice_ in slices:
        values[slice_][disc(7.0, (MIDDLE[0] - 14, MIDDLE[1])) & (values[slice_] == LV)] = MYO
    return values


def radius(values: np.ndarray) -> float:
    return float(np.sqrt((values == LV).sum() * PIXEL_MM.prod() / np.pi))


def test_the_slice_between_two_rings_has_the_mean_radius() -> None:
    values = np.stack([ring(22.0, 30.0), ring(22.0, 30.0), ring(9.0, 27.0), ring(16.0, 24.0), ring(16.0, 24.0)])
    found = check_maps(maps_of(values))
    assert {violation.slice for violation in found.faults} == {2}
    made = between_slices(found)
    assert radius(made.maps.values[0, 2]) == pytest.approx(19.0, abs=0.3)
    assert not check_maps(made.maps).faults


def test_a_dent_goes_and_no_other_slice_changes() -> None:
    values = dented(3)
    made = between_slices(check_maps(maps_of(values)))
    ((change),) = made.changes
    assert (change.frame, change.slice, change.steps) == (0, 3, ("slices",))
    assert change.reasons[0].startswith("Rebuilt from the slices on both sides")
    assert radius(made.maps.values[0, 3]) == pytest.approx(radius(TRUE[3]), abs=0.3)
    rest = [k for k in range(len(values)) if k != 3]
    assert np.array_equal(made.maps.values[0, rest], values[rest])


def test_a_missing_slice_is_added() -> None:
    values = TRUE.copy()
    values[4] = 0
    made = between_slices(check_maps(maps_of(values)))
    for label in (LV, MYO):
        both = (made.maps.values[0, 4] == label) & (TRUE[4] == label)
        assert both.sum() > 0.95 * (TRUE[4] == label).sum()


@pytest.mark.parametrize("slices", [(0,), (7,), (2, 3, 4)])
def test_without_valid_slices_near_on_both_sides_it_stays(slices: tuple[int, ...]) -> None:
    found = check_maps(maps_of(dented(*slices)))
    assert len(slices) == 1 or 4 * found.maps.slice_mm > MOST_APART_MM
    made = between_slices(found)
    assert not made.changes and np.array_equal(made.maps.values, found.maps.values)


def test_frames_that_are_kept_stay() -> None:
    found = check_maps(maps_of(dented(3)))
    assert not between_slices(found, kept=(0,)).changes


def test_a_shape_of_most_frames_may_be_the_patients() -> None:
    found = check_maps(maps_of(np.stack(6 * [dented(3)]), frame_s=0.05))
    made = between_slices(found)
    assert not made.changes and "may be the patient's own" in made.refused[0, 3]
