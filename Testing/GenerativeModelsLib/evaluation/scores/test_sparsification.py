"""AUSE against its closed forms."""

import numpy as np
import pytest
from scipy.special import ndtri

from GenerativeModelsLib.evaluation.scores.normal_offsets import Offsets
from GenerativeModelsLib.evaluation.scores.sparsification import ause, sparsification

COUNT = 20000
UNIFORM = (np.arange(COUNT) + 0.5) / COUNT


def half_normal() -> np.ndarray:
    return ndtri((1 + UNIFORM) / 2)


def test_ranking_by_the_error_itself_is_perfect(rng):
    errors = rng.gamma(2.0, size=500)
    assert sparsification(errors, errors).ause == pytest.approx(0, abs=1e-12)
    assert sparsification(errors, errors**3).ause == pytest.approx(0, abs=1e-12)


def test_uniform_errors_in_random_order(rng):
    found = sparsification(UNIFORM, rng.permutation(COUNT).astype(float))
    assert found.ause == pytest.approx(0.25, abs=0.01)
    assert found.ause_relative == pytest.approx(0.5, abs=0.02)
    assert found.random == pytest.approx(0.25, abs=1e-4)


def test_uniform_errors_in_reversed_order():
    found = sparsification(UNIFORM, -UNIFORM)
    assert found.ause == pytest.approx(0.5, abs=1e-3)
    assert found.ause_relative == pytest.approx(1.0, abs=2e-3)


def test_half_normal_errors_in_random_order():
    found = sparsification(half_normal(), np.ones(COUNT))
    assert found.ause == pytest.approx(0.4545, abs=1e-3)
    assert found.ause_relative == pytest.approx(0.5697, abs=1e-3)


def test_a_perfectly_calibrated_sigma_does_not_reach_zero():
    sigma = np.repeat(0.5 + (np.arange(300) + 0.5) / 300, 300)
    z = np.tile(ndtri((1 + (np.arange(300) + 0.5) / 300) / 2), 300)
    found = sparsification(sigma * z, sigma)
    assert found.ause == pytest.approx(0.275, abs=2e-3)
    assert found.ause_relative == pytest.approx(0.345, abs=3e-3)
    assert found.random == pytest.approx(0.475, abs=2e-3)
    assert found.random / (sigma * z).mean() == pytest.approx(0.596, abs=3e-3)


def test_constant_uncertainty_is_as_good_as_a_random_one():
    found = sparsification(UNIFORM, np.full(COUNT, 2.0))
    assert found.ause == pytest.approx(found.random)


def test_halving_weights_and_doubling_points_changes_nothing(rng):
    errors, sigma, weights = rng.random((3, 200))
    once = sparsification(errors, sigma, weights)
    twice = sparsification(np.tile(errors, 2), np.tile(sigma, 2), np.tile(weights / 2, 2))
    assert twice.ause == pytest.approx(once.ause, abs=1e-12)


def test_order_of_points_does_not_matter(rng):
    errors, sigma, weights = rng.random((3, 100))
    order = rng.permutation(100)
    assert sparsification(errors[order], sigma[order], weights[order]).ause == pytest.approx(
        sparsification(errors, sigma, weights).ause, abs=1e-12
    )


def test_scales_with_the_unit(rng):
    d, sigma = rng.normal(size=300), rng.random(300)
    assert ause(Offsets.of(3 * d, 3 * sigma)).ause == pytest.approx(3 * ause(Offsets.of(d, sigma)).ause)


def test_no_error_at_all():
    assert sparsification(np.zeros(5), np.arange(5.0)).ause_relative == 0


def test_a_whole_weight_is_that_many_equal_points(rng):
    errors, uncertainty = rng.random(40), rng.random(40)
    counts = rng.integers(1, 6, 40)
    repeated = sparsification(np.repeat(errors, counts), np.repeat(uncertainty, counts))
    for weights in (counts, 7.5 * counts):
        weighed = sparsification(errors, uncertainty, weights)
        for name in ("ause", "ause_relative", "random"):
            assert getattr(weighed, name) == pytest.approx(getattr(repeated, name), rel=1e-9)


def test_two_points_of_unequal_weight_in_closed_form():
    """Weight 3/4 with error 1, weight 1/4 with error 5, ranked in the wrong order.

    Kept in order of uncertainty, the mean error is 5 up to the share 1/4 and (1 + s) / s beyond it, as
    (5/4 + s - 1/4) / s; the oracle has 1 up to 3/4 and (5 s - 3) / s beyond it. The point of weight 0 has no effect.
    """
    wrong = 5 / 4 + (3 / 4 + np.log(4))
    best = 3 / 4 + (5 / 4 - 3 * np.log(4 / 3))
    found = ause(Offsets.of([1.0, -5.0, 80.0], [2.0, 1.0, 1.5], [3.0, 1.0, 0.0]))
    assert found.ause == pytest.approx(wrong - best)
    assert found.random == pytest.approx(2.0 - best)
    assert found.ause_relative == pytest.approx((wrong - best) / 2.0)
