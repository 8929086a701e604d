"""Platt scaling and reliability bins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.uncertainty.platt import (
    PlattScale,
    ReliabilityBin,
    equal_mass_bins,
    expected_calibration_error,
    probability_text,
    reliability,
)


def test_the_true_slope_and_offset_are_found() -> None:
    rng = np.random.default_rng(0)
    logit = rng.normal(0, 3, 20_000)
    label = (rng.random(20_000) < PlattScale(0.4, -0.7).probability(logit)).astype(int)
    found = PlattScale.fit(logit, label)
    assert found.slope == pytest.approx(0.4, abs=0.02) and found.offset == pytest.approx(-0.7, abs=0.06)


def test_an_overconfident_classifier_becomes_calibrated() -> None:
    rng = np.random.default_rng(1)
    honest = rng.normal(0, 1.5, 8000)
    label = (rng.random(8000) < 1 / (1 + np.exp(-honest))).astype(int)
    loud = 6 * honest
    before = expected_calibration_error(reliability(1 / (1 + np.exp(-loud)), label))
    scale = PlattScale.fit(loud[::2], label[::2])
    after = expected_calibration_error(reliability(scale.probability(loud[1::2]), label[1::2]))
    assert before > 0.1 and after < 0.03


def test_separable_classes_keep_a_finite_slope_and_far_logits_do_not_overflow() -> None:
    scale = PlattScale.fit(np.r_[-np.arange(1.0, 50), np.arange(1.0, 50)], np.repeat([0, 1], 49))
    assert 0 < scale.slope < 20
    np.testing.assert_array_equal(scale.probability(np.array([-1e5, 1e5])), [0, 1])


def test_a_probability_rises_with_its_logit() -> None:
    assert (np.diff(PlattScale(0.8, 0.1).probability(np.linspace(-6, 6, 50))) > 0).all()


def test_the_fit_has_the_greatest_likelihood_of_platts_targets() -> None:
    """Against scipy's minimiser: cross-entropy to the targets with a ridge of 1e-3 about slope 1 and offset 0."""
    from scipy.optimize import minimize

    logit = np.array([-2.0, -1.5, -0.5, 0.2, -0.1, 0.4, 1.0, 3.0])
    label = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    target = np.where(label == 1, 5 / 6, 1 / 6)

    def loss(w: np.ndarray) -> float:
        x = w[0] * logit + w[1]
        return float((np.logaddexp(0, x) - target * x).sum() + 0.5e-3 * ((w[0] - 1) ** 2 + w[1] ** 2))

    best = minimize(loss, [0.5, 0.5], tol=1e-12).x
    found = PlattScale.fit(logit, label)
    np.testing.assert_allclose([found.slope, found.offset], best, atol=1e-6)


def test_one_class_alone_cannot_calibrate() -> None:
    with pytest.raises(ValueError, match="both classes"):
        PlattScale.fit(np.zeros(5), np.ones(5))


def test_bins_hold_equal_numbers_and_add_up() -> None:
    rng = np.random.default_rng(2)
    p = rng.random(1003) ** 4
    label = (rng.random(1003) < p).astype(int)
    bins = reliability(p, label)
    assert sum(b.count for b in bins) == 1003 and {b.count for b in bins} == {100, 101}
    assert sum(b.count * b.probability for b in bins) == pytest.approx(p.sum())
    assert sum(b.count * b.observed for b in bins) == pytest.approx(label.sum())


def test_bins_hold_as_many_cases_each() -> None:
    parts = equal_mass_bins(np.linspace(1, 0, 100) ** 3, 10)
    assert [len(part) for part in parts] == [10] * 10
    assert np.concatenate(parts).tolist() == list(range(99, -1, -1))


def test_equal_probabilities_stay_in_their_order() -> None:
    p = np.tile([0.7, 0.2], 40)
    expected = np.r_[np.arange(1, 80, 2), np.arange(0, 80, 2)]
    assert np.concatenate(equal_mass_bins(p, 7)).tolist() == expected.tolist()


def test_calibration_error_of_a_constant_is_how_far_it_is_from_the_share() -> None:
    truth = np.tile([True, False, False, False], 50)
    assert expected_calibration_error(reliability(np.full(200, 0.25), truth, 1)) == pytest.approx(0.0)
    assert expected_calibration_error(reliability(np.full(200, 0.75), truth, 1)) == pytest.approx(0.5)


def test_calibration_error_weighs_the_bins_by_their_counts() -> None:
    bins = [ReliabilityBin(30, 0.2, 0.1), ReliabilityBin(10, 0.5, 0.9)]
    assert expected_calibration_error(bins) == pytest.approx((30 * 0.1 + 10 * 0.4) / 40)


def test_probabilities_that_come_true_are_calibrated_and_overconfident_ones_are_not() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(20000)
    truth = rng.random(20000) < p
    assert expected_calibration_error(reliability(p, truth)) < 0.02
    loud = (p > 0.5).astype(float)
    assert expected_calibration_error(reliability(loud, truth)) == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "< 1 %"), (0.004, "< 1 %"), (0.01, "1 %"), (0.126, "13 %"), (0.99, "99 %"), (0.9963, "> 99 %")],
)
def test_nothing_is_certain_to_a_reader(value: float, words: str) -> None:
    assert probability_text(value) == words


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200), st.integers(1, 200))
def test_the_targets_are_platts(positive: int, negative: int) -> None:
    """With all positives at the logit of (N+ + 1) / (N+ + 2) and all negatives at that of 1 / (N- + 2), the
    cross-entropy against these targets is least at slope 1 and offset 0, where the ridge about slope 1 vanishes."""
    high, low = np.log(positive + 1), -np.log(negative + 1)
    logit = np.r_[np.full(positive, high), np.full(negative, low)]
    found = PlattScale.fit(logit, np.r_[np.ones(positive), np.zeros(negative)])
    assert (found.slope, found.offset) == (pytest.approx(1.0, abs=1e-7), pytest.approx(0.0, abs=1e-7))
