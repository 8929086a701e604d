"""Ellipsoid and mean head: an ellipsoid comes back, heights follow the planes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models.predictor import Prediction
from GenerativeModelsLib.skull.population.heads import baseline_head, mean_head
from GenerativeModelsLib.skull.predictors.plain import EllipsoidHead, MeanHead, load_ellipsoid, load_mean_head
from GenerativeModelsLib.skull.shape.ellipse import perimeter
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, ellipsoid
from Testing.helpers.known_borders import conditions, ellipsoid_borders
from Testing.helpers.tiny_models import tiny_basis

HEIGHT = 1.7


def expected(shape: HeadShape, size: float) -> torch.Tensor:
    """(1, K + 1) of a head in units of s."""
    coefficients = tiny_basis().project(torch.from_numpy(unit_field(shape, size))[None])
    return torch.cat([coefficients, torch.tensor([[np.log(size)]])], dim=1).float()


def same(found: Prediction, wanted: torch.Tensor, atol: float = 1e-4) -> None:
    assert found.draws is None and found.poses is None
    torch.testing.assert_close(found.mean, wanted, rtol=0, atol=atol)


@given(st.floats(0.75, 0.95), st.floats(1.0, 1.2), st.floats(0.7, 1.0))
@settings(max_examples=15, deadline=None)
def test_an_ellipsoid_comes_back_from_its_borders(half_x: float, half_y: float, half_z: float) -> None:
    size = perimeter(half_x, half_y) / (2 * np.pi)
    borders = ellipsoid_borders(half_x, half_y, half_z)
    model = EllipsoidHead(tiny_basis(), HEIGHT)
    for planes in ("111", "110", "101"):
        same(model.predict(conditions(borders, planes), 5), expected(ellipsoid(half_x, half_y, half_z), size))
    same(model.predict(conditions(borders, "100")), expected(ellipsoid(half_x, half_y, 0.5 * HEIGHT * size), size))


def test_the_mean_head_keeps_its_shape_and_takes_the_axes() -> None:
    """As the baseline of the population, whose heights have a fixed ratio to the head's size."""
    index, scale = 0.8, 40.0
    mean, wanted = mean_head(2 * np.pi * scale), baseline_head(2 * scale * 0.88, 2 * scale * 1.1)
    model = MeanHead.of(tiny_basis(), HeadShape(mean.log_radius - np.log(scale)), HEIGHT)
    size = perimeter(0.88, 1.1) / (2 * np.pi)
    assert index == pytest.approx(0.88 / 1.1)
    found = model.predict(conditions(ellipsoid_borders(0.88, 1.1, 0.9), "100"))
    same(found, expected(HeadShape(wanted.log_radius - np.log(scale)), size), atol=2e-3)


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.15])
def test_the_mean_heads_height_follows_that_of_the_borders(factor: float) -> None:
    """An ellipsoid as mean head whose borders were read too low by a tenth on average."""
    size = perimeter(0.85, 1.1) / (2 * np.pi)
    model = MeanHead.of(tiny_basis(), ellipsoid(0.85, 1.1, 0.9), 0.9 * 1.8 / size)
    y = conditions(ellipsoid_borders(0.85, 1.1, 0.9 * 0.9 * factor), "110")
    same(model.predict(y), expected(ellipsoid(0.85, 1.1, 0.9 * factor), size), atol=2e-3)


@given(st.floats(-5, 5), st.sampled_from(["100", "110", "101"]))
@settings(max_examples=15, deadline=None)
def test_absent_planes_are_not_read(value: float, planes: str) -> None:
    borders = ellipsoid_borders(0.85, 1.1, 0.8)
    other = borders.clone()
    for k in range(3):
        if planes[k] == "0":
            other[k] = value
    for model in (EllipsoidHead(tiny_basis(), HEIGHT), MeanHead.of(tiny_basis(), ellipsoid(0.85, 1.1, 0.9), HEIGHT)):
        one, same_one = (model.predict(conditions(b, planes)).mean for b in (borders, other))
        assert torch.equal(one, same_one)


def test_they_are_loaded_from_their_tensors() -> None:
    shape = ellipsoid(0.85, 1.1, 0.9)
    tensors = {"height": torch.tensor(HEIGHT), "log_radius": torch.from_numpy(shape.log_radius)}
    y = conditions(ellipsoid_borders(0.85, 1.1, 0.8))
    for loaded, made in (
        (load_ellipsoid({}, tensors, tiny_basis()), EllipsoidHead(tiny_basis(), HEIGHT)),
        (load_mean_head({}, tensors, tiny_basis()), MeanHead.of(tiny_basis(), shape, HEIGHT)),
    ):
        torch.testing.assert_close(loaded.predict(y).mean, made.predict(y).mean)
