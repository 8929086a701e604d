"""Paired comparison of two models on the same cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from GenerativeModelsLib.evaluation.scores.paired import LEAST_SUBJECTS, held_share, paired_change


def test_the_interval_is_that_of_the_paired_t_test(rng: np.random.Generator) -> None:
    before = rng.normal(10, 3, 12)
    after = before + rng.normal(-1, 0.5, 12)
    found = paired_change(before, after, range(12), "lower")
    expected = stats.ttest_rel(after, before).confidence_interval(0.95)
    assert found.interval95 == pytest.approx((expected.low, expected.high))
    assert found.difference == pytest.approx(found.after - found.before) and (found.cases, found.subjects) == (12, 12)
    assert found.verdict == "better"
    assert paired_change(before, after, range(12), "higher").verdict == "worse"


def test_without_a_difference_none_is_shown(rng: np.random.Generator) -> None:
    before = rng.normal(10, 3, 30)
    assert paired_change(before, before + rng.normal(0, 1, 30), range(30), "lower").verdict == "no difference shown"
    assert paired_change(before, before, range(30), "lower").verdict == "no difference shown"


def test_cases_of_one_subject_count_once() -> None:
    before, after = [1.0, 1.0, 1.0, 4.0], [2.0, 2.0, 2.0, 4.0]
    found = paired_change(before, after, ["a", "a", "a", "b"], "higher")
    assert (found.cases, found.subjects, found.before, found.after) == (4, 2, 2.5, 3.0)


def test_few_subjects_are_too_few_however_alike_they_are() -> None:
    before = np.arange(1.0, LEAST_SUBJECTS)
    found = paired_change(before, before + 1, range(len(before)), "higher")
    assert found.verdict == "too few to say" and found.interval95 == (1.0, 1.0)
    one = paired_change([1.0], [2.0], ["a"], "higher")
    assert one.verdict == "too few to say" and one.interval95 is None and one.difference == 1.0
    more = np.arange(1.0, LEAST_SUBJECTS + 1)
    assert paired_change(more, more + 1, range(len(more)), "higher").verdict == "better"


def test_the_share_of_held_intervals() -> None:
    found = held_share([True] * 9 + [False])
    low, high = stats.binomtest(9, 10).proportion_ci(0.95, method="wilson")
    assert (found.held, found.cases) == (9, 10) and found.interval95 == pytest.approx((low, high))
    assert held_share([]) is None
