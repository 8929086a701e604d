"""Ages that measurements fit."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest

from GenerativeModelsLib.skull.growth.ages import NORMAL_90, fitting_age, weeks_and_days, z_with_error
from GenerativeModelsLib.skull.growth.intergrowth import BPD, HC
from GenerativeModelsLib.skull.growth.registry import CHARTS


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("weeks", [16.0, 24.3, 33.9])
def test_the_median_of_an_age_fits_that_age(chart: str, weeks: float) -> None:
    for curve in CHARTS[chart].curves.values():
        found = fitting_age(curve, float(curve.value_mm(0.0, weeks)), 1.0)
        assert found.weeks == pytest.approx(weeks, abs=1e-3)
        assert found.low < weeks < found.high and found.outside == ""


def test_the_interval_holds_nine_of_ten_heads_of_its_age() -> None:
    """Heads of 26 weeks, measured with an error: the age is within the interval of nine of ten."""
    rng, weeks, error = np.random.default_rng(3), 26.0, 4.0
    heads = HC.value_mm(rng.standard_normal(600), weeks) + error * rng.standard_normal(600)
    ages = [fitting_age(HC, float(head), error) for head in heads]
    inside = np.mean([age.low <= weeks <= age.high for age in ages])
    assert inside == pytest.approx(0.9, abs=0.035)


def test_the_interval_is_where_head_and_measurement_together_reach_its_ends() -> None:
    found = fitting_age(HC, 230.0, 5.0)
    for age, end in ((found.low, NORMAL_90), (found.high, -NORMAL_90)):
        spread = sqrt(float(HC.sd(age)) ** 2 + 5.0**2)
        assert (230.0 - float(HC.mean(age))) / spread == pytest.approx(end, abs=1e-3)


def test_a_surer_measurement_has_a_narrower_interval_that_the_spread_of_heads_bounds() -> None:
    widths = [(age := fitting_age(BPD, 65.0, sd)).high - age.low for sd in (4.0, 1.0, 0.0)]
    assert widths[0] > widths[1] > widths[2] > 2.5


def test_below_and_above_the_chart() -> None:
    small, large = fitting_age(HC, 60.0, 2.0), fitting_age(HC, 400.0, 2.0)
    assert (small.weeks, small.outside, small.low) == (None, "below", -inf)
    assert (large.weeks, large.outside, large.high) == (None, "above", inf)


def test_an_interval_may_go_on_beyond_the_chart() -> None:
    found = fitting_age(HC, float(HC.mean(39.0)), 3.0)
    assert found.weeks == pytest.approx(39.0, abs=1e-3) and found.high == inf and 34 < found.low < 38


def test_without_an_uncertainty_there_is_no_interval() -> None:
    found = fitting_age(HC, 230.0, None)
    assert found.weeks is not None and (found.low, found.high) == (None, None)


def test_an_error_as_large_as_the_spread_divides_the_z_score_by_root_two() -> None:
    sd = float(HC.sd(28.0))
    assert z_with_error(HC, float(HC.value_mm(3.0, 28.0)), sd, 28.0) == pytest.approx(3 / sqrt(2))


@pytest.mark.parametrize(
    ("weeks", "long", "short"),
    [
        (24.0, "24 weeks + 0 days", "24+0"),
        (24 + 1 / 7, "24 weeks + 1 day", "24+1"),
        (23.95, "24 weeks + 0 days", "24+0"),
    ],
)
def test_weeks_and_days(weeks: float, long: str, short: str) -> None:
    assert (weeks_and_days(weeks), weeks_and_days(weeks, short=True)) == (long, short)
