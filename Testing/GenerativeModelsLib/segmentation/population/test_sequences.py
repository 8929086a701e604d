"""All drawn sequences: rules, seeds, subjects, motion."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.acceptance import check_sequence
from GenerativeModelsLib.segmentation.population.sequences import LabelSequence, Tally, simulated_cycles

Drawn = dict[str, tuple[list[LabelSequence], Tally]]
VIEWS = ("short-axis", "apical")
HEARTS = 6
SHOWN = {"short-axis": ("lv", "myo", "rv"), "apical": ("lv", "myo", "la")}
each_view = pytest.mark.parametrize("view", VIEWS)


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    found: Drawn = {}
    for view in VIEWS:
        tally = Tally()
        found[view] = list(simulated_cycles(view, HEARTS, 5, tally=tally)), tally
    return found


@each_view
def test_every_sequence_keeps_to_all_rules_and_few_are_left_out(drawn: Drawn, view: str) -> None:
    sequences, tally = drawn[view]
    assert all(not check_sequence(sequence).violations for sequence in sequences)
    assert tally.made == HEARTS * {"short-axis": 5, "apical": 2}[view]
    assert len(sequences) == tally.made - tally.dropped and tally.dropped_share < 0.3


@each_view
def test_they_are_on_the_grid_with_all_structures_of_the_view_known(drawn: Drawn, view: str) -> None:
    seen = set()
    for sequence in drawn[view][0]:
        assert sequence.values.shape == (10, 96, 96) and sequence.values.dtype == np.uint8
        assert sequence.pixel_mm.tolist() == [1.5, 1.5] and sequence.known.all() and sequence.view == view
        assert 0.05 < sequence.frame_s < 0.13
        seen |= set(np.unique(sequence.values).tolist())
    assert seen == {0, *(CODES[name] for name in SHOWN[view])}


@each_view
def test_subjects_are_hearts_and_the_same_in_both_views(drawn: Drawn, view: str) -> None:
    counts = Counter(sequence.subject for sequence in drawn[view][0])
    assert set(counts) <= {f"simulated 5-{number}" for number in range(HEARTS)} and len(counts) > HEARTS / 2
    assert max(counts.values()) <= {"short-axis": 5, "apical": 2}[view]


@each_view
def test_the_same_seed_gives_the_same_sequences(drawn: Drawn, view: str) -> None:
    again = list(simulated_cycles(view, 2, 5))
    assert again
    for one, other in zip(drawn[view][0], again):
        np.testing.assert_array_equal(one.values, other.values)
        assert (one.subject, one.role) == (other.subject, other.role)


@each_view
def test_the_cavity_empties_in_systole_and_fills_again(drawn: Drawn, view: str) -> None:
    """A plane that stays may show a failing heart as large at end systole, as it shows a wider part of it."""
    shares = []
    for sequence in drawn[view][0]:
        area = (sequence.values == CODES["lv"]).sum(axis=(1, 2)).astype(float)
        end = int(area.argmin())
        shares.append(area[end] / area[0])
        if shares[-1] < 0.8:
            assert 3 <= end <= 5
            assert (np.diff(area[: end + 1]) < 0.03 * area[0]).all() and area[-1] > area[end]
    assert 0.3 < np.median(shares) < 0.8


def test_the_right_ventricle_is_as_large_as_the_left_in_the_middle(drawn: Drawn) -> None:
    ratios = [
        (sequence.values[0] == CODES["rv"]).sum() / (sequence.values[0] == CODES["lv"]).sum()
        for sequence in drawn["short-axis"][0]
        if sequence.role == "mid"
    ]
    assert 0.4 < np.mean(ratios) < 1.2


def test_frames_and_grid_are_as_asked_for() -> None:
    sequence = next(simulated_cycles("apical", 1, 2, frames=4, grid=64, pixel_mm=2.4))
    assert sequence.values.shape == (4, 64, 64) and sequence.pixel_mm.tolist() == [2.4, 2.4]


def test_an_unknown_view_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="long-axis"):
        simulated_cycles("long-axis", 1, 1)
