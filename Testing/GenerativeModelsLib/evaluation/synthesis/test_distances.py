"""Distances of sets of features with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.synthesis.distances import (
    frechet_distance,
    mean_discrepancy,
    nearest_similarity,
    precision_recall,
)

RNG = np.random.default_rng(3)
POINTS = RNG.standard_normal((400, 4)) * (1.0, 2.0, 0.5, 1.5)


def test_equal_sets_are_at_no_frechet_distance() -> None:
    assert frechet_distance(POINTS, POINTS) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("shift", [0.5, 3.0])
def test_a_shift_of_one_feature_is_its_square(shift: float) -> None:
    moved = POINTS + np.array([0, shift, 0, 0])
    assert frechet_distance(POINTS, moved) == pytest.approx(shift**2, rel=1e-6)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_scaled_feature_has_the_closed_form(factor: float) -> None:
    values = POINTS[:, :1]
    # Uncorrelated features, so that the root of the product of the covariances is that of their diagonals.
    one = np.concatenate([np.c_[values, POINTS[:, 1:2]], np.c_[values, -POINTS[:, 1:2]]])
    one = np.concatenate([one, one * [-1, 1]])
    expected = (1 - factor) ** 2 * one[:, 0].var(ddof=1)
    assert frechet_distance(one, one * [factor, 1]) == pytest.approx(expected, rel=1e-6)


def test_the_mean_discrepancy_is_zero_on_average_and_grows_with_a_shift() -> None:
    halves = [mean_discrepancy(POINTS[:200], POINTS[200:], seed) for seed in range(5)]
    near, far = (mean_discrepancy(POINTS[:200], POINTS[200:] + shift) for shift in (1.0, 3.0))
    assert abs(np.mean(halves)) < 0.01 < near < far


def test_the_discrepancy_of_far_points_is_the_closed_form() -> None:
    """Two clusters without width, far apart: k(x, x) + k(y, y) - 2 k(x, y) = 2 (1 - exp(-d^2 / (2 w^2)))."""
    real = np.concatenate([np.zeros((100, 1)), np.ones((100, 1))])
    synthetic = np.full((200, 1), 0.5)
    width = 1.0
    kernel = lambda d: np.exp(-(d**2) / (2 * width**2))  # noqa: E731
    within = (2 * (100 * 99) + 2 * 100 * 100 * kernel(1.0)) / (200 * 199)
    assert mean_discrepancy(real, synthetic) == pytest.approx(within + 1 - 2 * kernel(0.5), abs=0.02)


def test_equal_sets_have_full_precision_and_recall_and_disjoint_ones_none() -> None:
    assert precision_recall(POINTS, POINTS) == (1.0, 1.0)
    assert precision_recall(POINTS, POINTS + 100) == (0.0, 0.0)


def test_a_generator_of_one_image_is_precise_and_recalls_little() -> None:
    precision, recall = precision_recall(POINTS, POINTS[:1] + 1e-3 * RNG.standard_normal((50, 4)))
    assert precision == 1.0 and recall < 0.05


def test_a_copied_image_is_found() -> None:
    training = RNG.uniform(-1, 1, (5, 24, 24))
    images = np.stack([training[3], RNG.uniform(-1, 1, (24, 24))])
    copied, new = nearest_similarity(images, training)
    assert copied == pytest.approx(1.0) and new < 0.3
