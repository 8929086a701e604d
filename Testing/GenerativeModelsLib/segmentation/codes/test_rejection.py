"""Rejection sampling against closed-form densities, and the bound of the widened kernels on any mixture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from GenerativeModelsLib.segmentation.codes.parzen import parzen, widened
from GenerativeModelsLib.segmentation.codes.rejection import RejectionSampler, parzen_sampler


def triangular(log_bound: float = float(np.log(2.0))) -> RejectionSampler:
    """P(z) = 2 z on [0, 1] from uniform proposals, of which P is at most twice."""
    return RejectionSampler(
        lambda z: np.log(2 * z[:, 0]), lambda z: np.zeros(len(z)), lambda n, rng: rng.random((n, 1)), log_bound
    )


def test_a_linear_density_on_an_interval() -> None:
    draws = triangular().draw(4000, np.random.default_rng(0))
    assert draws.codes.shape == (4000, 1) and draws.beyond == 0
    assert kstest(draws.codes[:, 0], lambda z: z**2).pvalue > 0.01
    assert draws.acceptance == pytest.approx(0.5, abs=0.02)


def test_a_bound_that_is_none_shows() -> None:
    draws = triangular(float(np.log(1.5))).draw(500, np.random.default_rng(0), most=2000)
    assert draws.beyond == pytest.approx(0.25 * draws.proposed, rel=0.2)  # 2 z > 1.5


def test_a_parzen_density_in_one_dimension() -> None:
    codes = np.array([[-3.0], [-1.0], [4.0]])
    density = parzen(codes, 0.4)
    sd = float(density.factors[0, 0, 0])
    draws = parzen_sampler(density, 1.5).draw(3000, np.random.default_rng(3))
    assert kstest(draws.codes[:, 0], lambda z: norm.cdf((z[:, None] - codes[:, 0]) / sd).mean(axis=1)).pvalue > 0.01


def test_a_parzen_density_in_two_dimensions_has_the_moments_of_the_mixture() -> None:
    rng = np.random.default_rng(4)
    codes = rng.normal(size=(12, 2)) @ np.array([[2.0, 1.0], [0.0, 0.7]])
    density = parzen(codes, 0.5)
    draws = parzen_sampler(density, 1.3).draw(20_000, rng)
    covariance = np.cov(codes.T, bias=True) + density.factors[0] @ density.factors[0].T
    np.testing.assert_allclose(draws.codes.mean(axis=0), codes.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(np.cov(draws.codes.T), covariance, rtol=0.05, atol=0.03)
    assert draws.acceptance == pytest.approx(1.3**-2, abs=0.01) and draws.beyond == 0


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    dimensions=st.integers(1, 16),
    kernels=st.integers(2, 40),
    bandwidth=st.floats(0.05, 3.0),
    widening=st.floats(1.01, 3.0),
    reach=st.floats(0.0, 20.0),
)
def test_the_bound_holds_everywhere(seed, dimensions, kernels, bandwidth, widening, reach) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.normal(size=(kernels, dimensions)) * rng.uniform(0.1, 5, dimensions)
    density = parzen(codes, bandwidth)
    at = np.concatenate([codes, codes[rng.integers(kernels, size=30)] + reach * rng.normal(size=(30, dimensions))])
    excess = density.log_density(at) - widened(density, widening).log_density(at)
    assert (excess <= parzen_sampler(density, widening).log_bound + 1e-6).all()


def test_a_single_kernel_touches_the_bound_at_its_centre() -> None:
    """No smaller bound would do."""
    codes = np.array([[0.0, 0.0], [1000.0, 1.0], [-1000.0, 2.0]])
    density = parzen(codes, 0.001)
    excess = density.log_density(codes) - widened(density, 1.2).log_density(codes)
    np.testing.assert_allclose(excess, parzen_sampler(density, 1.2).log_bound, atol=1e-6)


def test_proposals_can_be_limited_and_a_factor_of_one_is_refused() -> None:
    draws = triangular().draw(10_000, np.random.default_rng(0), most=700)
    assert draws.proposed == 700 and len(draws.codes) == draws.kept < 500
    with pytest.raises(ValueError, match="expected a number above 1"):
        parzen_sampler(parzen(np.eye(2), 1.0), 1.0)
