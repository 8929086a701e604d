"""Wall phantoms: distances against brute force, lengths against other methods."""

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.wall.phantoms import (
    _TwoCentres,
    cylinders,
    half_ellipsoids,
    offset_spheres,
    spheres,
)
from Testing.helpers.shapes import rigid

EVERY = [spheres(22, 30), cylinders(22, 30, 40), half_ellipsoids(20, 45, 10), offset_spheres(20, 30, 5)]


@pytest.mark.parametrize("phantom", EVERY, ids=lambda p: p.name)
def test_points_lie_on_their_surfaces_and_move_along(phantom):
    moved = phantom.moved(rigid((10, 20, 30), (4, 5, 6))).moved(rigid((0, 0, 90), (-1, 0, 0)))
    for found in (phantom, moved):
        np.testing.assert_allclose(found.endo(found.endo_points), 0, atol=1e-9)
        np.testing.assert_allclose(found.epi(found.epi_points), 0, atol=1e-9)
        if found.base is not None:
            assert (found.base(found.endo_points) < 0).all()
    corners = moved.grid(2.0).indices(moved.epi_points)
    assert corners.min() > 2


@pytest.mark.parametrize("point", [(10.0, 0, 0), (3.0, 4.0, -30.0), (0.0, 0.0, -50.0), (25.0, 10.0, -5.0), (1.0, 0, 0)])
def test_distance_to_the_ellipsoid_by_brute_force(point):
    phantom = half_ellipsoids(20, 45, 10)
    angle = np.linspace(0, np.pi, 200001)
    rho = np.hypot(point[0], point[1])
    gap = np.hypot(20 * np.sin(angle) - rho, 45 * np.cos(angle) - point[2]).min()
    inside = (rho / 20) ** 2 + (point[2] / 45) ** 2 < 1
    assert phantom.endo(np.array(point)) == pytest.approx(-gap if inside else gap, abs=1e-5)


def test_confocal_wall_at_its_ends():
    """At the base the hyperbola is the short axis itself, at the apex the long one."""
    phantom = half_ellipsoids(20, 45, 10)
    outer_long = np.sqrt(30**2 + 45**2 - 20**2)
    order = np.argsort(phantom.endo_points[:, 2])
    assert phantom.endo_thickness[order[0]] == pytest.approx(outer_long - 45, abs=0.02)
    assert phantom.endo_thickness[order[-1]] == pytest.approx(10, abs=0.02)


def test_offset_spheres_on_the_axis():
    potential = _TwoCentres(20.0, 30.0, 5.0)
    assert potential.error < 1e-9
    near, far = potential.lengths(np.array([24.999999, -14.999999]), np.array([1e-3, 1e-3]), 1.0)
    assert near == pytest.approx(5.0, abs=1e-3)
    assert far == pytest.approx(15.0, abs=1e-3)


def test_without_an_offset_every_streamline_is_straight():
    np.testing.assert_allclose(offset_spheres(20, 30, 1e-9).endo_thickness, 10, rtol=1e-8)


def test_streamlines_back_from_the_outer_sphere_are_as_long():
    """A streamline has the same length integrated from either end."""
    potential = _TwoCentres(20.0, 30.0, 5.0)
    start = np.array([5.0]), np.array([20.0])
    there = potential.lengths(*start, 1.0)
    phantom = offset_spheres(20, 30, 5)
    s = np.hypot(phantom.epi_points[:, 1], phantom.epi_points[:, 2])
    order = np.argsort(phantom.epi_thickness)
    span = phantom.epi_thickness[order][[0, -1]]
    assert span[0] < there[0] < span[1] and s.min() >= 0
