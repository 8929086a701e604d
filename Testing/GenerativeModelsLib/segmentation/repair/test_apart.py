"""Bodies apart from the ventricle, and remnants beyond its ends, removed from faulty slices."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.repair.apart import REMNANT_SHARE, without_bodies_apart
from GenerativeModelsLib.segmentation.repair.repair import repair_maps
from Testing.helpers.segmentation_phantoms import LV, MYO, disc, maps_of, ring, stack

TRUE = stack()
TRUE.setflags(write=False)
FAR = (90.0, 20.0)


def beyond() -> np.ndarray:
    """The stack and, beyond its apex, the false ventricle of a bright organ."""
    return np.concatenate([TRUE, ring(8.0, 14.0, FAR, right=False)[None]])


def removed(values: np.ndarray, most_percent: float = 50.0, kept: tuple[int, ...] = ()):
    return without_bodies_apart(check_maps(maps_of(values)), most_percent, kept)


def test_a_false_ventricle_beyond_the_apex_goes_as_a_whole() -> None:
    maps, (change,) = removed(beyond())
    assert np.array_equal(maps.values[0, :-1], TRUE) and not maps.values[0, -1].any()
    assert (change.slice, change.steps) == (8, ("smallest",)) and "not connected" in change.reasons[0]
    repaired = repair_maps(maps_of(beyond()))
    assert np.array_equal(repaired.after.maps.values, maps.values), "though all of its slice is removed"
    assert not repaired.abstained


def test_islands_of_several_slices_go_and_a_slice_without_a_fault_stays() -> None:
    values = TRUE.copy()
    values[2:4, disc(6.0, FAR)] = MYO
    values[5][disc(1.5, FAR)] = LV
    maps, changes = removed(values)
    assert [change.slice for change in changes] == [2, 3, 5] and np.array_equal(maps.values[0], TRUE)
    assert not removed(TRUE)[1]


def test_of_two_bodies_of_like_size_none_is_known_to_be_wrong() -> None:
    values = np.stack([ring(8.0, 14.0, at, right=False) for at in 3 * [(30.0, 30.0)] + 3 * [FAR]])
    found = check_maps(maps_of(values))
    assert any(violation.criterion.name == "slice_apart" for violation in found.faults)
    assert not without_bodies_apart(found, 50.0)[1]


@pytest.mark.parametrize(("options", "number"), [({}, 1), ({"most_percent": 2.0}, 0), ({"kept": (0,)}, 0)])
def test_the_limit_is_of_the_frame_and_kept_frames_stay(options: dict, number: int) -> None:
    assert len(removed(beyond(), **options)[1]) == number


def test_a_faulty_remnant_at_the_end_goes_and_a_whole_one_or_a_larger_slice_stays() -> None:
    values = np.concatenate([TRUE, np.zeros((1, *TRUE.shape[1:]), np.uint8)])
    values[-1][disc(3.0)] = MYO
    assert not removed(values)[1], "a small apex breaks no rule"
    values[-1][:] = 0
    rim = np.argwhere(TRUE[-1] == MYO)
    for row, column in (rim[0], rim[-1]):
        values[-1, row, column] = MYO
    ventricle = np.isin(TRUE[-1], (LV, MYO)).sum()
    assert REMNANT_SHARE * ventricle > 2
    maps, (change,) = removed(values)
    assert not maps.values[0, -1].any() and "remnant" in change.reasons[0]
    values[-1][TRUE[-1] == MYO] = MYO
    values[-1][len(TRUE[-1]) // 2] = 0
    assert check_maps(maps_of(values)).faulty_slices and not removed(values)[1]
