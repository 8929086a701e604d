"""Tests of the fit of normalising flows."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.uncertainty.flow import FlowDensity
from GenerativeModelsLib.uncertainty.flow_training import whitening


def test_whitened_samples_have_unit_covariance_and_keep_their_columns() -> None:
    mix = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.3], [0.0, 0.0, 1.0]])
    x = np.random.default_rng(1).standard_normal((3000, 3)) @ mix * [1e-3, 1.0, 1e4] + [1, 2, 3]
    mean, whiten = whitening(x)
    white = (x - mean) @ whiten.astype(float)
    np.testing.assert_allclose(np.cov(white.T), np.eye(3), atol=2e-3)
    correlation = np.corrcoef(white.T, x.T)[:3, 3:]
    assert np.all(correlation.diagonal() > 0.9)


def test_a_column_that_repeats_another_keeps_the_density_finite() -> None:
    x = np.random.default_rng(2).standard_normal((400, 3))
    x[:, 2] = x[:, 1]
    density = FlowDensity.fit(x, kind="maf", epochs=1)
    assert np.isfinite(density.log_density(x)).all()
    assert density.rank(np.array([0.0, 1.0, -1.0])) == 1


def test_the_fit_is_never_less_likely_than_the_gaussian_it_starts_from() -> None:
    """Few samples of many numbers, where a flow can only memorise."""
    from scipy.stats import multivariate_normal

    x = np.random.default_rng(3).standard_normal((400, 40))
    order = np.random.default_rng(0).permutation(400)
    held_out, training = x[order[:60]], x[order[60:]]
    gaussian = multivariate_normal(training.mean(0), np.cov(training.T)).logpdf(held_out).mean()
    found = FlowDensity.fit(x, kind="maf", seed=0, epochs=15)
    assert found.held_out.mean() >= gaussian - 0.01
    assert len(found.held_out) == 60


def test_the_fit_stops_when_held_out_samples_gain_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from GenerativeModelsLib.uncertainty import flow_training

    losses, asked = iter([5.0, 4.0, *[4.5] * 50]), []
    monkeypatch.setattr(flow_training, "_loss", lambda net, x: asked.append(0) or next(losses))
    FlowDensity.fit(np.random.default_rng(0).standard_normal((120, 3)), kind="maf", epochs=40, patience=6)
    assert len(asked) == 2 + 6
