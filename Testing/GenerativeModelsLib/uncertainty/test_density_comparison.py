"""Tests of the comparison of densities."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.uncertainty.density_comparison import (
    compare_densities,
    gaussian_log_density,
    kernel_log_density,
)


def two_moons(count: int, seed: int) -> np.ndarray:
    """(count, 2) of two interleaved half circles."""
    rng = np.random.default_rng(seed)
    angle, upper = rng.uniform(0, np.pi, count), rng.integers(0, 2, count)
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    moons = np.where(upper[:, None] == 1, x, [1, 0.5] - x)
    return moons + 0.1 * rng.standard_normal((count, 2))


def test_flows_beat_the_gaussian_on_two_moons() -> None:
    """Between the moons lies the mean of all: the Gaussian holds it for typical."""
    middle = np.random.default_rng(0).normal([0.5, 0.25], 0.05, (50, 2))
    found = {d.name: d for d in compare_densities(two_moons(1200, 0), two_moons(1000, 1), middle)}
    assert list(found) == ["gaussian", "kernel", "maf", "realnvp"]
    for kind in ("maf", "realnvp"):
        assert found[kind].nats_per_dimension > found["gaussian"].nats_per_dimension + 0.2
        assert found[kind].auc > found["gaussian"].auc + 0.3
        assert found[kind].seconds > 0
    assert found["gaussian"].auc < 0.2


def test_without_outliers_there_is_no_auc_and_a_gaussian_wins_on_its_own() -> None:
    x = np.random.default_rng(1).standard_normal((1500, 4))
    found = {d.name: d for d in compare_densities(x[:1000], x[1000:])}
    true = -0.5 * (x[1000:] ** 2).mean() - 0.5 * np.log(2 * np.pi)
    assert found["gaussian"].nats_per_dimension == pytest.approx(true, abs=0.02)
    assert found["maf"].nats_per_dimension == pytest.approx(true, abs=0.03)
    assert found["kernel"].nats_per_dimension < true
    assert all(density.auc is None for density in found.values())


def test_the_covariance_of_few_samples_is_shrunk() -> None:
    rng = np.random.default_rng(2)
    scale = np.geomspace(0.01, 100, 30)
    x, test = (rng.standard_normal((count, 30)) * scale for count in (40, 2000))
    shrunk = gaussian_log_density(x)(test).mean()
    from scipy.stats import multivariate_normal

    assert shrunk > multivariate_normal(x.mean(0), np.cov(x.T)).logpdf(test).mean() + 10


def test_the_kernel_density_is_scipys() -> None:
    from scipy.stats import gaussian_kde

    x = np.random.default_rng(3).standard_normal((200, 3)) @ np.diag([1, 10, 100.0])
    at = x[:20] + 0.5
    np.testing.assert_allclose(kernel_log_density(x)(at), gaussian_kde(x.T).logpdf(at.T), rtol=1e-9)


@pytest.mark.parametrize(
    ("test", "outliers", "words"),
    [
        (np.zeros((5, 3)), None, r"test samples have shape \(5, 3\)"),
        (np.zeros((0, 2)), None, r"test samples have shape \(0, 2\)"),
        (np.zeros((5, 2)), np.full((1, 2), np.inf), "outlier samples"),
    ],
)
def test_other_samples_that_do_not_fit_are_refused(test, outliers, words) -> None:
    with pytest.raises(InputError, match=words):
        compare_densities(two_moons(200, 0), test, outliers)
