"""Paired comparison of two models on the same cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from GenerativeModelsLib.evaluation.scores.paired import LEAST_SUBJECTS, held_share, paired_change, paired_shares


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


def verdicts(both: int, first: int, second: int, neither: int) -> list[np.ndarray]:
    """Verdicts of two readers by the number of subjects that both, one or none of them calls positive."""
    counts = (both, first, second, neither)
    return [np.repeat(np.array(values, bool), counts) for values in ((1, 1, 0, 0), (1, 0, 1, 0))]


def test_paired_shares_have_the_published_intervals() -> None:
    """Newcombe 1998, table II, method 10: 36, 12, 2, 0 of 50."""
    first, second = verdicts(36, 12, 2, 0)
    found = paired_shares(second, first, "higher")
    assert found.difference == pytest.approx(0.2) and found.interval95 == pytest.approx((0.0569, 0.3404), abs=5e-5)
    assert found.verdict == "better" and paired_shares(first, second, "lower").verdict == "better"
    turned = paired_shares(first, second, "higher")
    assert turned.interval95 == pytest.approx((-0.3404, -0.0569), abs=5e-5) and turned.verdict == "worse"


def test_four_alarms_against_none_of_forty_show_no_difference() -> None:
    """Exact McNemar: p = 0.125. Student's t would exclude 0."""
    found = paired_shares(*verdicts(0, 4, 0, 36), "lower")
    assert found.difference == pytest.approx(-0.1) and found.verdict == "no difference shown"
    assert paired_change(*verdicts(0, 4, 0, 36), range(40), "lower").verdict == "better"
    assert paired_shares(*verdicts(2, 0, 0, 1), "lower").verdict == "too few to say"
