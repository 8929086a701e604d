"""Standard deviation of a surface along its normal: that of the field over the field's slope (delta method)."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.infer.draws import FieldStatistics

RADIUS_MM = 30.0


def ball_field(slope: float) -> tuple[FieldStatistics, Surface]:
    """The field slope * (|x| - radius); its zero level is the same sphere for every slope."""
    grid = Grid.around(np.array([[-RADIUS_MM] * 3, [RADIUS_MM] * 3]), 2.0, 8.0)
    field = slope * (np.linalg.norm(grid.points(), axis=-1) - RADIUS_MM)
    return FieldStatistics(grid, field, None, []), Surface.from_field(field, grid)


@pytest.mark.parametrize("slope", [0.5, 0.8, 1.0, 1.25, 1.4])
def test_the_deviation_of_the_field_is_divided_by_its_slope(slope: float) -> None:
    statistics, surface = ball_field(slope)
    sd_mm = np.full(statistics.grid.shape_zyx, 2.0)
    np.testing.assert_allclose(statistics.along_normals(sd_mm, surface), 2.0 / slope, rtol=0.02)


def test_it_is_the_spread_of_the_surfaces_of_shifted_fields() -> None:
    """Fields slope * (|x| - r) + e with e ~ N(0, s^2) have spheres of radius r - e / slope."""
    slope, spread = 0.8, 0.6
    shifts = spread * np.array([-1.0, 1.0])
    statistics, surface = ball_field(slope)
    radii = []
    for shift in shifts:
        moved = Surface.from_field(statistics.mean_mm + shift, statistics.grid)
        radii.append(np.linalg.norm(moved.points, axis=1).mean())
    found = statistics.along_normals(np.full(statistics.grid.shape_zyx, spread), surface)
    assert found.mean() == pytest.approx(np.std(radii), rel=0.02)


@pytest.mark.parametrize(("slope", "limit"), [(0.05, 0.3), (4.0, 1.5)])
def test_a_slope_that_no_distance_has_is_limited(slope: float, limit: float) -> None:
    statistics, surface = ball_field(slope)
    sd_mm = np.full(statistics.grid.shape_zyx, 1.0)
    np.testing.assert_allclose(statistics.along_normals(sd_mm, surface), 1 / limit, rtol=1e-6)
