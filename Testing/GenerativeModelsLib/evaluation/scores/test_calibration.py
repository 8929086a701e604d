"""Calibration metrics against their closed forms: truth d ~ N(0, 1), prediction N(0, k^2)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from GenerativeModelsLib.evaluation.scores import calibration as c
from GenerativeModelsLib.evaluation.scores.calibration import Offsets

COUNT = 20001
NORMAL = ndtri((np.arange(COUNT) + 0.5) / COUNT)
ANCHORS = {  # k: coverage at .50 .68 .80 .90 .95, sigma scale, NLL, CRPS, ENCE, UCE
    0.5: ((0.264, 0.383, 0.478, 0.589, 0.673), 2.0, 2.2258, 0.6100, 1.0, 0.5),
    0.8: ((0.411, 0.576, 0.695, 0.812, 0.883), 1.25, 1.4770, 0.5704, 0.25, 0.2),
    1.0: ((0.500, 0.683, 0.800, 0.900, 0.950), 1.0, 1.4189, 0.5642, 0.0, 0.0),
    2.0: ((0.823, 0.954, 0.990, 0.999, 1.000), 0.5, 1.7371, 0.6557, 0.5, 1.0),
}


def standard(k: float) -> Offsets:
    return Offsets.of(NORMAL, np.full(COUNT, k))


def varied(rng, count=600, cases=6) -> Offsets:
    sigma = rng.uniform(0.5, 2.0, count)
    return Offsets.of(1.2 * sigma * rng.normal(size=count), sigma, rng.random(count), np.arange(count) % cases)


@pytest.mark.parametrize("k", ANCHORS)
def test_closed_form_anchors(k):
    shares, scale, nll, crps, ence, uce = ANCHORS[k]
    offsets = standard(k)
    # The table gives .683 for one standard deviation; the metric uses exactly .68.
    levels = (0.50, 0.6827, 0.80, 0.90, 0.95)
    for p, share in zip(levels, shares, strict=True):
        assert c.coverage(offsets, p) == pytest.approx(share, abs=1.5e-3)
    assert c.sigma_scale(offsets) == pytest.approx(scale, rel=1e-3)
    assert c.nll(offsets) == pytest.approx(nll, abs=1e-3 / k**2)
    assert c.nll(offsets) == pytest.approx(0.5 * np.log(2 * np.pi * k**2) + 1 / (2 * k**2), abs=1e-3 / k**2)
    assert c.crps(offsets) == pytest.approx(crps, abs=1e-3)
    assert c.crps(offsets) == pytest.approx(np.sqrt(2 / np.pi) * np.hypot(1, k) - k / np.sqrt(np.pi), abs=1e-3)
    assert c.ence(offsets) == pytest.approx(ence, abs=2e-3)
    assert c.uce(offsets) == pytest.approx(uce, abs=2e-3)


def test_coverage_error_of_the_anchor():
    assert c.coverage_error(standard(1.0)) == pytest.approx(0, abs=1e-3)
    exact = np.mean(np.abs(np.array([0.264, 0.3810, 0.589, 0.673]) - c.LEVELS))
    assert c.coverage_error(standard(0.5)) == pytest.approx(exact, abs=2e-3)


def test_point_forecast_scores_its_absolute_error():
    offsets = standard(0.0)
    assert c.crps(offsets) == pytest.approx(0.7979, abs=1e-3)
    assert c.nll(offsets) == np.inf
    assert c.sigma_scale(offsets) == np.inf
    assert c.nll(Offsets.of([0.0], [0.0])) == np.inf
    assert c.coverage(offsets, 0.9) == pytest.approx(0, abs=1e-3)


def test_crps_is_symmetric_and_grows_with_the_error():
    np.testing.assert_allclose(c.gaussian_crps(-1.3, 0.7), c.gaussian_crps(1.3, 0.7))
    assert (np.diff(c.gaussian_crps(np.linspace(0, 5, 30), 1.0)) > 0).all()


@settings(max_examples=20, deadline=None)
@given(scale=st.floats(0.01, 100))
def test_changing_the_unit(scale):
    offsets = varied(np.random.default_rng(1))
    scaled = Offsets.of(scale * offsets.d_mm, scale * offsets.sigma_mm, offsets.weights, offsets.case)
    for metric in (c.crps, c.uce, lambda o: c.ause(o).ause):
        assert metric(scaled) == pytest.approx(scale * metric(offsets), rel=1e-6)
    for metric in (c.coverage_error, c.ence, c.sigma_scale, lambda o: c.ause(o).ause_relative):
        assert metric(scaled) == pytest.approx(metric(offsets), rel=1e-6)


def test_two_half_areas_are_one_whole(rng):
    a = varied(rng)
    b = Offsets.of(*(np.tile(values, 2) for values in (a.d_mm, a.sigma_mm, a.weights / 2, a.case)))
    one, two = c.calibration(a), c.calibration(b)
    for name in one.__dataclass_fields__:
        if name != "points":
            assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-9), name


def test_area_weights_rule():
    offsets = Offsets.of([0.1, 9.0], [1.0, 1.0], [3.0, 1.0])
    assert c.coverage(offsets, 0.9) == 0.75


def test_cases_count_alike_whatever_their_area():
    offsets = Offsets.of([0.1, 9.0, 9.0, 9.0], np.ones(4), [1.0, 50, 50, 50], [0, 1, 1, 1])
    assert c.coverage(offsets, 0.9) == 0.5


def test_one_bin_is_the_global_value(rng):
    offsets = varied(rng)
    rmse, rmv = (np.sqrt(offsets.mean(v**2)) for v in (offsets.d_mm, offsets.sigma_mm))
    assert c.uce(offsets, bins=1) == pytest.approx(abs(rmse - rmv))
    assert c.ence(offsets, bins=1) == pytest.approx(abs(rmse - rmv) / rmv)


def test_lowest_sigma_is_not_dropped_by_the_bins():
    offsets = Offsets.of([5.0, 1.0, 2.0], [1.0, 1.0, 2.0])
    assert c.uce(offsets, bins=2) == pytest.approx((np.sqrt(13) - 1) * 2 / 3)


def test_miscalibration_that_cancels_globally_shows_in_bins():
    sigma = np.repeat([1.0, 2.0], 1000)
    z = np.tile(ndtri((np.arange(1000) + 0.5) / 1000), 2)
    swapped = Offsets.of(z * np.repeat([2.0, 1.0], 1000), sigma)
    assert c.uce(swapped, bins=1) == pytest.approx(0, abs=2e-3)
    assert c.uce(swapped, bins=2) == pytest.approx(1.0, abs=0.01)


def test_bins_hold_equal_weight_not_equal_counts():
    """The lowest sigma has 90 % of the weight: of two bins only it is in the lower one."""
    offsets = Offsets.of([2.0, 3.0, 3.0, 3.0], [1.0, 2.0, 3.0, 4.0], [27.0, 1.0, 1.0, 1.0])
    upper = np.sqrt((4 + 9 + 16) / 3)
    assert c.uce(offsets, bins=2) == pytest.approx(0.9 * 1.0 + 0.1 * abs(3 - upper))
    assert c.ence(offsets, bins=2) == pytest.approx((1.0 + abs(3 - upper) / upper) / 2)


def test_a_level_of_sigma_belongs_to_the_bin_of_its_middle():
    """Weights 2, 2, 2 over two bins: the middle level has its middle at 0.5 and belongs to the upper bin."""
    offsets = Offsets.of([1.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    upper = abs(np.sqrt((16 + 36) / 2) - np.sqrt((4 + 9) / 2))
    assert c.uce(offsets, bins=2) == pytest.approx(upper * 2 / 3)


def test_a_claim_of_no_error_is_right_for_a_point_without_error_and_infinitely_wrong_for_another():
    assert c.ence(Offsets.of([0.0, 1.0], [0.0, 1.0]), bins=2) == 0.0
    assert c.ence(Offsets.of([0.5, 1.0], [0.0, 1.0]), bins=2) == np.inf
    assert c.ence(Offsets.of([0.0, 0.0], [0.0, 2.0]), bins=2) == pytest.approx(0.5)
    assert c.coverage(Offsets.of([0.0, 0.5], [0.0, 0.0]), 0.9) == 0.5


def test_dropped_points_are_counted():
    found = c.calibration(Offsets.of([1.0, np.nan, 0.5], [1.0, 1.0, 1.0]))
    assert (found.points, found.dropped, found.cases) == (2, 1, 1)


def test_case_level_finds_the_bad_cases(rng):
    case = np.repeat(np.arange(30), 200)
    level = np.linspace(0.5, 3.0, 30)[case]
    good = c.case_level(Offsets.of(level * rng.normal(size=6000), level, cases=case))
    assert good.correlation > 0.95
    assert good.ause_relative < 0.05
    blind = c.case_level(Offsets.of(level * rng.normal(size=6000), 4 - level, cases=case))
    assert blind.correlation < -0.9
    assert blind.ause_mm > good.ause_mm


def test_case_level_has_no_correlation_for_two_cases_or_without_variation():
    cases = np.arange(3)
    assert np.isnan(c.case_level(Offsets.of([1.0, 2.0], [1.0, 2.0], cases=cases[:2])).correlation)
    assert np.isnan(c.case_level(Offsets.of([1.0, 2.0, 3.0], np.ones(3), cases=cases)).correlation)
    assert np.isnan(c.case_level(Offsets.of(np.ones(3), [1.0, 2.0, 3.0], cases=cases)).correlation)
    assert c.case_level(Offsets.of([0.1, 0.2, 0.4], [0.1, 0.2, 0.4], cases=cases)).correlation == pytest.approx(1.0)


def test_conformal_factor_is_the_promised_order_statistic():
    scores = np.arange(1.0, 20.0)  # 19 cases
    offsets = Offsets.of(np.r_[scores, np.zeros(19)], np.ones(38), cases=np.tile(np.arange(19), 2))
    assert c.conformal_factor(offsets, 0.05) == 19
    assert c.conformal_factor(offsets, 0.5) == 10
    assert c.conformal_factor(offsets, 0.04) == np.inf, "fewer than (n + 1) alpha cases promise nothing"


def test_conformal_factor_covers_new_cases(rng):
    hits = []
    for _ in range(200):
        scores = np.abs(rng.normal(size=40))
        factor = c.conformal_factor(Offsets.of(scores[:39], np.ones(39), cases=np.arange(39)), 0.1)
        hits.append(scores[39] <= factor)
    assert np.mean(hits) == pytest.approx(0.9, abs=0.06)


def test_conformal_factor_for_a_share_of_the_area():
    offsets = Offsets.of([1.0, 2.0, 50.0], np.ones(3), [5.0, 4.5, 0.5])
    assert c.conformal_factor(offsets, 0.5, quantile=0.95) == 2.0


def test_bootstrap_is_over_cases_not_points(rng):
    """The points of a case have the same error: a bootstrap over points would be far too narrow."""
    per_case = rng.normal(size=40)
    offsets = Offsets.of(np.repeat(per_case, 500), np.ones(20000), cases=np.repeat(np.arange(40), 500))
    band = c.bootstrap(lambda o: o.mean(o.d_mm), offsets, rng, resamples=300, level=0.9)
    assert band.low < band.value < band.high
    assert band.high - band.low == pytest.approx(2 * 1.645 * per_case.std() / np.sqrt(40), rel=0.25)


def test_bootstrap_repeats_with_its_seed():
    offsets = varied(np.random.default_rng(3))
    bands = [c.bootstrap(c.crps, offsets, np.random.default_rng(5), resamples=20) for _ in range(2)]
    assert bands[0] == bands[1]


def test_public_names_exist():
    assert all(hasattr(c, name) for name in c.__all__)
