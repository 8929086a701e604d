"""Single maps with graded faults, and what a network changes of their repair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.segmentation import label_model
from GenerativeModelsLib.evaluation.segmentation.faults import OUTLINES
from GenerativeModelsLib.evaluation.segmentation.faulty_maps import (
    LEVELS,
    MapScore,
    TrueMap,
    faulty,
    maps_of_cycles,
    score_maps,
    summary_of_maps,
    table_of_maps,
)
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes
from Testing.helpers.ring_network import RingNetwork
from Testing.helpers.segmentation_phantoms import apical, maps_of, ring

HEART = maps_of(apical()[None], np.ones(2))


def test_outlines_move_by_as_much_as_is_said(rng: np.random.Generator) -> None:
    moved = [OUTLINES.put(HEART, 0, 0, mm, rng).maps.values for mm in (1.0, 2.0, 4.0)]
    changed = [(values != HEART.values).mean() for values in moved]
    assert changed[0] * 1.5 < changed[1] < changed[2] / 1.3
    right = CODES["rv"]
    assert all(not (values == right).any() for values in moved), "no structure comes into being"


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_changes_a_map_and_the_seed_tells_how(level: str) -> None:
    one, other = (faulty(HEART, level, np.random.default_rng(3)).values for _ in range(2))
    assert np.array_equal(one, other) and not np.array_equal(one, HEART.values)


def test_maps_of_cycles_are_single_frames_of_different_moments() -> None:
    values = np.stack([ring(20.0 - frame) for frame in range(5)])
    known = np.tile(known_codes("short-axis", "lv", "myo", "rv"), (5, 1))
    cycles = [LabelSequence(values, np.full(2, 1.5), "short-axis", "mid", known, f"h{k}", 0.1) for k in range(4)]
    found = maps_of_cycles(cycles, 3)
    assert [each.subject for each in found] == ["h0", "h1", "h3"]
    assert all((each.maps.frames, each.maps.frame_s) == (1, None) for each in found)
    assert len({int((each.maps.values == CODES["lv"]).sum()) for each in found}) == 3


def test_faulty_maps_are_scored_with_and_without_a_network() -> None:
    truths = [TrueMap(name, replace(maps_of(ring()[None]), name=name)) for name in "ab"]
    scores = list(score_maps(truths, "short-axis", RingNetwork(), 0))
    assert {"severe", "outlines off by 5 mm"} <= {score.level for score in scores}
    for score in scores:
        assert score.left["as it is"] and set(score.dice["network"]) == {"lv", "myo", "rv"}
    assert sum(score.left["network"] for score in scores) < sum(score.left["no network"] for score in scores)
    assert all(not check_maps(truth.maps).faults for truth in truths)


def test_the_table_counts_maps_and_gives_paired_changes() -> None:
    def score(subject: str, left: bool, alone: float, network: float) -> MapScore:
        dice = {"as it is": {"lv": 0.5}, "no network": {"lv": alone}, "network": {"lv": network}}
        return MapScore("mild", subject, {"as it is": True, "no network": True, "network": left}, dice)

    found = summary_of_maps([score("a", False, 0.6, 0.9), score("a", True, 0.6, 0.7), score("b", True, 0.6, 0.6)])
    (entry,) = found.values()
    assert entry["maps"] == 3 and entry["left_percent"] == {"no network": 100, "network": pytest.approx(200 / 3)}
    assert entry["change"]["lv"]["difference"] == pytest.approx(0.1), "hearts are averaged first"
    (row,) = table_of_maps({"simulated": found}).rows
    assert row[:5] == ["simulated", "mild", "3", "100.0", "66.7"]
    assert row[5].startswith("0.500 → 0.600 → 0.733 (+0.100, ") and len(row) == 6


@pytest.mark.real_data
def test_real_apical_maps_are_single_and_correct(shared_data: Path) -> None:
    found = label_model._real_apical(shared_data)
    assert {source: len(maps) for source, maps in found.items()} == {
        "planes of a CT heart": 6,
        "cine of a fitted model": 18,
    }
    for truth in (maps[0] for maps in found.values()):
        assert truth.maps.values.shape[:2] == (1, 1) and not check_maps(truth.maps, "apical").faults
        assert not np.array_equal(faulty(truth.maps, "severe", np.random.default_rng(0)).values, truth.maps.values)
