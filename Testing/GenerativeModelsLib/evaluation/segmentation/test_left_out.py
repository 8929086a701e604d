"""Frames rebuilt from the others of their cycle, and the snake on signals of known shape and noise."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.segmentation.left_out import WAYS, left_out_dice, rebuilt, smooth_signal
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes
from GenerativeModelsLib.segmentation.repair.signals import KEPT_HZ, spline_weights
from Testing.helpers.ring_network import RingNetwork

FRAMES, DT = 25, 0.04
TIMES = np.arange(FRAMES) * DT
BEAT = 100 + 40 * np.cos(2 * np.pi * TIMES) + 10 * np.cos(4 * np.pi * TIMES + 0.7)
"""A volume curve of two harmonics in ml, one beat."""


def beating(subject: str, frames: int = 16) -> LabelSequence:
    network = RingNetwork()
    radii = 22 + 4 * np.cos(2 * np.pi * np.arange(frames) / frames)
    codes = np.stack([[71.0, 71.0, radius, radius + 9.0, 1.0] for radius in radii])
    known = np.tile(known_codes("short-axis", "lv", "myo", "rv"), (frames, 1))
    return LabelSequence(network.decode(codes), network.pixel_mm, "short-axis", "mid", known, subject, 1 / frames)


def test_a_smooth_cycle_is_rebuilt_in_every_way() -> None:
    network = RingNetwork()
    found = left_out_dice(network, [beating("one"), beating("one"), beating("two", 12)])
    assert set(found) == set(WAYS)
    for rows in found.values():
        assert {name: len(values) for name, values in rows.items()} == {"lv": 2, "myo": 2, "rv": 2}
        assert rows["lv"].min() > 0.97 and rows["myo"].min() > 0.93


def test_a_frame_is_made_from_the_others_alone() -> None:
    network, cycle = RingNetwork(), beating("one")
    wrong = cycle.values.copy()
    wrong[5] = cycle.values[0]
    for way in WAYS:
        codes = network.encode(wrong, cycle.known)
        changed = LabelSequence(wrong, cycle.pixel_mm, cycle.view, cycle.role, cycle.known, "one", cycle.frame_s)
        made, right = rebuilt(way, network, changed, codes)[5], cycle.values[5]
        assert (made != right).sum() < 0.3 * (wrong[5] != right).sum(), way
    with pytest.raises(ValueError, match="expected one of signed distances"):
        rebuilt("by eye", network, cycle, network.encode(cycle.values, cycle.known))


def test_the_snake_is_the_minimum_of_its_energy() -> None:
    values = BEAT + np.random.default_rng(0).normal(0, 3, FRAMES)
    for periodic in (False, True):
        bend = np.roll(np.eye(FRAMES), 1, 1) + np.roll(np.eye(FRAMES), -1, 1) - 2 * np.eye(FRAMES)
        bend = bend if periodic else bend[1:-1]
        exact = np.linalg.solve(np.eye(FRAMES) + 5.0 * bend.T @ bend, values)
        assert smooth_signal(values, 5.0, periodic) == pytest.approx(exact, abs=0.02)
    assert smooth_signal(np.arange(9.0), 50.0) == pytest.approx(np.arange(9.0)), "a line does not bend"
    assert (smooth_signal(values[:2], 5.0) == values[:2]).all() and (smooth_signal(values, 0.0) == values).all()


def test_spline_and_snake_of_one_stiffness_take_away_the_same_noise() -> None:
    """lam / dt^3 as weight: both are the same filter, to what a spline adds between the frames."""
    rng, errors = np.random.default_rng(1), {"spline": [], "snake": [], "published": []}
    weights = spline_weights(TIMES, TIMES, DT)
    weight = 1 / (2 * np.pi * KEPT_HZ * DT) ** 4
    for _ in range(40):
        values = BEAT + rng.normal(0, 3.0, FRAMES)
        made = {
            "spline": weights @ values,
            "snake": smooth_signal(values, weight),
            "published": smooth_signal(values, 50.0),
        }
        for name, found in made.items():
            errors[name].append(np.sqrt(np.mean((found - BEAT) ** 2)))
    spline, snake, published = (np.mean(each) for each in errors.values())
    assert 0.9 < snake / spline < 1.1 and spline < 0.85 * 3.0
    assert published > 1.2 * spline, "the published weight flattens a beat of 25 frames"
