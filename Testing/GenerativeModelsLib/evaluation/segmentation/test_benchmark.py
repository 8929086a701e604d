"""The benchmark of the check: faults are what they say, and the tables count them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation.benchmark import FaultJob, check_expert, found_share
from GenerativeModelsLib.evaluation.segmentation.expert_maps import (
    DEVELOPMENT,
    HELD_OUT,
    ExpertMap,
    acdc_maps,
    apical_maps,
    cine_maps,
    sunnybrook_maps,
)
from GenerativeModelsLib.evaluation.segmentation.faults import FAULTS, TIME_FAULTS
from GenerativeModelsLib.segmentation.check import check_maps
from Testing.helpers.segmentation_phantoms import cine, maps_of, stack

MAPS = maps_of(stack())


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_changes_its_slice_alone(kind: str, rng: np.random.Generator) -> None:
    made = FAULTS[kind].put(MAPS, 0, 3, FAULTS[kind].grades[-1], rng)
    changed = (made.maps.values != MAPS.values).any(axis=(2, 3))[0]
    assert np.flatnonzero(changed).tolist() == [3] and (made.frame, made.slice) == (0, 3)
    assert MAPS.values is not made.maps.values


@pytest.mark.parametrize("kind", TIME_FAULTS)
def test_a_fault_of_a_frame_changes_that_frame_alone(kind: str, rng: np.random.Generator) -> None:
    beat = maps_of(cine(6, 4))
    made = TIME_FAULTS[kind].put(beat, 2, None, TIME_FAULTS[kind].grades[-1], rng)
    assert np.flatnonzero((made.maps.values != beat.values).any(axis=(1, 2, 3))).tolist() == [2]


def test_large_faults_are_found_and_counted() -> None:
    experts = [ExpertMap("phantom", HELD_OUT, MAPS)]
    for kind, size in (("lv_hole", 4.0), ("opened_wall", 20.0), ("empty_slice", 1.0)):
        made, seen = found_share(FaultJob(kind, size, experts, 4, 1))
        assert made == 4 and seen >= 3
    assert check_expert(experts[0]).wrong == {} and check_expert(experts[0]).slices == {"base": 1, "mid": 6, "apex": 1}


def test_missing_data_are_named(tmp_path: Path) -> None:
    for read in (sunnybrook_maps, acdc_maps, cine_maps, apical_maps):
        with pytest.raises(InputError, match="name the folder of the data set"):
            list(read(tmp_path))


@pytest.mark.real_data
def test_expert_maps_of_sunnybrook_are_not_called_wrong(shared_data: Path) -> None:
    for part in (DEVELOPMENT, HELD_OUT):
        checked = [check_expert(expert) for expert in sunnybrook_maps(shared_data) if expert.part == part]
        wrong, slices = (sum(sum(getattr(one, name).values()) for one in checked) for name in ("wrong", "slices"))
        assert slices > 200 and wrong <= 0.02 * slices


@pytest.mark.real_data
def test_planes_of_a_ct_heart_are_not_called_wrong(shared_data: Path) -> None:
    assert [check_expert(expert).wrong for expert in apical_maps(shared_data)] == [{}] * 6


@pytest.mark.real_data
def test_runs_of_wrong_frames_are_blamed_without_the_correct_ones_beside_them(shared_data: Path) -> None:
    """Looked at one by one, see docs/science.md: frames 0, 1 and 18 are right."""
    (expert,) = (expert for expert in cine_maps(shared_data) if expert.patient == "Se7_4CH")
    assert check_maps(expert.maps, expert.view).faulty_frames == [2, 3, 8, 15, 16, 17]
