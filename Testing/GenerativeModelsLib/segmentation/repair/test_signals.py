"""Smoothing over time on signals of known shape and noise."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.repair.signals import KEPT_HZ, smooth_signal, spline_weights

FRAMES, DT = 25, 0.04
TIMES = np.arange(FRAMES) * DT
BEAT = 100 + 40 * np.cos(2 * np.pi * TIMES) + 10 * np.cos(4 * np.pi * TIMES + 0.7)
"""A volume curve of two harmonics in ml, one beat."""


def test_the_snake_is_the_minimum_of_its_energy() -> None:
    values = BEAT + np.random.default_rng(0).normal(0, 3, FRAMES)
    for periodic in (False, True):
        bend = np.roll(np.eye(FRAMES), 1, 1) + np.roll(np.eye(FRAMES), -1, 1) - 2 * np.eye(FRAMES)
        bend = bend if periodic else bend[1:-1]
        exact = np.linalg.solve(np.eye(FRAMES) + 5.0 * bend.T @ bend, values)
        assert smooth_signal(values, 5.0, periodic) == pytest.approx(exact, abs=0.02)
    assert smooth_signal(np.arange(9.0), 50.0) == pytest.approx(np.arange(9.0)), "a line does not bend"
    assert (smooth_signal(values[:2], 5.0) == values[:2]).all() and (smooth_signal(values, 0.0) == values).all()


def test_the_spline_halves_the_named_frequency_and_keeps_lines() -> None:
    times = np.arange(200) * 0.01
    wave = np.cos(2 * np.pi * KEPT_HZ * times)
    inner = slice(70, 130)
    weights = spline_weights(times, times[inner], 0.01)
    assert np.abs(weights @ wave).max() == pytest.approx(0.5, abs=0.03)
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert weights @ (3 + 2 * times) == pytest.approx(3 + 2 * times[inner])
    few = spline_weights(np.array([0.0, 1.0]), np.array([0.25, -1.0, 3.0]), 0.04)
    assert few == pytest.approx(np.array([[0.75, 0.25], [1, 0], [0, 1]])), "lines between few, the end beyond"


def test_a_left_out_frame_is_read_from_the_others() -> None:
    known = np.delete(np.arange(FRAMES), [3, 12, 13])
    made = spline_weights(TIMES[known], TIMES[[3, 12, 13]], DT) @ BEAT[known]
    assert made == pytest.approx(BEAT[[3, 12, 13]], abs=1.5)


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
