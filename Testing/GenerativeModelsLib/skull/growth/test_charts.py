"""Every chart against values that were published apart from its equations."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.growth import intergrowth
from GenerativeModelsLib.skull.growth.curves import Curve, OuterInner, percentile_of
from GenerativeModelsLib.skull.growth.registry import CHARTS

# Published z-score tables of INTERGROWTH-21st (intergrowth21.tghn.org), mm at z = -3, -2, ... 3
INTERGROWTH = {
    "hc": {14: (81.1, 86.7, 92.3, 97.9, 103.5, 109.0, 114.6), 17: (115.7, 122.3, 128.8, 135.4, 142.0, 148.6, 155.2)},
    "bpd": {},
    "ofd": {},
}
# Papageorghiou et al. 2014: mean and SD of HC, BPD, OFD
MOMENTS = {
    18: ((147.9, 6.9), (42.0, 2.1), (51.9, 2.5)),
    20: ((172.5, 7.4), (48.4, 2.3), (60.7, 2.8)),
    24: ((219.1, 8.3), (61.4, 2.7), (77.3, 3.2)),
    28: ((260.4, 8.9), (73.5, 2.9), (91.8, 3.7)),
    32: ((294.4, 9.6), (83.8, 3.2), (103.5, 4.1)),
    36: ((319.4, 10.8), (91.2, 3.5), (111.6, 4.9)),
    40: ((333.9, 12.9), (94.9, 3.9), (115.8, 6.2)),
}
# Kiserud et al. 2017, tables 7 and 9: medians of HC and BPD in whole mm, as printed (jeffreybaird/biometry)
WHO = {22: (198, 53), 24: (222, 60), 26: (244, 66), 28: (264, 72), 30: (281, 77), 32: (296, 81), 34: (309, 85)}
WHO |= {36: (321, 89), 38: (332, 92), 40: (342, 96)}
# NICHD calculator: chart, quantity, days, and mm at the 3rd, 5th, 10th, 50th, 90th, 95th and 97th percentile
NICHD = [
    ("nichd-white", "hc", 122, (129.27, 130.77, 133.11, 141.71, 150.87, 153.57, 155.35)),
    ("nichd-white", "bpd", 219, (73.04, 73.83, 75.08, 79.64, 84.48, 85.91, 86.84)),
    ("nichd-black", "hc", 172, (208.37, 210.3, 213.3, 224.23, 235.72, 239.08, 241.29)),
    ("nichd-black", "bpd", 271, (82.09, 83.02, 84.47, 89.79, 95.44, 97.11, 98.21)),
    ("nichd-hispanic", "hc", 219, (268.27, 270.85, 274.88, 289.57, 305.05, 309.59, 312.57)),
    ("nichd-hispanic", "bpd", 122, (33.32, 33.87, 34.72, 37.92, 41.42, 42.47, 43.16)),
    ("nichd-asian", "hc", 271, (306.78, 309.6, 313.99, 329.98, 346.78, 351.7, 354.93)),
    ("nichd-asian", "bpd", 172, (54.63, 55.32, 56.39, 60.37, 64.63, 65.89, 66.72)),
]
PERCENTILES = (3, 5, 10, 50, 90, 95, 97)
EVERY = [(chart, quantity) for chart in CHARTS for quantity in CHARTS[chart].curves]
each_curve = pytest.mark.parametrize(("chart", "quantity"), EVERY)


def published(curve: Curve) -> Curve:
    """The curve for the calipers of its chart."""
    return curve.curve if isinstance(curve, OuterInner) else curve


@pytest.mark.parametrize("week", MOMENTS)
def test_intergrowth_has_the_published_means_and_deviations(week: int) -> None:
    for name, (mean, sd) in zip(("hc", "bpd", "ofd"), MOMENTS[week], strict=True):
        assert float(intergrowth.CURVES[name].mean(week)) == pytest.approx(mean, abs=0.06)
        assert float(intergrowth.CURVES[name].sd(week)) == pytest.approx(sd, abs=0.06)


@pytest.mark.parametrize("week", INTERGROWTH["hc"])
def test_intergrowth_has_the_published_z_scores(week: int) -> None:
    values = intergrowth.HC.value_mm(np.arange(-3, 4), week)
    np.testing.assert_allclose(values, INTERGROWTH["hc"][week], atol=0.06)


@pytest.mark.parametrize("week", WHO)
def test_who_has_the_printed_medians(week: int) -> None:
    for quantity, printed in zip(("hc", "bpd"), WHO[week], strict=True):
        median = float(published(CHARTS["who"].curves[quantity]).value_mm(0, week))
        assert median == pytest.approx(printed, abs=0.5)


def test_who_percentiles_are_those_of_the_authors_quantiles() -> None:
    # 90th percentile of BPD at 30 weeks by whoFetalStandards (R), which reads the authors' coefficients itself
    assert float(published(CHARTS["who"].curves["bpd"]).percentile(81.0, 30)) == pytest.approx(90.0, abs=0.05)


def test_who_goes_on_beyond_its_outermost_quantiles() -> None:
    curve, week = published(CHARTS["who"].curves["hc"]), 28.0
    low, middle, high = (float(curve.value_mm(z, week)) for z in (-1.959964, 0, 1.959964))
    step = math.log(high / middle) / 1.959964
    assert float(curve.z_score(high * math.exp(3 * step), week)) == pytest.approx(4.96, abs=0.001)
    step = math.log(middle / low) / 1.959964
    assert float(curve.z_score(low * math.exp(-3 * step), week)) == pytest.approx(-4.96, abs=0.001)


def test_hadlock_has_the_printed_table_and_its_deviations() -> None:
    # Table III as in the "Obstetrical References" of SuperSonic MACH (PM.LAB.175-A): mm, SD 3 and 10 mm
    hc, bpd = (published(CHARTS["hadlock"].curves[name]) for name in ("hc", "bpd"))
    assert [float(v) for v in bpd.value_mm(0, np.array([20.0, 40.0]))] == pytest.approx([46.3, 94.2], abs=0.06)
    assert float(hc.value_mm(0, 20.0)) == pytest.approx(176.8, abs=0.06)
    assert (float(hc.sd(30.0)), float(bpd.sd(30.0))) == (10.0, 3.0)


@pytest.mark.parametrize("week", [16.0, 20.0, 25.0, 30.0, 35.0])
def test_hadlock_agrees_with_the_dating_equation_of_the_same_paper(week: float) -> None:
    # GA = 9.54 + 1.482 BPD + 0.1676 BPD^2 in cm, another regression of the same heads
    bpd = float(published(CHARTS["hadlock"].curves["bpd"]).value_mm(0, week)) / 10
    assert 9.54 + 1.482 * bpd + 0.1676 * bpd**2 == pytest.approx(week, abs=0.45)


@pytest.mark.parametrize(("chart", "quantity", "days", "values"), NICHD)
def test_nichd_has_the_daily_values_of_its_calculator(chart: str, quantity: str, days: int, values: tuple) -> None:
    z = [NormalDist().inv_cdf(p / 100) for p in PERCENTILES]
    found = published(CHARTS[chart].curves[quantity]).value_mm(z, days / 7)
    np.testing.assert_allclose(found, values, atol=0.02)


@each_curve
def test_no_extrapolation(chart: str, quantity: str) -> None:
    low, high = CHARTS[chart].weeks
    curve = CHARTS[chart].curves[quantity]
    assert curve.weeks == (low, high) and curve.chart == CHARTS[chart].title
    for weeks in (low - 0.1, high + 0.1, math.nan):
        with pytest.raises(InputError, match=f"{low:g} to {high:g}"):
            curve.percentile(100.0, weeks)


@each_curve
def test_heads_grow_and_larger_ones_have_larger_scores(chart: str, quantity: str) -> None:
    curve, weeks = CHARTS[chart].curves[quantity], np.linspace(*CHARTS[chart].weeks, 200)
    assert (np.diff(curve.value_mm(0, weeks)) > 0).all()  # far below, those of INTERGROWTH-21st bend down at 40 weeks
    values = np.stack([curve.value_mm(z, weeks) for z in np.linspace(-6, 6, 49)])
    assert (np.diff(values, axis=0) > 0).all()


@given(st.sampled_from(EVERY), st.floats(0, 1), st.floats(-6, 6))
def test_z_score_undoes_value_and_percentile_follows_it(of: tuple[str, str], share: float, z: float) -> None:
    chart, quantity = of
    low, high = CHARTS[chart].weeks
    curve, weeks = CHARTS[chart].curves[quantity], low + share * (high - low)
    value = curve.value_mm(z, weeks)
    assert float(curve.z_score(value, weeks)) == pytest.approx(z, abs=1e-6)
    assert float(curve.percentile(value, weeks)) == pytest.approx(float(percentile_of(z)), abs=1e-6)


@each_curve
def test_local_sd_is_the_slope_of_the_curve(chart: str, quantity: str) -> None:
    curve = CHARTS[chart].curves[quantity]
    ends = curve.value_mm(np.array([-0.5, 0.5]), 27.0)
    assert float(curve.local_sd_mm(curve.value_mm(0.0, 27.0), 27.0)) == pytest.approx(float(ends[1] - ends[0]))


@pytest.mark.parametrize("week", [18, 24, 30, 36])
def test_a_diameter_outer_to_outer_is_converted_for_charts_of_other_calipers(week: int) -> None:
    """The apparent echo of the far wall, 1.7 mm at 18 and 3 mm at 36 weeks (Wong et al. 2018), lies between them."""
    outer = float(intergrowth.BPD.mean(week))
    chart = CHARTS["who"]
    assert chart.bpd_calipers == "outer-inner" and CHARTS["intergrowth"].bpd_calipers == "outer-outer"
    inner = float(published(chart.curves["bpd"]).value_mm(chart.curves["bpd"].z_score(outer, week), week))
    assert outer - inner == pytest.approx(np.interp(week, [18, 24, 28, 36], [1.7, 2.2, 2.5, 3.0]), abs=0.15)


def test_arrays_go_through() -> None:
    for chart, quantity in EVERY:
        found = CHARTS[chart].curves[quantity].percentile(np.array([[60.0], [80.0]]), np.array([20.0, 21.0, 22.0]))
        assert found.shape == (2, 3)
