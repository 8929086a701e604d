"""Diagonal Gaussians against closed forms."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Normal, kl_divergence

from GenerativeModelsLib.models.gaussian import (
    LOG_SIGMA_BOUND,
    DiagonalGaussian,
    GaussianHead,
    hard_bound,
    matched_noise,
    soft_bound,
)

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


@settings(max_examples=40, deadline=None)
@given(st.floats(-20, 20), st.sampled_from([soft_bound, hard_bound]))
def test_a_bound_keeps_log_sigma_within_its_range_and_its_gradient_above_zero(raw: float, bound) -> None:
    value = torch.tensor(raw, dtype=torch.float64, requires_grad=True)
    found = bound(value)
    (gradient,) = torch.autograd.grad(found, value)
    assert found.abs() <= LOG_SIGMA_BOUND and 0 < gradient <= 1


@pytest.mark.parametrize("raw", [-7.3, -5.0, -4.9, 0.0, 1e-7, 4.9, 7.3])
def test_the_hard_bound_is_a_clamp_to_the_bit_and_the_soft_one_a_tanh(raw: float) -> None:
    value = torch.tensor(raw)
    assert torch.equal(hard_bound(value), value.clamp(-5.0, 5.0))
    assert torch.equal(soft_bound(value), 5.0 * torch.tanh(value / 5.0))


def test_a_unit_beyond_the_hard_bound_comes_back() -> None:
    raw = torch.tensor(8.0, requires_grad=True)
    optimiser = torch.optim.SGD([raw], 0.5)
    for _ in range(20):
        optimiser.zero_grad()
        (hard_bound(raw) - 1).square().backward()
        optimiser.step()
    assert raw.item() == pytest.approx(1.0, abs=1e-3)


def test_a_head_splits_what_its_network_returns_and_keeps_its_name() -> None:
    head = GaussianHead(nn.Linear(3, 4), soft_bound, name="head")
    assert set(head.state_dict()) == {"head.weight", "head.bias"}
    x = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    found, raw = head(x), head.head(x)
    assert torch.equal(found.mu, raw[:, :2]) and torch.equal(found.log_sigma, soft_bound(raw[:, 2:]))


def test_kl_of_two_different_gaussians_is_the_closed_form_and_not_its_reverse() -> None:
    """N(1, 0.5^2) against N(0, 2^2): ln 4 + (0.25 + 1) / 8 - 1 / 2."""
    q = DiagonalGaussian(torch.tensor(1.0), torch.tensor(0.5).log())
    p = DiagonalGaussian(torch.tensor(0.0), torch.tensor(2.0).log())
    assert q.kl(p).item() == pytest.approx(math.log(4) + 1.25 / 8 - 0.5)
    assert p.kl(q).item() == pytest.approx(-math.log(4) + 5 / 0.5 - 0.5)


def test_matched_noise_has_no_error_of_chance_in_mean_and_spread() -> None:
    noise = matched_noise(50, 3, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(noise.mean(0), torch.zeros(3, 4), atol=1e-6, rtol=0)
    torch.testing.assert_close(noise.std(0, correction=0), torch.ones(3, 4))
    one = matched_noise(1, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(one, torch.randn(1, 3, generator=torch.Generator().manual_seed(0)))
