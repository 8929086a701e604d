"""Diagonal Gaussians against closed forms."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Normal, kl_divergence

from GenerativeModelsLib.models.gaussian import DiagonalGaussian

MU, LOG_SIGMA = st.floats(-5, 5), st.floats(-3, 3)
PAIR = st.tuples(MU, LOG_SIGMA)


def gaussian(mu: float, log_sigma: float) -> DiagonalGaussian:
    return DiagonalGaussian(torch.tensor([mu], dtype=torch.float64), torch.tensor([log_sigma], dtype=torch.float64))


@settings(max_examples=40, deadline=None)
@given(PAIR, PAIR)
def test_merge_is_the_normalised_product_of_the_densities(a, b) -> None:
    p, q = gaussian(*a), gaussian(*b)
    merged = p.merge(q)
    precision = p.sigma**-2 + q.sigma**-2
    torch.testing.assert_close(merged.sigma, precision**-0.5)
    torch.testing.assert_close(merged.mu, (p.mu * p.sigma**-2 + q.mu * q.sigma**-2) / precision)
    x = torch.linspace(-2, 2, 5, dtype=torch.float64)
    product = sum(Normal(g.mu, g.sigma).log_prob(x) for g in (p, q)) - Normal(merged.mu, merged.sigma).log_prob(x)
    torch.testing.assert_close(product, product[:1].expand(5), rtol=1e-7, atol=1e-7)


@settings(max_examples=20, deadline=None)
@given(PAIR, PAIR)
def test_merge_does_not_mind_the_order(a, b) -> None:
    one, other = gaussian(*a).merge(gaussian(*b)), gaussian(*b).merge(gaussian(*a))
    torch.testing.assert_close(one.mu, other.mu)
    torch.testing.assert_close(one.log_sigma, other.log_sigma)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_partner_that_knows_nothing_changes_nothing_and_one_that_knows_all_decides(dtype: torch.dtype) -> None:
    p = DiagonalGaussian(torch.tensor([1.5], dtype=dtype), torch.tensor([-0.3], dtype=dtype))
    vague = p.merge(DiagonalGaussian(torch.tensor([-40.0], dtype=dtype), torch.tensor([60.0], dtype=dtype)))
    torch.testing.assert_close((vague.mu, vague.log_sigma), (p.mu, p.log_sigma))
    sure = p.merge(DiagonalGaussian(torch.tensor([-4.0], dtype=dtype), torch.tensor([-60.0], dtype=dtype)))
    torch.testing.assert_close((sure.mu, sure.log_sigma), (torch.full_like(p.mu, -4), torch.full_like(p.mu, -60)))


@settings(max_examples=40, deadline=None)
@given(PAIR, PAIR)
def test_kl_is_torchs(a, b) -> None:
    q, p = gaussian(*a), gaussian(*b)
    torch.testing.assert_close(
        q.kl(p), kl_divergence(Normal(q.mu, q.sigma), Normal(p.mu, p.sigma)), rtol=1e-6, atol=1e-9
    )
    torch.testing.assert_close(q.kl(q), torch.zeros_like(q.mu))


def test_a_sample_is_the_mean_plus_noise_in_standard_deviations() -> None:
    g = gaussian(2.0, 0.5)
    torch.testing.assert_close(g.sample(torch.zeros(1, dtype=torch.float64)), g.mu)
    torch.testing.assert_close(g.sample(torch.ones(1, dtype=torch.float64)), g.mu + g.sigma)
