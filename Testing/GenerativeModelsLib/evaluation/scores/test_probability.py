from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import ndtri

from GenerativeModelsLib.evaluation.scores.probability import auc, auc_difference, auc_interval, scores, wilson


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


@given(hits=st.integers(0, 60), misses=st.integers(0, 60), level=st.sampled_from([0.8, 0.95, 0.99]))
def test_ends_of_wilsons_interval_solve_the_score_equation(hits, misses, level):
    """The bounds p solve (share - p)^2 = z^2 p (1 - p) / n."""
    cases = hits + misses
    assume(cases > 0)
    z = ndtri((1 + level) / 2)
    low, high = wilson(hits, cases, level)
    assert 0 <= low <= hits / cases <= high <= 1
    for end in (low, high):
        assert (hits / cases - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / cases, abs=1e-9)


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


def test_the_interval_has_the_width_of_hanley_and_mcneil():
    """Variance of the area for 80 and 120 cases of normals one standard deviation apart (Hanley and McNeil 1982)."""
    from scipy.stats import norm

    rng = np.random.default_rng(11)
    truth = np.repeat([True, False], [80, 120])
    values = rng.normal(truth * 1.0, 1.0)
    a = auc(values, truth)
    q1, q2 = a / (2 - a), 2 * a**2 / (1 + a)
    variance = (a * (1 - a) + 79 * (q1 - a**2) + 119 * (q2 - a**2)) / (80 * 120)
    low, high = auc_interval(values, truth)
    assert high - low == pytest.approx(2 * norm.ppf(0.975) * np.sqrt(variance), rel=0.1)


def test_equal_values_order_half_of_the_pairs():
    truth = np.repeat([True, False], [4, 6])
    assert auc(np.ones(10), truth) == 0.5
    assert auc_interval(np.ones(10), truth) == (0.5, 0.5)


def test_a_perfect_separation_of_few_cases_is_not_certain():
    truth = np.repeat([True, False], 10)
    low, high = auc_interval(truth.astype(float), truth)
    assert high == 1.0
    assert low == pytest.approx(wilson(10, 10)[0])


def test_all_scores_of_a_small_example():
    found = scores(np.array([0.9, 0.6, 0.4, 0.2]), np.array([True, False, True, False]), bins=2)
    assert (found.cases, found.accuracy, found.sensitivity, found.specificity) == (4, 0.5, 0.5, 0.5)
    assert found.auc == 0.75
    assert found.ece == pytest.approx(0.5 * abs(0.3 - 0.5) + 0.5 * abs(0.75 - 0.5))
    assert found.brier == pytest.approx((0.1**2 + 0.6**2 + 0.6**2 + 0.2**2) / 4)


def test_one_class_alone_is_refused():
    with pytest.raises(ValueError, match="All 3 cases are of one class"):
        scores(np.array([0.1, 0.2, 0.3]), np.zeros(3, bool))


def test_scores_tell_the_classes_apart():
    """Three of four positives and one of two negatives are correct; exactly 0.5 is not positive."""
    p = [0.9, 0.8, 0.7, 0.5, 0.6, 0.5]
    yes = [1, 1, 1, 1, 0, 0]
    found = scores(p, yes, bins=3)
    assert (found.sensitivity, found.specificity) == (0.75, 0.5)
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.accuracy_interval == wilson(4, 6)
    assert found.auc_interval == auc_interval(np.array(p), np.array(yes, bool))
    assert found.auc == pytest.approx(6.5 / 8)


def test_the_interval_of_the_area_is_the_same_for_every_call_and_another_for_another_seed():
    rng = np.random.default_rng(4)
    truth = np.repeat([True, False], 30)
    values = rng.normal(truth * 1.0, 1.0)
    assert auc_interval(values, truth) == auc_interval(values, truth)
    assert auc_interval(values, truth, seed=1) != auc_interval(values, truth)


def test_a_measure_is_as_good_as_itself_and_better_than_chance():
    yes = np.repeat([True, False], 60)
    rng = np.random.default_rng(0)
    good, none = yes + rng.normal(0, 0.4, 120), rng.normal(0, 1, 120)
    assert auc_difference(good, good, yes) == (0.0, 0.0, 0.0)
    difference, low, high = auc_difference(good, none, yes)
    assert difference == pytest.approx(auc(good, yes) - auc(none, yes))
    assert 0 < low < difference < high


def test_paired_measures_have_a_narrower_difference_than_their_intervals():
    """Both measures see the same hearts: a monotone copy with little noise differs by little."""
    yes = np.repeat([True, False], 50)
    rng = np.random.default_rng(1)
    one = 0.8 * yes + rng.normal(0, 1, 100)
    _, low, high = auc_difference(one, one + rng.normal(0, 0.02, 100), yes)
    assert high - low < 0.2 * np.ptp(auc_interval(one, yes))
