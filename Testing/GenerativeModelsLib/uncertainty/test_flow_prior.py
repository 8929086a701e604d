"""Draws from normalising flows, and flows as a part of a bundle."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.uncertainty.flow import FlowDensity
from GenerativeModelsLib.uncertainty.flow_prior import (
    HIGHEST_RANK,
    FlowPrior,
    read_flows,
    require_prior,
    stored_flows,
)


@pytest.fixture(scope="module")
def prior() -> FlowPrior:
    """A Gaussian flow of a normal distribution about (5, -3, 0) that was cut off at two standard deviations."""
    x = np.random.default_rng(0).standard_normal((4000, 3))
    return FlowPrior.fit(x[(np.abs(x) < 2).all(axis=1)] + [5, -3, 0], kind="realnvp", epochs=0)


def test_draws_lie_among_the_samples_and_are_reproducible(prior: FlowPrior) -> None:
    found = prior.draw(500, np.random.default_rng(1))
    assert found.vectors.shape == (500, 3) and found.made == found.wanted > found.accepted >= 500
    assert (found.vectors >= prior.low).all() and (found.vectors <= prior.high).all()
    assert prior.density.rank(found.vectors).max() <= HIGHEST_RANK
    np.testing.assert_allclose(found.vectors.mean(axis=0), [5, -3, 0], atol=0.15)
    np.testing.assert_array_equal(found.vectors, prior.draw(500, np.random.default_rng(1)).vectors)
    assert not np.array_equal(found.vectors, prior.draw(500, np.random.default_rng(2)).vectors)


def test_a_draw_must_be_in_the_range_and_probable(prior: FlowPrior) -> None:
    inside = np.array([[5.0, -3.0, 0.0], [5.0, -3.0, 2.5]])
    np.testing.assert_array_equal(prior.among_samples(inside), [True, False])
    wide = replace(prior, low=prior.low - 9, high=prior.high + 9)
    corner = np.array([[7.5, -5.5, 2.5]])
    assert prior.density.rank(corner)[0] > HIGHEST_RANK and not wide.among_samples(corner)[0]
    unranked = replace(wide, density=replace(prior.density, held_out=np.zeros(0, np.float32)))
    assert unranked.among_samples(corner)[0]


def test_a_condition_is_met_and_the_draws_are_counted_and_bounded(prior: FlowPrior) -> None:
    found = prior.draw(40, np.random.default_rng(1), lambda x: x[:, 0] > 6)
    assert len(found.vectors) == 40 and (found.vectors[:, 0] > 6).all()
    assert found.wanted / found.made == pytest.approx(0.13, abs=0.05) and found.wanted >= found.accepted >= 40
    never = prior.draw(5, np.random.default_rng(1), lambda x: x[:, 0] > 100, most=700)
    assert never.vectors.shape == (0, 3) and (never.made, never.wanted, never.accepted) == (700, 0, 0)
    assert prior.draw(0, np.random.default_rng(1)).made == 0


def test_what_is_stored_is_read_back(prior: FlowPrior) -> None:
    other = FlowPrior.fit(np.random.default_rng(5).gamma(2.0, size=(200, 2)), kind="maf", epochs=1)
    settings, tensors = stored_flows({"b c": prior, "a": other})
    found = read_flows(settings, tensors, FlowPrior.from_bundle)
    assert list(found) == ["b c", "a"]
    for name, one in (("b c", prior), ("a", other)):
        read = found[name].draw(20, np.random.default_rng(3)).vectors
        np.testing.assert_array_equal(read, one.draw(20, np.random.default_rng(3)).vectors)
        np.testing.assert_array_equal(found[name].low, one.low)
    assert isinstance(read_flows(settings, tensors, FlowDensity.from_bundle)["a"], FlowDensity)
    with pytest.raises(KeyError):
        read_flows(settings, {k: v for k, v in tensors.items() if k != "1.range"}, FlowPrior.from_bundle)
    with pytest.raises(ValueError, match="range of shape"):
        read_flows(settings, tensors | {"1.range": np.zeros((2, 3))}, FlowPrior.from_bundle)


def test_a_model_without_a_prior_is_named_with_the_remedy(prior: FlowPrior) -> None:
    manifest = SimpleNamespace(name="heart-x", version="3.1")
    assert require_prior(prior, manifest) is prior
    with pytest.raises(InputError, match=r"^The model 'heart-x 3\.1' holds no flow .*: wait, give a bundle .*\.$"):
        require_prior(None, manifest, "wait, ")
