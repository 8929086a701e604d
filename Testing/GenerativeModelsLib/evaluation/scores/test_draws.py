"""Tests of scores of draws."""

import numpy as np
import pytest
from scipy.special import ndtri

from GenerativeModelsLib.evaluation.scores.calibration import gaussian_crps
from GenerativeModelsLib.evaluation.scores.draws import draws_coverage, energy_score, interval_coverage, sample_crps


def test_sample_crps_is_the_definition(rng):
    draws, truth = rng.normal(size=(7, 3)), rng.normal(size=3)
    pairs = np.abs(draws[:, None] - draws[None]).sum(axis=(0, 1))
    first = np.abs(draws - truth).mean(axis=0)
    np.testing.assert_allclose(sample_crps(draws, truth), first - pairs / (2 * 7 * 6))
    np.testing.assert_allclose(sample_crps(draws, truth, fair=False), first - pairs / (2 * 7 * 7))


def test_many_draws_approach_the_gaussian_score():
    draws = 2 * ndtri((np.arange(4000) + 0.5) / 4000)
    for y in (0.0, 1.5, -6.0):
        assert sample_crps(draws, np.array(y)) == pytest.approx(gaussian_crps(y, 2.0), abs=2e-3)


@pytest.mark.parametrize(("count", "excess"), [(20, 0.028), (50, 0.011), (100, 0.006)])
def test_plain_score_is_too_high_by_the_known_amount(rng, count, excess):
    draws, truth = rng.normal(size=(count, 20000)), rng.normal(size=20000)
    exact = 1 / np.sqrt(np.pi)
    difference = sample_crps(draws, truth, fair=False) - sample_crps(draws, truth)
    assert difference.mean() == pytest.approx(excess, abs=5e-4)
    assert sample_crps(draws, truth).mean() == pytest.approx(exact, abs=0.015)


def test_crps_of_equal_draws_is_the_absolute_error():
    np.testing.assert_allclose(sample_crps(np.full((5, 2), 3.0), np.array([1.0, 7.0])), (2, 4))


def test_crps_needs_two_draws_of_the_right_shape():
    with pytest.raises(ValueError, match="1 draws"):
        sample_crps(np.zeros((1, 3)), np.zeros(3))
    with pytest.raises(ValueError, match=r"draws has shape \(5, 2\), expected \(S, \*\(3,\)\)"):
        sample_crps(np.zeros((5, 2)), np.zeros(3))


def test_energy_score_of_one_value_is_the_crps(rng):
    draws, truth = rng.normal(size=(30, 1)), rng.normal(size=1)
    assert energy_score(draws, truth) == pytest.approx(sample_crps(draws, truth)[0])


def test_energy_score_prefers_joint_draws_over_marginals_alone(rng):
    """The truth is one offset of a whole surface; independent draws per point have only the right marginals."""
    truths = rng.normal(size=(200, 1)) * np.ones(50)
    joint = [energy_score(rng.normal(size=(40, 1)) * np.ones(50), truth) for truth in truths]
    apart = [energy_score(rng.normal(size=(40, 50)), truth) for truth in truths]
    assert np.mean(joint) < np.mean(apart)


def test_interval_coverage_counts_the_ends_and_leaves_out_nan():
    low, high = np.array([0.0, 0, 0, np.nan]), np.array([1.0, 1, 1, 1])
    assert interval_coverage(low, high, np.array([1.0, 0.5, 2.0, 0.5])) == pytest.approx(2 / 3)
    assert np.isnan(interval_coverage([np.nan], [1.0], [0.0]))


def test_draws_cover_as_often_as_they_say(rng):
    centre = rng.normal(size=4000) * 5
    draws, truth = centre + rng.normal(size=(200, 4000)), centre + rng.normal(size=4000)
    for p in (0.5, 0.9):
        assert draws_coverage(draws, truth, p) == pytest.approx(p, abs=0.025)
    assert draws_coverage(draws, truth + 3, 0.9) < 0.2
