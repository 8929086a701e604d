"""Repairs beside ours: what they do to phantoms with a known fault."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.segmentation.methods import (
    AsItIs,
    InTurn,
    LargestPieces,
    MedianInTime,
    Outcome,
    Repair,
    WhereFaulty,
)
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from Testing.helpers.segmentation_phantoms import cine, disc, maps_of, stack

LV, MYO, RV = (CODES[name] for name in ("lv", "myo", "rv"))
MAPS = maps_of(stack())


def with_faults() -> LabelMaps:
    values = MAPS.values.copy()
    values[0, 3][disc(3.0)] = 0  # a hole in the cavity
    values[0, 4, 2:6, 60:66] = LV
    return replace(MAPS, values=values)


class Emptied:
    name = "emptied"

    def repair(self, maps: LabelMaps) -> Outcome:
        return Outcome(replace(maps, values=np.zeros_like(maps.values)))


def test_a_repair_says_which_network_it_has() -> None:
    other = Repair(bundle=default_bundle("repair"))
    assert [method.name for method in (Repair(), Repair(network=False), other)] == [
        "segmentation repair",
        "segmentation repair, no network",
        "segmentation repair, label-ar-vae",
    ]
    assert pickle.loads(pickle.dumps(other)) == other


def test_the_largest_pieces_with_filled_holes_are_the_phantom_again() -> None:
    assert np.array_equal(LargestPieces().repair(with_faults()).maps.values, MAPS.values)
    assert np.array_equal(LargestPieces().repair(MAPS).maps.values, MAPS.values)
    assert (MAPS.values == RV).any()


def test_a_piece_in_a_slice_of_its_own_is_removed() -> None:
    values = np.concatenate([MAPS.values, np.zeros_like(MAPS.values[:, :2])], axis=1)
    far = values.copy()
    far[0, -1, 2:20, 60:70] = LV
    assert np.array_equal(LargestPieces().repair(replace(MAPS, values=far)).maps.values, values)


def test_the_median_in_time_takes_out_what_lasts_one_frame_and_goes_round_the_cycle() -> None:
    still = maps_of(np.repeat(stack()[None], 5, axis=0))
    for frame in (0, 2, 4):
        values = still.values.copy()
        values[frame][:, disc(40.0)] = LV
        values[frame][still.values[frame] == RV] = RV
        assert np.array_equal(MedianInTime().repair(replace(still, values=values)).maps.values, still.values)
    assert MedianInTime().repair(MAPS).maps is MAPS


def test_a_method_where_faulty_leaves_the_other_slices() -> None:
    made = WhereFaulty(Emptied()).repair(with_faults()).maps.values
    assert np.flatnonzero((made != with_faults().values).any(axis=(0, 2, 3))).tolist() == [3, 4]
    assert not made[0, 3].any() and not made[0, 4].any()


def test_of_a_frame_that_is_faulty_as_a_whole_all_slices_are_taken() -> None:
    beat = maps_of(cine(8, 6))
    values = beat.values.copy()
    values[3][values[3] == MYO] = 0  # no wall: its volume is not kept
    values[3, 2, disc(30.0)] = MYO
    faulty = replace(beat, values=values)
    assert any(violation.slice is None and violation.frame == 3 for violation in check_maps(faulty).faults)
    assert not WhereFaulty(Emptied()).repair(faulty).maps.values[3].any()


@pytest.mark.parametrize("method", [Repair(), InTurn(LargestPieces(), Repair())])
def test_our_repair_keeps_a_valid_phantom_and_mends_a_faulty_one(method) -> None:
    assert np.array_equal(method.repair(MAPS).maps.values, MAPS.values)
    outcome = method.repair(with_faults())
    assert not check_maps(outcome.maps).faults and not outcome.abstained
    assert AsItIs().repair(MAPS).maps is MAPS
