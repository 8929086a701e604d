"""Parzen density of codes: its closed form, and the bandwidth that held-out codes choose."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gaussian_kde, multivariate_normal

from GenerativeModelsLib.segmentation.codes.parzen import fit_parzen, parzen, widened


def test_the_density_is_the_mean_of_its_kernels() -> None:
    rng = np.random.default_rng(0)
    codes, at = rng.normal(size=(7, 3)) * (1, 2, 0.5), rng.normal(size=(4, 3))
    covariance = 0.3**2 * np.cov(codes.T)
    expected = np.mean([multivariate_normal(code, covariance).pdf(at) for code in codes], axis=0)
    np.testing.assert_allclose(parzen(codes, 0.3).log_density(at), np.log(expected), rtol=1e-4)
    wide = np.mean([multivariate_normal(code, 4 * covariance).pdf(at) for code in codes], axis=0)
    np.testing.assert_allclose(widened(parzen(codes, 0.3), 2.0).log_density(at), np.log(wide), rtol=1e-4)


def test_the_bandwidth_makes_the_held_out_codes_most_likely() -> None:
    rng = np.random.default_rng(1)
    codes, held_out, tried = rng.normal(0, 5, (200, 2)), rng.normal(0, 5, (500, 2)), (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
    likelihood = [gaussian_kde(codes.T, h).logpdf(held_out.T).mean() for h in tried]
    density, bandwidth = fit_parzen(codes, held_out, tried)
    assert bandwidth == tried[int(np.argmax(likelihood))] not in (0.05, 1.6)
    assert density.log_density(held_out).mean() == pytest.approx(max(likelihood), abs=1e-6)


def test_log_densities_do_not_underflow() -> None:
    codes = np.random.default_rng(2).normal(size=(50, 16))
    far = parzen(codes, 0.1).log_density(np.full((1, 16), 40.0))
    assert np.isfinite(far).all() and far[0] < -1000


def test_too_few_codes_are_refused() -> None:
    with pytest.raises(ValueError, match="there are 1 and 5"):
        fit_parzen(np.zeros((1, 2)), np.zeros((5, 2)))
