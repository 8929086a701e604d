"""Predictive values and abstention, on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.evaluation.scores.probability import wilson
from GenerativeModelsLib.evaluation.scores.screening import (
    Share,
    abstaining,
    at_prevalence,
    errors_by_share,
    shares,
)

VALUES = np.array([0.05, 0.2, 0.45, 0.55, 0.6, 0.9, 0.95])
YES = np.array([False, False, True, False, True, True, True])
parts = st.builds(lambda cases, hits: Share(min(hits, cases), cases), st.integers(2, 200), st.integers(0, 200))


def test_sensitivity_and_specificity_are_counts_of_each_class():
    sensitivity, specificity = shares(VALUES >= 0.5, YES)
    assert (sensitivity, specificity) == (Share(3, 4), Share(2, 3))
    assert sensitivity.interval95 == wilson(3, 4)
    with pytest.raises(ValueError, match="All 2 cases are of one class"):
        shares(np.ones(2, bool), np.ones(2, bool))


def test_predictive_values_follow_from_the_prevalence():
    """With sensitivity and specificity of 0.9: nine true alarms for one false at 50 %, as many of each at 10 %."""
    test = Share(90, 100), Share(90, 100)
    assert at_prevalence(*test, 0.5).ppv == pytest.approx(0.9)
    assert at_prevalence(*test, 0.1).ppv == pytest.approx(0.5)
    assert at_prevalence(*test, 0.1).npv == pytest.approx(0.81 / 0.82)
    assert at_prevalence(*test, 0.002).ppv == pytest.approx(0.0018 / (0.0018 + 0.0998))


def test_without_an_alarm_there_is_no_share_of_true_alarms():
    found = at_prevalence(Share(0, 10), Share(10, 10), 0.1)
    assert np.isnan(found.ppv) and found.npv == pytest.approx(0.9)


@settings(max_examples=40)
@given(parts, parts, st.floats(0.001, 0.999))
def test_the_limits_hold_the_value_and_true_alarms_grow_with_prevalence(sensitivity, specificity, prevalence):
    found = at_prevalence(sensitivity, specificity, prevalence)
    rarer = at_prevalence(sensitivity, specificity, prevalence / 2)
    for value, (low, high) in ((found.ppv, found.ppv_limits), (found.npv, found.npv_limits)):
        assert np.isnan(value) or low - 1e-9 <= value <= high + 1e-9
    assert np.isnan(found.ppv) or found.ppv >= rarer.ppv - 1e-12


def test_a_band_takes_the_answers_near_the_limit_and_no_others():
    none, some, all_wrong = abstaining(VALUES, 0.5, YES, (0.0, 0.07, 0.12))
    assert (none.abstained, none.wrong) == (0.0, Share(2, 7))
    assert some.abstained == pytest.approx(2 / 7) and some.wrong == Share(0, 5)
    assert all_wrong.abstained == pytest.approx(3 / 7) and all_wrong.wrong == Share(0, 4)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=30))
def test_a_band_of_no_width_leaves_everybody_an_answer(cases):
    values, yes = (np.array(column) for column in zip(*cases, strict=True))
    (found,) = abstaining(values, 0.5, yes, (0.0,))
    assert found.abstained == 0 and found.wrong.cases == len(cases)
    left_out, wrong = errors_by_share(values, 0.5, yes)
    assert left_out[0] == 0 and wrong[0] == pytest.approx(found.wrong.value)


def test_errors_fall_as_the_doubtful_lose_their_answers():
    left_out, wrong = errors_by_share(VALUES, 0.5, YES)
    assert left_out == pytest.approx(np.arange(7) / 7)
    assert wrong == pytest.approx([2 / 7, 1 / 6, 0, 0, 0, 0, 0])
