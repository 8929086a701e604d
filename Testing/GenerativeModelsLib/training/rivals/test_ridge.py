"""Ridge regression on linear data finds the map and the covariance of what is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.models.predictor import PLANES
from GenerativeModelsLib.skull.predictors.ridge import SUBSETS, load_ridge
from Testing.helpers.known_borders import conditions
from Testing.helpers.known_heads import some_heads
from Testing.helpers.tiny_models import RANK, tiny_basis

pytest.importorskip("lightning")
pytest.importorskip("sklearn")

from GenerativeModelsLib.training.rivals.ridge import fit_map, fit_ridge

ROWS, FEATURES, X = 2000, 6, 3


def linear_data(noise: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features of different scale, x, and the weight and bias of the map between them."""
    rng = np.random.default_rng(1)
    features = rng.standard_normal((ROWS, FEATURES)) * 10.0 ** np.arange(-2, 4) + 5
    weight, bias = rng.standard_normal((FEATURES, X)) / 10.0 ** np.arange(-2, 4)[:, None], rng.standard_normal(X)
    return features, features @ weight + bias + rng.standard_normal((ROWS, X)) @ noise.T, weight, bias


def test_the_map_and_the_covariance_of_the_residuals_are_found() -> None:
    noise = np.array([[0.3, 0, 0], [0.2, 0.1, 0], [0, 0, 0.05]])
    features, x, weight, bias = linear_data(noise)
    found = fit_map(features, x, np.arange(ROWS), np.ones(ROWS, bool), 5)
    scale = features.std(0)[:, None]
    np.testing.assert_allclose(found.weight.numpy() * scale, weight * scale, atol=0.03)
    middle = features.mean(0)
    np.testing.assert_allclose(middle @ found.weight.numpy() + found.bias.numpy(), middle @ weight + bias, atol=0.03)
    np.testing.assert_allclose((found.factor @ found.factor.T).numpy(), noise @ noise.T, atol=0.01)


def test_without_noise_nothing_is_left() -> None:
    features, x, *_ = linear_data(np.zeros((X, X)))
    found = fit_map(features, x, np.arange(ROWS), np.ones(ROWS, bool), 5)
    assert found.factor.abs().max() < 1e-3


def test_the_residuals_are_those_of_rows_left_out() -> None:
    """Groups of equal features with one x each: within a group x could be remembered, from the others not."""
    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(30), 20)
    features = np.eye(30)[group]
    x = rng.standard_normal((30, 2))[group]
    found = fit_map(features, x, group, np.ones(len(x), bool), 5)
    assert ((found.factor @ found.factor.T).diagonal().numpy() > 0.8 * x.var(0)).all()


def test_only_rows_that_were_read_give_the_residuals() -> None:
    features, x, *_ = linear_data(np.zeros((X, X)))
    read = np.arange(ROWS) % 4 == 0
    x[~read] += np.random.default_rng(3).standard_normal((np.count_nonzero(~read), X))
    found = fit_map(features, x, np.arange(ROWS), read, 5)
    assert (found.factor @ found.factor.T).diagonal().max() < 0.1


def test_a_head_whose_plane_was_not_found_does_not_train_with_it() -> None:
    heads, steps = some_heads(), []
    broken = replace(heads.batch, borders=heads.batch.borders.clone(), present=heads.batch.present.clone())
    broken.borders[:5, 1], broken.present[:5, 1] = torch.nan, False
    tensors = fit_ridge(replace(heads, batch=broken), tiny_basis(), lambda *done: steps.append(done), folds=3)
    whole = fit_ridge(heads, tiny_basis(), lambda *_: None, folds=3)
    assert steps == [(i, len(SUBSETS)) for i in range(1, len(SUBSETS) + 1)]
    assert all(tensor.isfinite().all() for tensor in tensors.values())
    assert torch.equal(tensors["axial.weight"], whole["axial.weight"])
    assert not torch.equal(tensors["axial+sagittal.weight"], whole["axial+sagittal.weight"])
    model = load_ridge({}, tensors, tiny_basis())
    for planes in SUBSETS:
        y = conditions(heads.batch.borders[7], "".join("01"[name in planes] for name in PLANES))
        assert model.predict(y, 2).draws.shape == (2, RANK + 1)
