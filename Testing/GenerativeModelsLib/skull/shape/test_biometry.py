"""Biometry of ellipsoids with known measurements."""

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surface_queries import SurfaceQueries
from GenerativeModelsLib.skull.shape.biometry import Biometry, measure, measure_field
from GenerativeModelsLib.skull.shape.ellipse import perimeter
from Testing.helpers.shapes import ball, ball_field, ellipsoid, rigid

HEADS = [(40.0, 50.0, 38.0), (45.0, 44.0, 42.0), (25.0, 32.0, 24.0), (52.0, 42.0, 45.0), (30.0, 43.0, 28.0)]


def exact(half_axes) -> Biometry:
    short, long = sorted(half_axes[:2])
    volume = 4 / 3 * np.pi * np.prod(half_axes) / 1000
    return Biometry(2 * short, 2 * long, perimeter(long, short), 100 * short / long, float(volume))


def network_field(surface, half_axes):
    """Exact signed distance on a 32^3 grid 1.65 head sizes wide, clamped at .3 head sizes (the network: .6)."""
    size = perimeter(*half_axes[:2]) / (2 * np.pi)
    grid = Grid.centred(1.65 * size, 32)
    reach = 0.3 * size
    field = np.where(np.linalg.norm(grid.points(), axis=-1) < size, -reach, reach)
    near = np.abs(np.linalg.norm(grid.points() / half_axes, axis=-1) - 1) < 1.5 * reach / min(half_axes)
    field[near] = np.clip(SurfaceQueries(surface).signed_distances(grid.points()[near]), -reach, reach)
    return field.astype(np.float32), grid


def assert_close(found: Biometry, expected: Biometry, share: float):
    for name in Biometry.__dataclass_fields__:
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=share), name


@pytest.mark.parametrize("half_axes", HEADS)
def test_mesh_of_an_ellipsoid(half_axes):
    assert_close(measure(ellipsoid(half_axes, subdivisions=5)), exact(half_axes), 0.001)


@pytest.mark.parametrize("half_axes", HEADS)
def test_field_of_an_ellipsoid_on_the_networks_grid(half_axes):
    """The accuracy stated for the fast path: within 0.3 % of the closed form at 32^3."""
    field, grid = network_field(ellipsoid(half_axes, subdivisions=5), half_axes)
    assert_close(measure_field(field, grid), exact(half_axes), 0.003)


def test_field_shifted_and_turned_in_the_plane():
    half_axes = (38.0, 48.0, 36.0)
    moved = ellipsoid(half_axes, subdivisions=5).transformed(rigid((0, 0, 27), (1.7, -2.3, 0)))
    field, grid = network_field(moved, half_axes)
    assert_close(measure_field(field, grid), exact(half_axes), 0.003)
    assert_close(measure(moved), exact(half_axes), 0.001)


def test_a_head_wider_than_long_has_its_bpd_along_the_short_axis():
    """Brachycephaly: BPD is the minor axis of the ellipse and the cephalic index never exceeds 100."""
    found = measure(ellipsoid((50, 45, 40)))
    assert found.bpd_mm == pytest.approx(90, rel=0.003)
    assert found.ofd_mm == pytest.approx(100, rel=0.003)
    assert found.cephalic_index_percent == pytest.approx(90, rel=0.003)


def test_mesh_and_field_agree_on_their_way_to_a_smaller_head():
    """A radius smaller by 0.5 mm reduces the diameters by 1 mm, on both paths."""
    half_axes = (40.0, 50.0, 38.0)
    field, grid = network_field(ellipsoid(half_axes, subdivisions=5), half_axes)
    before, after = measure_field(field, grid), measure_field(field + 0.5, grid)
    assert before.bpd_mm - after.bpd_mm == pytest.approx(1.0, abs=0.02)
    assert before.ofd_mm - after.ofd_mm == pytest.approx(1.0, abs=0.02)
    assert before.hc_mm - after.hc_mm == pytest.approx(np.pi, abs=0.05)


@pytest.mark.parametrize("half_extent", [29.0, 33.0, 41.0])
def test_volume_of_a_ball_does_not_feel_the_grid(half_extent):
    grid = Grid.centred(half_extent, 24)
    found = measure_field(ball_field(grid, 22.0, (0.4, -0.7, 0.9)), grid)
    assert found.head_volume_ml == pytest.approx(4 / 3 * np.pi * 22**3 / 1000, rel=0.002)


def test_mesh_density_does_not_bend_the_ellipse():
    """A finely meshed forehead: points are resampled along the outline before the fit."""
    surface = ellipsoid((40, 50, 38), subdivisions=5)
    p = surface.points / (40, 50, 38)
    p = p - np.array([0, 0.7, 0]) * (1 - p[:, 1:2] ** 2)
    p = p / np.linalg.norm(p, axis=1, keepdims=True) * (40, 50, 38)
    assert_close(measure(type(surface)(p, surface.triangles)), exact((40, 50, 38)), 0.003)


def test_units_scale():
    small, large = measure(ellipsoid((40, 50, 38))), measure(ellipsoid((80, 100, 76)))
    assert large.hc_mm == pytest.approx(2 * small.hc_mm)
    assert large.head_volume_ml == pytest.approx(8 * small.head_volume_ml)
    assert large.cephalic_index_percent == pytest.approx(small.cephalic_index_percent)


def test_no_outline_is_refused():
    with pytest.raises(InputError, match="does not meet the axial plane"):
        measure(ball(5.0, (0, 0, 20)))
    grid = Grid.centred(10.0, 16)
    with pytest.raises(InputError, match="no closed outline"):
        measure_field(np.ones(grid.shape_zyx), grid)
    with pytest.raises(InputError, match="no closed outline"):
        measure_field(ball_field(grid, 15.0), grid)
    above = Grid((-10, -10, 5), (1, 1, 1), (16, 16, 16))
    with pytest.raises(InputError, match="does not hold the plane z = 0"):
        measure_field(ball_field(above, 8.0), above)
