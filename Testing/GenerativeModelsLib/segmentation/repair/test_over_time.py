"""Frames rebuilt from the valid ones around them."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.repair.over_time import over_time, whole_frames
from Testing.helpers.segmentation_phantoms import LV, MIDDLE, MYO, PIXEL_MM, RV, cine, disc, maps_of, ring

TRUE = cine(12, 5)
TRUE.setflags(write=False)


def found_in(values: np.ndarray, frame_s: float = 0.04) -> Findings:
    return check_maps(maps_of(values, frame_s=frame_s))


def radius(values: np.ndarray) -> float:
    return float(np.sqrt((values == LV).sum() * PIXEL_MM.prod() / np.pi))


def broken() -> np.ndarray:
    values = TRUE.copy()
    values[4, 2] = ring(8.0, 18.0, (MIDDLE[0] + 10, MIDDLE[1]))
    return values


def test_a_slice_that_jumps_is_that_of_the_beat_again_and_no_other_changes() -> None:
    made = over_time(found_in(broken()))
    assert not check_maps(made.maps).faults
    assert radius(made.maps.values[4, 2]) == pytest.approx(radius(TRUE[4, 2]), abs=0.3)
    untouched = np.ones(TRUE.shape[:2], bool)
    untouched[4, 2] = False
    assert np.array_equal(made.maps.values[untouched], TRUE[untouched])
    ((change),) = made.changes
    assert (change.frame, change.slice, change.steps) == (4, 2, ("time",))
    assert "jump of the ventricle's centre over time" in change.reasons[0]


def test_a_missing_frame_is_rebuilt_as_a_whole_and_a_moved_one_keeps_its_ends() -> None:
    values = TRUE.copy()
    values[5] = 0
    made = over_time(found_in(values))
    assert made.whole == {5} and not check_maps(made.maps).faults
    for slice_ in range(5):  # the fastest beat there is: 12 frames in half a second
        assert radius(made.maps.values[5, slice_]) == pytest.approx(radius(TRUE[5, slice_]), abs=0.5)
    values = np.array(TRUE)
    values[5] = np.roll(values[5], 6, axis=1)
    values[5, 4] = 0
    assert whole_frames(found_in(values)) == {5}
    made = over_time(found_in(values))
    assert made.whole == {5} and not made.maps.values[5, 4].any(), "no slice is added to a frame that has labels"
    assert radius(made.maps.values[5, 2]) == pytest.approx(radius(TRUE[5, 2]), abs=0.5)


def test_only_the_broken_structure_is_rebuilt() -> None:
    values = TRUE.copy()
    right = values[6, 2] == RV
    rows = np.arange(values.shape[2])[:, None]
    cut = np.abs(rows - np.argwhere(right)[:, 0].mean()) < 3
    values[6, 2][right & cut] = 0  # two pieces
    values[6, 2][disc(5.0)] = LV
    before = values[6, 2]
    made = over_time(found_in(values)).maps.values[6, 2]
    assert np.array_equal(made == LV, before == LV) and np.array_equal(made == MYO, before == MYO)
    assert (made == RV).sum() == pytest.approx((TRUE[6, 2] == RV).sum(), rel=0.03)


def test_an_outline_stays_where_nothing_is_wrong_with_it() -> None:
    values = TRUE.copy()
    rows, columns = np.indices(values.shape[2:])
    row, column = np.argwhere(values[5, 2] == LV).mean(axis=0)
    gap = (values[5, 2] == MYO) & (np.abs(columns - column) < 4) & (rows < row)
    values[5, 2][gap] = 0
    far = (np.abs(columns - column) > 12) | (rows > row)
    edge = far & (values[5, 2] == MYO) & (np.roll(values[5, 2], 1, axis=0) == 0)
    values[5, 2][edge & (columns % 2 == 0)] = 0  # drawn less smoothly than the mean of the frames beside it
    made = over_time(found_in(values))
    assert not check_maps(made.maps).faults
    assert np.array_equal(made.maps.values[5, 2][far], values[5, 2][far])
    assert (made.maps.values[5, 2][gap] == MYO).mean() > 0.9


def test_kept_frames_and_pairs_and_wide_gaps_stay() -> None:
    assert not over_time(found_in(broken()), kept={4}).changes
    pair = over_time(found_in(np.stack([TRUE[0], np.zeros_like(TRUE[0]), TRUE[5]])[[0, 2]]))
    assert not pair.changes
    slow = TRUE.copy()
    slow[4:8, 2][:, disc(3.0)] = 0
    made = over_time(found_in(slow, frame_s=0.06))
    assert any("more than 200 ms" in reason for reason in made.refused.values())
    assert np.array_equal(made.maps.values[5, 2], slow[5, 2])


def test_a_frame_at_an_end_is_rebuilt_from_one_side_or_from_the_whole_cycle() -> None:
    values = TRUE.copy()
    values[0, 2] = TRUE[6, 2]
    values[0, 2][disc(3.0)] = 0
    alone, cycle = (over_time(found_in(values), whole_cycle=whole).maps.values[0, 2] for whole in (False, True))
    target = radius(TRUE[0, 2])
    assert abs(radius(cycle) - target) < 0.4 and abs(radius(alone) - target) < 1.0
    assert not np.array_equal(alone, values[0, 2])
