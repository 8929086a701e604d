"""Priors of the fitted shape models: principal components, and a smooth kernel added to them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
import torch

from GenerativeModelsLib.skull.infer.border_fit import HeadPrior
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT, unit_points
from Testing.helpers.known_heads import some_heads
from Testing.helpers.tiny_models import RANK, tiny_basis

pytest.importorskip("lightning")

from GenerativeModelsLib.training.rivals.gaussian_priors import (
    FLOOR,
    LENGTHS,
    chosen_kernel,
    component_prior,
    fit_gp,
    fit_pca,
    kernel_covariance,
    with_kernel,
)

SIZE = RANK + 19
SD = np.array([0.1, 0.05, 0.02, 0.01, *[1e-4] * (RANK - 4)])


@lru_cache(maxsize=1)
def rows() -> np.ndarray:
    """Heads whose coefficients have standard deviations `SD` in random directions, correlated with the log size."""
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.standard_normal((RANK, RANK)))[0]
    scores = rng.standard_normal((4000, RANK))
    others = rng.standard_normal((4000, 19))
    others[:, 0] += scores[:, 0]
    return np.concatenate([scores * SD @ turn.T + 0.3, others], axis=1)


def test_the_components_that_explain_the_share_are_kept() -> None:
    share = np.cumsum(SD**2) / (SD**2).sum()
    for explained, count in ((share[0] - 0.02, 1), (share[1] - 0.01, 2), (0.999, 4)):
        prior, found = component_prior(rows(), RANK, explained)
        values = np.linalg.eigvalsh(prior.covariance[:RANK, :RANK])[::-1]
        assert found == count
        np.testing.assert_allclose(np.sqrt(values[:count]), SD[:count], rtol=0.05)
        assert values[count:].max() < 2 * FLOOR * SD[0] ** 2
        assert values[-1] > 0.9 * FLOOR * np.var(rows()[:, :RANK], axis=0).min()
    assert component_prior(rows(), RANK, 1.0)[1] == RANK


def test_size_and_poses_stay_with_what_the_components_say_of_them() -> None:
    prior, _ = component_prior(rows(), RANK, 0.999)
    sample = np.cov(rows().T)
    np.testing.assert_allclose(prior.mean, rows().mean(0))
    np.testing.assert_allclose(prior.covariance[RANK:, RANK:], sample[RANK:, RANK:])
    np.testing.assert_allclose(prior.covariance[:RANK, RANK], sample[:RANK, RANK], atol=1e-4)
    assert np.isfinite(prior.whiten).all()


def test_the_kernel_is_the_sum_over_all_pairs_of_points() -> None:
    points = unit_points().reshape(-1, 3)
    some = np.abs(points).max(1) < 0.2 * HALF_EXTENT
    basis = tiny_basis()
    kept = basis.weight.clone()
    try:
        basis.weight.copy_(kept * torch.from_numpy(some))
        found = kernel_covariance(basis, 0.25)
        rows = (basis.modes * basis.weight).double().numpy()[:, some]
    finally:
        basis.weight.copy_(kept)
    apart = ((points[some, None] - points[None, some]) ** 2).sum(-1)
    np.testing.assert_allclose(found, rows @ np.exp(-0.5 * apart / 0.25**2) @ rows.T, rtol=1e-9, atol=1e-18)


def test_of_a_constant_field_the_kernel_is_that_of_one_number() -> None:
    """A long length: every draw is a constant, whose coefficients are the projection of 1."""
    one = tiny_basis().project(torch.ones(1, 32, 32, 32) + tiny_basis().mean.view(1, 32, 32, 32))[0].double().numpy()
    np.testing.assert_allclose(kernel_covariance(tiny_basis(), 1e4), np.outer(one, one), rtol=1e-3, atol=1e-7)


def test_at_amplitude_zero_the_process_is_the_components_alone() -> None:
    prior, _ = component_prior(rows(), RANK, 0.99)
    same = with_kernel(prior, kernel_covariance(tiny_basis(), 0.3), 0.0)
    assert np.array_equal(same.covariance, prior.covariance) and np.array_equal(same.mean, prior.mean)


def test_deviations_are_added_to_heads_and_not_to_sizes_and_poses() -> None:
    prior, _ = component_prior(rows(), RANK, 0.99)
    kernel = kernel_covariance(tiny_basis(), 0.3)
    added = with_kernel(prior, kernel, 0.05).covariance - prior.covariance
    np.testing.assert_allclose(added[:RANK, :RANK], 0.05**2 * kernel, atol=1e-12)
    assert not added[RANK:].any() and not added[:, RANK:].any()


@pytest.mark.parametrize(("length", "amplitude"), [(LENGTHS[1], 0.03), (LENGTHS[4], 0.01)])
def test_the_kernel_that_made_the_heads_is_chosen(length: float, amplitude: float) -> None:
    rng = np.random.default_rng(4)
    prior = HeadPrior(np.zeros(SIZE), 1e-8 * np.eye(SIZE))
    covariance = with_kernel(prior, kernel_covariance(tiny_basis(), length), amplitude).covariance[:RANK, :RANK]
    found = chosen_kernel(prior, rng.multivariate_normal(np.zeros(RANK), covariance, size=6000), tiny_basis())
    assert found == (length, pytest.approx(amplitude, rel=0.05))


def test_the_process_has_the_components_and_its_kernel() -> None:
    heads, done = some_heads(200), []
    pca = fit_pca(heads, tiny_basis(), lambda *step: done.append(step), explained=0.9)
    gp = fit_gp(heads, tiny_basis(), lambda *step: done.append(step), explained=0.9)
    kernel = kernel_covariance(tiny_basis(), float(gp["length"]))
    added = (gp["covariance"] - pca["covariance"]).numpy()[:RANK, :RANK]
    np.testing.assert_allclose(added, float(gp["amplitude"]) ** 2 * kernel, atol=1e-10)
    assert torch.equal(gp["mean"], pca["mean"]) and done == [(1, 1), (1, 1)]
    assert 0 < int(pca["components"]) == int(gp["components"]) < RANK and float(gp["amplitude"]) > 1e-4
