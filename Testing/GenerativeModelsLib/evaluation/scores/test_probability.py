from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.scores.probability import (
    auc,
    auc_interval,
    equal_mass_bins,
    expected_calibration_error,
    scores,
    wilson,
)


def test_wilson_of_the_papers_forty_patients():
    assert wilson(36, 40) == pytest.approx((0.769, 0.960), abs=5e-4)


def test_wilson_of_all_and_of_none_stays_within_zero_and_one():
    z = 1.959964
    assert wilson(20, 20) == pytest.approx((20 / (20 + z**2), 1.0))
    assert wilson(0, 20) == pytest.approx((0.0, z**2 / (20 + z**2)))


@pytest.mark.parametrize(
    ("yes", "no", "expected"),
    [([3, 4], [1, 2], 1.0), ([1, 2], [3, 4], 0.0), ([1], [1], 0.5), ([1, 3], [0, 2], 0.75), ([2, 2], [1, 2], 0.75)],
)
def test_auc_counts_ordered_pairs_and_half_the_ties(yes, no, expected):
    truth = np.repeat([True, False], [len(yes), len(no)])
    assert auc(np.array(yes + no, float), truth) == expected


def test_auc_does_not_change_under_a_rising_map():
    rng = np.random.default_rng(0)
    truth = rng.random(80) < 0.4
    values = rng.normal(truth, 1.0)
    assert auc(np.exp(3 * values), truth) == auc(values, truth)


def test_the_interval_of_two_normals_holds_their_area():
    from scipy.stats import norm

    rng = np.random.default_rng(3)
    truth = np.repeat([True, False], 150)
    low, high = auc_interval(rng.normal(truth * 1.0, 1.0), truth)
    assert low < norm.cdf(1 / np.sqrt(2)) < high
    assert high - low < 0.15


def test_a_perfect_separation_of_few_cases_is_not_certain():
    truth = np.repeat([True, False], 10)
    low, high = auc_interval(truth.astype(float), truth)
    assert high == 1.0
    assert low == pytest.approx(wilson(10, 10)[0])


def test_bins_hold_as_many_cases_each():
    parts = equal_mass_bins(np.linspace(1, 0, 100) ** 3, 10)
    assert [len(part) for part in parts] == [10] * 10
    assert sorted(np.concatenate(parts)) == list(range(100))


def test_calibration_error_of_a_constant_is_how_far_it_is_from_the_share():
    truth = np.tile([True, False, False, False], 50)
    assert expected_calibration_error(np.full(200, 0.25), truth, 1) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(200, 0.75), truth, 1) == pytest.approx(0.5)


def test_probabilities_that_come_true_are_calibrated_and_overconfident_ones_are_not():
    rng = np.random.default_rng(1)
    p = rng.random(20000)
    truth = rng.random(20000) < p
    assert expected_calibration_error(p, truth) < 0.02
    assert expected_calibration_error((p > 0.5).astype(float), truth) == pytest.approx(0.25, abs=0.02)


def test_all_scores_of_a_small_example():
    found = scores(np.array([0.9, 0.6, 0.4, 0.2]), np.array([True, False, True, False]), bins=2)
    assert (found.cases, found.accuracy, found.sensitivity, found.specificity) == (4, 0.5, 0.5, 0.5)
    assert found.auc == 0.75
    assert found.brier == pytest.approx((0.1**2 + 0.6**2 + 0.6**2 + 0.2**2) / 4)


def test_one_class_alone_is_refused():
    with pytest.raises(ValueError, match="All 3 cases are of one class"):
        scores(np.array([0.1, 0.2, 0.3]), np.zeros(3, bool))
