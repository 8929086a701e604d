"""Sequences that break a rule of their role are left out and counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.acceptance import Tally, accepted, check_sequence
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes

PLACE = (np.arange(64) - 31.5) * 1.5
RADIUS, ANGLE = np.hypot(PLACE[:, None], PLACE), np.arctan2(PLACE[:, None], PLACE)


def ring(frames: int = 4, open_half: float = 0.0) -> LabelSequence:
    """A cavity in a wall that is open on both sides of an angle."""
    wall = np.where(np.abs(ANGLE) < open_half, 0, CODES["myo"])
    values = np.select([RADIUS < 20, RADIUS < 28], [np.full_like(wall, CODES["lv"]), wall], 0).astype(np.uint8)
    known = np.tile(known_codes("short-axis", "lv", "myo", "rv"), (frames, 1))
    return LabelSequence(np.stack([values] * frames), np.full(2, 1.5), "short-axis", "mid", known, "ring", 0.05)


def broken(sequence: LabelSequence) -> set[str]:
    return {violation.criterion.name for violation in check_sequence(sequence).violations}


def test_a_ring_keeps_to_all_rules_and_an_open_one_to_those_of_the_base() -> None:
    assert not broken(ring())
    opened = ring(open_half=0.4)
    assert "lv_background_contact" in broken(opened)
    assert not broken(replace(opened, role="base"))


def test_a_frame_that_jumps_breaks_a_rule_over_time() -> None:
    sequence = ring(5)
    sequence.values[2] = np.roll(sequence.values[2], 6, axis=0)
    assert "centre_jump" in broken(sequence)


def test_what_is_left_out_is_counted_by_criterion() -> None:
    empty = ring()
    empty.values[1] = 0
    tally = Tally()
    kept = list(accepted([ring(), ring(open_half=0.4), empty, ring()], tally))
    assert len(kept) == 2 and (tally.made, tally.dropped) == (4, 2) and tally.dropped_share == 0.5
    assert tally.criteria["lv_background_contact"] == 1 and tally.criteria["no_cavity"] == 1
    assert Tally().dropped_share == 0
