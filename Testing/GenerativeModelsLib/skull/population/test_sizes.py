"""Ages and sizes of the population."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.skull.growth import intergrowth
from GenerativeModelsLib.skull.locate.checks import HC_RANGE_MM
from GenerativeModelsLib.skull.population.sizes import (
    EARLY_HEADS,
    WEEKS,
    _chart_index,
    draw_age,
    draw_size,
    hc_limits,
    hc_moments,
)
from GenerativeModelsLib.skull.population.variants import VARIANT_WEIGHTS


@pytest.mark.parametrize("week", [14.0, 20.0, 40.0])
def test_sizes_are_the_charts_where_they_hold(week: float) -> None:
    assert hc_moments(week) == pytest.approx((intergrowth.HC.mean(week), intergrowth.HC.sd(week)), rel=1e-9)


def test_sizes_outside_the_charts_join_them_and_grow_as_hadlock_says() -> None:
    for week in (14.0, 40.0):
        before, after = hc_moments(week - 1e-6), hc_moments(week + 1e-6)
        assert before == pytest.approx(after, rel=1e-5)
    # Hadlock 1984 gives 351.6 mm at 42 weeks, 346.1 at 40, 96.6 at 14 and 53.4 at 11
    assert hc_moments(42)[0] / hc_moments(40)[0] == pytest.approx(351.6 / 346.1, rel=1e-3)
    assert hc_moments(11)[0] / hc_moments(14)[0] == pytest.approx(53.4 / 96.6, rel=2e-3)
    assert hc_moments(11)[1] / hc_moments(11)[0] == pytest.approx(0.075)


def test_the_range_for_warnings_holds_the_population_and_little_more() -> None:
    low, high = hc_limits()
    assert HC_RANGE_MM[0] <= low < HC_RANGE_MM[0] + 5 and HC_RANGE_MM[1] - 5 < high <= HC_RANGE_MM[1]
    assert low < 44.3  # the smallest head of HC18
    rng = np.random.default_rng(0)
    drawn = [draw_size(rng, float(week), "typical")[0] for week in WEEKS for _ in range(500)]
    assert low <= min(drawn) < low + 3 and high - 10 < max(drawn) <= high


def test_few_heads_are_small() -> None:
    rng = np.random.default_rng(0)
    ages = np.array([draw_age(rng, *WEEKS) for _ in range(6000)])
    assert (ages < 16).mean() == pytest.approx(EARLY_HEADS, abs=0.015)
    assert 0.12 <= EARLY_HEADS <= 0.15
    assert ages.min() < 11.3 and ages.max() > 41.8
    assert np.histogram(ages, (16, 29, 42))[0] / 6000 == pytest.approx((1 - EARLY_HEADS) / 2, abs=0.02)


def test_ages_of_a_range_lie_in_it() -> None:
    rng = np.random.default_rng(0)
    assert draw_age(rng, 22.0, 22.0) == 22.0
    ages = np.array([draw_age(rng, 14.0, 18.0) for _ in range(2000)])
    assert 14 <= ages.min() < 14.1 and 17.9 < ages.max() <= 18


def test_small_heads_are_as_round_as_those_of_hc18() -> None:
    # HC < 100 mm: 82.6, SD 4.6; all variants as drawn
    rng = np.random.default_rng(0)
    variants = rng.choice(list(VARIANT_WEIGHTS), p=list(VARIANT_WEIGHTS.values()), size=4000)
    index = np.array([draw_size(rng, rng.uniform(11, 14), variant)[1] for variant in variants])
    assert index.mean() == pytest.approx(82.6, abs=0.6)
    assert index.std() == pytest.approx(4.6, abs=0.8)


@pytest.mark.parametrize(("week", "old"), [(14.0, 0.0), (16.0, 0.5), (18.0, 1.0)])
def test_the_charts_take_over_between_14_and_18_weeks(week: float, old: float) -> None:
    rng = np.random.default_rng(0)
    index = np.array([draw_size(rng, week, "typical")[1] for _ in range(4000)])
    assert index.mean() == pytest.approx((1 - old) * 83.5 + old * _chart_index(18.0)[0], abs=0.3)
