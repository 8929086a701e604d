"""Tests of the fitted scale and floor."""

import numpy as np
import pytest
from scipy.special import ndtri

from GenerativeModelsLib.evaluation.scores import calibration as c
from GenerativeModelsLib.evaluation.scores.normal_offsets import Offsets
from GenerativeModelsLib.evaluation.scores.sigma import SigmaCalibration, fit_calibration


def drawn(rng, scale: float, floor: float, count: int = 40000):
    sigma = rng.uniform(0.2, 2.0, count)
    return rng.normal(size=count) * SigmaCalibration(scale, floor).apply(sigma), sigma


@pytest.mark.parametrize(("scale", "floor"), [(1.7, 0.3), (0.6, 0.5), (1.0, 0.0)])
def test_known_scale_and_floor_are_found(rng, scale, floor):
    found = fit_calibration(*drawn(rng, scale, floor))
    assert found.scale == pytest.approx(scale, rel=0.03)
    assert found.floor_mm == pytest.approx(floor, abs=0.1)


def test_calibrated_sigma_is_calibrated(rng):
    d, sigma = drawn(rng, 2.5, 0.4)
    fitted = fit_calibration(d, sigma)
    before, after = (c.calibration(Offsets.of(d, s)) for s in (sigma, fitted.apply(sigma)))
    assert after.coverage_error < 0.01 < before.coverage_error
    assert after.nll < before.nll
    assert after.sigma_scale == pytest.approx(1.0, abs=0.02)


def test_constant_sigma_gets_the_maximum_likelihood_scale_and_no_floor():
    d = ndtri((np.arange(999) + 0.5) / 999)
    found = fit_calibration(d, np.full(999, 0.5))
    assert found.scale == pytest.approx(2.0, rel=0.01)
    assert found.floor_mm == pytest.approx(0, abs=1e-3)


def test_sigma_without_any_information_becomes_a_floor(rng):
    d = 0.8 * rng.normal(size=20000)
    found = fit_calibration(d, rng.uniform(0.01, 3.0, 20000))
    assert found.floor_mm == pytest.approx(0.8, abs=0.03)
    assert found.scale < 0.1
    assert fit_calibration(d, np.zeros(20000)).floor_mm == pytest.approx(0.8, abs=0.02)


def test_units_scale_the_floor_only(rng):
    d, sigma = drawn(rng, 1.4, 0.5, 5000)
    one, ten = fit_calibration(d, sigma), fit_calibration(10 * d, 10 * sigma)
    assert ten.scale == pytest.approx(one.scale, rel=1e-3)
    assert ten.floor_mm == pytest.approx(10 * one.floor_mm, rel=1e-2)


def test_cases_weigh_alike_and_nan_is_left_out(rng):
    d, sigma = drawn(rng, 1.5, 0.2, 2000)
    more = np.r_[d, 3 * d, np.nan], np.r_[sigma, sigma, 1.0]
    case = np.r_[np.zeros(2000), np.ones(2001)]
    even = fit_calibration(*more, cases=case)
    weights = np.r_[np.full(2000, 0.01), np.full(2001, 7.0)]
    assert fit_calibration(*more, weights, case).scale == pytest.approx(even.scale, rel=1e-6)


def test_offsets_that_are_all_zero_are_refused():
    with pytest.raises(ValueError, match="Every offset is 0"):
        fit_calibration(np.zeros(4), np.ones(4))
