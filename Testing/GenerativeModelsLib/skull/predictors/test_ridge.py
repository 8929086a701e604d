"""A linear map of borders, and its Gaussian draws."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models.predictor import PLANES, Conditions
from GenerativeModelsLib.skull.predictors.ridge import (
    SUBSETS,
    LinearMap,
    RidgeHead,
    border_features,
    load_ridge,
    ridge_tensors,
)
from Testing.helpers.known_borders import conditions
from Testing.helpers.tiny_models import tiny_basis

X = 5


def a_model(seed: int = 0, spread: float = 1.0) -> RidgeHead:
    rng = np.random.default_rng(seed)
    maps = {}
    for planes in SUBSETS:
        parts = rng.standard_normal((192 * len(planes), X)), rng.standard_normal(X), rng.standard_normal((X, X))
        maps[planes] = LinearMap(*map(torch.from_numpy, (parts[0], parts[1], spread * parts[2])))
    return RidgeHead(maps)


def some_borders(seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((3, 3, 64))).float()


def a_case(planes: tuple[str, ...], seed: int = 0) -> Conditions:
    return conditions(some_borders(seed), "".join("01"[name in planes] for name in PLANES))


@pytest.mark.parametrize("planes", SUBSETS)
def test_the_mean_is_linear_in_the_borders_of_the_planes(planes: tuple[str, ...]) -> None:
    found = a_model().predict(a_case(planes))
    used = a_model().maps[planes]
    values = torch.cat([some_borders()[PLANES.index(name)].flatten() for name in planes]).double()
    torch.testing.assert_close(found.mean, (values @ used.weight + used.bias).float()[None])
    assert found.draws is None and found.poses is None


def test_draws_have_the_covariance_of_the_residuals() -> None:
    model = a_model()
    found = model.predict(a_case(PLANES), 20000, torch.Generator().manual_seed(0))
    factor = model.maps[PLANES].factor.numpy()
    np.testing.assert_allclose(np.cov(found.draws.T.numpy()), factor @ factor.T, atol=0.15)
    torch.testing.assert_close(found.draws.mean(0, keepdim=True), found.mean, rtol=0, atol=0.1)


def test_without_residuals_every_draw_is_the_mean() -> None:
    found = a_model(spread=0.0).predict(a_case(("axial",)), 4)
    assert torch.equal(found.draws, found.mean.expand(4, -1))


def test_draws_follow_their_generator() -> None:
    one, same, other = (a_model().predict(a_case(PLANES), 3, torch.Generator().manual_seed(s)).draws for s in (7, 7, 8))
    assert torch.equal(one, same) and not torch.equal(one, other)


@given(st.floats(-1e3, 1e3), st.sampled_from(SUBSETS[:3]))
@settings(max_examples=20, deadline=None)
def test_absent_planes_are_not_read(value: float, planes: tuple[str, ...]) -> None:
    y = a_case(planes)
    borders = torch.where(y.present[..., None, None], y.borders, value)
    assert torch.equal(a_model().predict(y).mean, a_model().predict(Conditions(borders, y.present)).mean)


def test_features_of_many_cases_are_those_of_each() -> None:
    borders = torch.stack([some_borders(1), some_borders(2)])
    found = border_features(borders, ("axial", "coronal"))
    assert torch.equal(found[1], torch.cat([borders[1, 0].flatten(), borders[1, 2].flatten()]))


def test_the_maps_come_back_from_their_tensors() -> None:
    loaded = load_ridge({}, ridge_tensors(a_model().maps), tiny_basis())
    for planes in SUBSETS:
        y = a_case(planes)
        one, other = (m.predict(y, 3, torch.Generator().manual_seed(0)) for m in (loaded, a_model()))
        assert torch.equal(one.mean, other.mean) and torch.equal(one.draws, other.draws)
