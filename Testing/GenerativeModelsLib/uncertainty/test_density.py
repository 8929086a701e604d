"""Tests of the latent density."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.uncertainty.density import LatentDensity


@pytest.fixture(scope="module")
def density() -> LatentDensity:
    rng = np.random.default_rng(0)
    z = np.concatenate([rng.normal([-2, 0], [0.5, 1.0], (800, 2)), rng.normal([2, 1], [0.7, 0.4], (500, 2))])
    return LatentDensity.fit(z, np.repeat([0, 1], [800, 500]))


def test_it_integrates_to_one(density: LatentDensity) -> None:
    x = np.linspace(-8, 8, 161)
    grid = np.stack(np.meshgrid(x, x), axis=-1)
    for total in (density.log_density(grid), density.log_class(0, grid), density.log_class(1, grid)):
        assert np.exp(total).sum() * (x[1] - x[0]) ** 2 == pytest.approx(1.0, abs=0.01)


def test_it_comes_near_a_known_density(density: LatentDensity) -> None:
    def normal(z, mean, sd):
        return np.exp(-0.5 * (((z - mean) / sd) ** 2).sum(-1)) / (2 * np.pi * np.prod(sd))

    z = np.array([[-2.0, 0.0], [2.0, 1.0], [-1.5, 0.5]])
    true = 0.5 * normal(z, [-2, 0], [0.5, 1.0]) + 0.5 * normal(z, [2, 1], [0.7, 0.4])
    np.testing.assert_allclose(np.exp(density.log_density(z)), true, rtol=0.25)


@pytest.mark.parametrize("k", [0, 1])
def test_a_class_is_the_mean_of_normal_kernels(density: LatentDensity, k: int) -> None:
    from scipy.stats import multivariate_normal

    z = np.random.default_rng(1).normal(0, 2, (3, 7, 2))
    kernel = multivariate_normal(cov=density.factors[k] @ density.factors[k].T)
    exact = np.log(kernel.pdf(z[..., None, :] - density.points[k]).mean(axis=-1))
    found = density.log_class(k, z)
    assert found.shape == (3, 7)
    np.testing.assert_allclose(found, exact, rtol=1e-10)


def test_far_from_every_kernel_the_log_density_falls_with_the_squared_distance() -> None:
    """One kernel: log N(z) is exact where the density itself is 0 in double precision."""
    alone = LatentDensity(np.zeros((1, 1, 2)), np.diag([2.0, 0.5])[None])
    z = np.array([[1e4, 0.0], [0.0, 1e4]])
    exact = -0.5 * (z / [2.0, 0.5]) ** 2 @ np.ones(2) - np.log(2 * np.pi)
    np.testing.assert_allclose(alone.log_density(z), exact, rtol=1e-12)


def test_kernels_have_the_shape_of_the_whole_class_by_scotts_rule() -> None:
    z = np.random.default_rng(5).normal(size=(2000, 2)) @ np.array([[1.0, 0.4], [0.0, 0.3]])
    found = LatentDensity.fit(z, np.zeros(2000, int))
    assert found.points.shape == (1, 600, 2)
    expected = (np.cov(z, rowvar=False) + 1e-6 * np.eye(2)) * 600 ** (-2 / 6)
    np.testing.assert_allclose(found.factors[0] @ found.factors[0].T, expected, rtol=1e-12)


def test_classes_have_equal_weight_and_their_own_means(density: LatentDensity) -> None:
    assert density.points.shape[0] == 2 and density.points.shape[1] == 500
    np.testing.assert_allclose(density.mean(0), [-2, 0], atol=0.15)
    np.testing.assert_allclose(density.mean(1), [2, 1], atol=0.15)


def test_draws_come_from_their_class_and_repeat(density: LatentDensity) -> None:
    drawn = density.sample(1, 2000, np.random.default_rng(3))
    np.testing.assert_allclose(drawn.mean(0), [2, 1], atol=0.1)
    np.testing.assert_allclose(drawn.std(0), [0.7, 0.4], rtol=0.15)
    np.testing.assert_array_equal(drawn, density.sample(1, 2000, np.random.default_rng(3)))


def test_the_limit_leaves_one_per_cent_outside(density: LatentDensity) -> None:
    held_out = np.concatenate([density.sample(k, 1000, np.random.default_rng(k)) for k in (0, 1)])
    limited = density.with_limit(held_out)
    assert np.mean(limited.log_density(held_out) < limited.limit) == pytest.approx(0.01, abs=0.002)
    assert limited.log_density(np.array([[9.0, 9.0]]))[0] < limited.limit


def test_it_comes_back_from_a_bundle_and_refuses_other_shapes(density: LatentDensity) -> None:
    again = LatentDensity.from_bundle(density.tensors(), -3.0)
    z = np.array([[0.3, 0.4]])
    np.testing.assert_allclose(again.log_density(z), density.log_density(z))
    assert again.limit == -3.0
    with pytest.raises(ValueError, match="density of shapes"):
        LatentDensity.from_bundle({"points": density.points, "factors": density.factors[:1]}, 0.0)
