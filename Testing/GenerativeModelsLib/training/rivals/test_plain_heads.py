"""What ellipsoid and mean head learn: the mean height of the borders, the surface of the mean coefficients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.ellipse import perimeter
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from Testing.helpers.known_borders import ellipsoid_borders
from Testing.helpers.known_heads import some_heads
from Testing.helpers.tiny_models import tiny_basis

pytest.importorskip("lightning")

from GenerativeModelsLib.training.rivals.known_heads import KnownHeads
from GenerativeModelsLib.training.rivals.plain_heads import fit_ellipsoid, fit_mean_head


def heads_of(heights: list[float], read: list[bool]) -> KnownHeads:
    made = some_heads(len(heights))
    borders = torch.stack([ellipsoid_borders(0.85, 1.1, 0.5 * height) for height in heights])
    return replace(made, batch=replace(made.batch, borders=borders), read=np.array(read))


def test_the_height_is_the_mean_of_the_borders_read_in_head_sizes() -> None:
    heads = heads_of([1.6, 1.8, 3.0], [True, True, False])
    found = fit_ellipsoid(heads, tiny_basis(), lambda *_: None)
    assert list(found) == ["height"]
    assert float(found["height"]) == pytest.approx(1.7 / (perimeter(0.85, 1.1) / (2 * np.pi)), abs=1e-4)


def test_heads_without_their_planes_have_no_height() -> None:
    heads = heads_of([1.6, 1.8, 3.0], [True, True, True])
    present = heads.batch.present.clone()
    present[1, 0], present[2, 1:] = False, False
    found = fit_ellipsoid(replace(heads, batch=replace(heads.batch, present=present)), tiny_basis(), lambda *_: None)
    assert float(found["height"]) == pytest.approx(1.6 / (perimeter(0.85, 1.1) / (2 * np.pi)), abs=1e-4)


def test_the_mean_head_is_the_surface_of_the_mean_field() -> None:
    """A head of the population that the basis holds, with coefficients on both sides of it."""
    head = mean_head(2 * np.pi)
    middle = tiny_basis().project(torch.from_numpy(unit_field(head, 1.0))[None])
    heads = heads_of([1.7, 1.7], [True, True])
    coefficients = torch.cat([middle - 0.1, middle + 0.1])
    found = fit_mean_head(replace(heads, batch=replace(heads.batch, coefficients=coefficients)), tiny_basis(), print)
    field = tiny_basis()(middle)[0]
    shape = HeadShape(found["log_radius"].numpy())
    again = tiny_basis().project(torch.from_numpy(unit_field(shape, 1.0))[None])
    torch.testing.assert_close(again, middle, rtol=0, atol=0.01)
    assert abs(float(field[16, 16, 16])) > 0.3  # the middle of the cube lies deep inside
    assert float(found["height"]) == pytest.approx(1.7 / (perimeter(0.85, 1.1) / (2 * np.pi)), abs=1e-4)
