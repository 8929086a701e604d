"""Smoothing over time on signals of known shape and noise."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.repair.signals import KEPT_HZ, spline_weights

FRAMES, DT = 25, 0.04
TIMES = np.arange(FRAMES) * DT
BEAT = 100 + 40 * np.cos(2 * np.pi * TIMES) + 10 * np.cos(4 * np.pi * TIMES + 0.7)
"""A volume curve of two harmonics in ml, one beat."""


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
