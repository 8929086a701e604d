"""Fitted shape models are loaded with their prior and fit the borders that there are."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.skull.infer.border_fit import BorderFit, HeadPrior
from GenerativeModelsLib.skull.predictors.fitted_shape import load_fitted
from Testing.helpers.known_borders import conditions, ellipsoid_borders
from Testing.helpers.tiny_models import RANK, tiny_basis

SIZE = RANK + 19


@lru_cache(maxsize=1)
def loaded() -> BorderFit:
    sd = np.concatenate([np.full(RANK, 0.02), [0.03], np.tile([0.05] * 3 + [0.1] * 3, 3)])
    tensors = {"mean": torch.zeros(SIZE), "covariance": torch.from_numpy(np.diag(sd**2)), "components": torch.tensor(4)}
    return load_fitted({"model": "pca-head"}, tensors, tiny_basis())


def test_it_is_the_fit_with_the_prior_of_the_training() -> None:
    y = conditions(ellipsoid_borders(0.88, 1.1, 0.9))
    prior = HeadPrior(np.zeros(SIZE), loaded().prior.covariance)
    made = BorderFit(tiny_basis(), prior).predict(y, 3, torch.Generator().manual_seed(0))
    found = loaded().predict(y, 3, torch.Generator().manual_seed(0))
    assert torch.equal(found.mean, made.mean) and torch.equal(found.draws, made.draws)
    assert prior.covariance.dtype == loaded().prior.mean.dtype == np.float64


@given(st.floats(0.2, 3), st.sampled_from(["100", "110", "101"]))
@settings(max_examples=4, deadline=None)
def test_absent_planes_are_not_read(value: float, planes: str) -> None:
    y = conditions(ellipsoid_borders(0.88, 1.1, 0.9), planes)
    other = Conditions(torch.where(y.present[..., None, None], y.borders, value), y.present)
    assert torch.equal(loaded().predict(y).mean, loaded().predict(other).mean)
