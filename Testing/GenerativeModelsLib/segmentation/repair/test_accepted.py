"""Which changes are kept."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.repair.accepted import Limit, accepted, broken_by_place
from GenerativeModelsLib.segmentation.repair.change import changed_percent
from Testing.helpers.segmentation_phantoms import LV, MIDDLE, cine, disc, maps_of, stack

ISLAND = disc(4.0, (95.0, 20.0))


def dented() -> np.ndarray:
    """A stack with a dent and an island in slice 3, and an island in slice 5."""
    values = stack()
    values[3][disc(7.0, (MIDDLE[0] - 14, MIDDLE[1])) & (values[3] == LV)] = 2
    values[3][ISLAND] = values[5][ISLAND] = LV
    return values


def limit_of(values: np.ndarray, percent: float) -> Limit:
    return Limit(maps_of(values), percent, maps_of(values))


def kept(values: np.ndarray, tried: np.ndarray, percent: float = 50.0, **options):
    current = check_maps(maps_of(values))
    return current, accepted(current, maps_of(tried), limit_of(values, percent), **options)


def test_a_change_after_which_fewer_rules_are_broken_is_kept_though_one_is_left() -> None:
    tried = dented()
    tried[3][ISLAND] = tried[5][ISLAND] = 0
    before, done = kept(dented(), tried)
    assert np.array_equal(done.found.maps.values[0], tried) and not done.refused
    assert broken_by_place(done.found)[0, 3] == broken_by_place(before)[0, 3] - {"lv_pieces"}


def test_a_change_after_which_as_many_rules_are_broken_goes_back_alone() -> None:
    tried = dented()
    tried[3][disc(2.0, (95.0, 20.0))] = 0  # the island has a hole now
    tried[3][ISLAND & ~disc(2.0, (95.0, 20.0))] = LV
    tried[3][disc(2.0, (95.0, 20.0))] = LV
    tried[3][disc(2.0, (95.0, 28.0))] = LV
    tried[5][ISLAND] = 0
    _, done = kept(dented(), tried)
    assert np.array_equal(done.found.maps.values[0, 3], dented()[3])
    assert np.array_equal(done.found.maps.values[0, 5], tried[5])
    assert list(done.refused) == [(0, 3)] and done.refused[0, 3].startswith("It would still break rules, as many")


def test_a_change_that_breaks_another_rule_goes_back_though_the_slice_breaks_fewer() -> None:
    values = dented()
    values[3][disc(2.5)] = 0
    tried = dented()
    tried[3] = stack()[3]
    tried[3][disc(3.0, (20.0, 20.0))] = 2
    before, done = kept(values, tried)
    assert len(broken_by_place(before)[0, 3]) > 1 and "myo_pieces" not in broken_by_place(before)[0, 3]
    assert np.array_equal(done.found.maps.values[0, 3], values[3])
    assert done.refused[0, 3] == "It would break rules that hold now, or make others break them: myocardium in pieces."


def test_a_change_beside_which_another_slice_breaks_a_rule_goes_back() -> None:
    values, tried = dented(), dented()
    tried[5] = 0  # without it slice 5 breaks another rule, and without island too
    tried[3][ISLAND] = 0
    _, done = kept(values, tried, percent=100.0)
    assert np.array_equal(done.found.maps.values[0, 5], values[5])
    small = tried.copy()
    small[5] = values[5]
    assert np.array_equal(done.found.maps.values[0, 3], small[3])
    beat = cine(7, 5)
    beat[3, 2][ISLAND] = LV
    shrunk = beat.copy()
    shrunk[3, 2] = np.where(disc(12.0), LV, np.where(stack(slices=5)[2] != 0, 2, 0))
    _, done = kept(beat, shrunk, percent=100.0)
    assert np.array_equal(done.found.maps.values, beat) and "It would break rules that hold now" in done.refused[3, 2]


def test_a_frame_that_was_rebuilt_as_a_whole_goes_back_as_a_whole() -> None:
    beat = cine(7, 5)
    beat[3] = np.roll(beat[3], 6, axis=1)
    tried = cine(7, 5)
    _, done = kept(beat, tried, percent=100.0, whole={3})
    assert np.array_equal(done.found.maps.values, tried) and not done.found.faults
    tried[3, 1][ISLAND] = LV
    _, done = kept(beat, tried, percent=100.0, whole={3})
    assert np.array_equal(done.found.maps.values, beat) and set(done.refused) == {(3, None)}


def test_the_second_of_two_steps_that_are_too_much_in_sum_is_told_from_one_that_is_too_much_alone() -> None:
    """A change within the limit that a repair of the result would go on with, beyond it, is not made."""
    before = stack()
    half = before.copy()
    half[3][disc(13.0)] = 2
    more = half.copy()
    more[3][disc(16.0) & ~disc(13.0)] = 0
    to_half, to_more = (changed_percent(before[3], each[3]) for each in (half, more))
    limit = limit_of(before, 0.5 * (to_half + to_more))
    assert changed_percent(half[3], more[3]) < limit.percent < to_more
    now = check_maps(maps_of(half))
    done = accepted(now, maps_of(more), limit)
    assert done.found is now and set(done.outgrown) == set(done.refused) == {(0, 3)}
    assert not accepted(now, maps_of(more), limit_of(half, 1.0)).outgrown, "not the second step of two"
    locked = accepted(check_maps(maps_of(before)), maps_of(half), limit, locked=done.outgrown)
    assert locked.refused == done.outgrown and np.array_equal(locked.found.maps.values[0], before)


def test_a_slice_that_breaks_no_rule_goes_back() -> None:
    tried = dented()
    tried[4] = np.roll(tried[4], 1, axis=0)
    _, done = kept(dented(), tried)
    assert np.array_equal(done.found.maps.values[0], dented())
    assert done.refused == {(0, 4): "It breaks no rule as it is."}
