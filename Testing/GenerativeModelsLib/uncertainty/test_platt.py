"""Probabilities that keep their word."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.uncertainty.platt import PlattScale, expected_calibration_error, probability_text, reliability


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


@pytest.mark.parametrize(
    ("value", "words"), [(0.0, "< 1 %"), (0.004, "< 1 %"), (0.126, "13 %"), (0.99, "99 %"), (0.9963, "> 99 %")]
)
def test_nothing_is_certain_to_a_reader(value: float, words: str) -> None:
    assert probability_text(value) == words
