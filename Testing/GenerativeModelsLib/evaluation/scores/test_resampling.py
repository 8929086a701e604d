"""Percentile intervals against the normal theory of means, and against an explicit bootstrap."""

import numpy as np
import pytest
from scipy.special import ndtri

from GenerativeModelsLib.evaluation.scores.resampling import bootstrap_interval, paired_mean


def standard_normal(count: int) -> np.ndarray:
    """`count` values with mean 0 and standard deviation 1 exactly."""
    values = ndtri((np.arange(count) + 0.5) / count)
    return values / values.std()


def test_a_paired_interval_reaches_from_the_2_5th_to_the_97_5th_percentile():
    """The resampled mean of n values of standard deviation s is nearly normal with s / sqrt(n).

    95 % are +-1.960 of it. An interval from the 5th to the 95th percentile would reach +-1.645, which is 16 % less.
    """
    mean, low, high = paired_mean(3.0 + 2.0 * standard_normal(400))
    error = 2.0 / np.sqrt(400)
    assert mean == pytest.approx(3.0)
    assert low == pytest.approx(3.0 - 1.960 * error, abs=0.18 * error)
    assert high == pytest.approx(3.0 + 1.960 * error, abs=0.18 * error)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
def test_every_level_has_its_own_width(level):
    values = standard_normal(300)
    low, high = bootstrap_interval([values], np.mean, np.random.default_rng(1), level=level, resamples=5000)
    assert high - low == pytest.approx(2 * ndtri((1 + level) / 2) / np.sqrt(300), rel=0.06)


def test_it_is_the_quantile_of_means_of_cases_drawn_with_replacement():
    values = np.random.default_rng(5).gamma(1.0, size=60)
    means = values[np.random.default_rng(0).integers(60, size=(2000, 60))].mean(axis=1)
    np.testing.assert_allclose(paired_mean(values)[1:], np.quantile(means, [0.025, 0.975]), rtol=1e-12)


def test_samples_are_drawn_independently():
    """The variance of a difference of two means is the sum of their variances."""
    a, b = 5 + standard_normal(200), 3 * standard_normal(100)

    def difference(x, y, axis):
        return x.mean(axis=axis) - y.mean(axis=axis)

    low, high = bootstrap_interval([a, b], difference, np.random.default_rng(2), resamples=4000)
    assert (low + high) / 2 == pytest.approx(5, abs=0.05)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(1 / 200 + 9 / 100), rel=0.06)


def test_the_interval_moves_and_scales_with_its_values():
    values = np.random.default_rng(9).normal(size=40)
    base = np.array(paired_mean(values))
    np.testing.assert_allclose(paired_mean(7 + 3 * values), 7 + 3 * base, rtol=1e-10)


def test_one_case_has_no_interval():
    mean, low, high = paired_mean(np.array([2.0]))
    assert mean == 2.0
    assert np.isnan(low) and np.isnan(high)


def test_equal_cases_have_an_interval_without_width():
    assert paired_mean(np.full(10, 1.5)) == (1.5, 1.5, 1.5)
