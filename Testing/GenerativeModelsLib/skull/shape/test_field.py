"""The grid of the unit head."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.field import CLAMP, GRID_SIZE, HALF_EXTENT, unit_axis, unit_field, unit_points
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid


def test_grid_points_are_x_y_z_in_the_order_z_y_x() -> None:
    points = unit_points()
    assert points.shape == (GRID_SIZE,) * 3 + (3,)
    np.testing.assert_allclose(points[0, 0, 0], -HALF_EXTENT)
    np.testing.assert_allclose(points[-1, 0, 0], [-HALF_EXTENT, -HALF_EXTENT, HALF_EXTENT])
    np.testing.assert_allclose(points[0, 0, :, 0], unit_axis())


def test_a_ball_is_its_radius_less_everywhere() -> None:
    field = unit_field(ellipsoid(40, 40, 40), 40)
    expected = np.clip(np.linalg.norm(unit_points(), axis=-1) - 1, -CLAMP, CLAMP)
    np.testing.assert_allclose(field, expected, atol=2e-3)
    assert field.dtype == np.float32


@pytest.mark.parametrize("k", [0.5, 2.0])
def test_a_head_magnified_is_the_same_unit_head(k: float) -> None:
    shape, size = mean_head(250), 250 / (2 * np.pi)
    np.testing.assert_allclose(unit_field(shape.scaled(k, k, k), k * size), unit_field(shape, size), atol=1e-3)


def test_every_head_fits_the_grid() -> None:
    field = unit_field(mean_head(250), 250 / (2 * np.pi))
    border = np.concatenate([field[i].ravel() for i in (0, -1)] + [field[:, i].ravel() for i in (0, -1)])
    assert border.min() > 0.2 and field.min() == pytest.approx(-CLAMP)
