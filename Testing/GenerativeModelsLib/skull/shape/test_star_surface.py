"""The star-shaped head."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, ellipsoid, table_directions, unit_sphere

SIZES = st.floats(20.0, 60.0)


@settings(max_examples=25, deadline=None)
@given(SIZES, SIZES, SIZES, st.integers(0, 2**31))
def test_ellipsoid_is_exact_and_any_length_of_direction_will_do(a: float, b: float, c: float, seed: int) -> None:
    d = np.random.default_rng(seed).normal(size=(50, 3)) * 7
    unit = d / np.linalg.norm(d, axis=1, keepdims=True)
    expected = ((unit / [a, b, c]) ** 2).sum(1) ** -0.5
    np.testing.assert_allclose(ellipsoid(a, b, c).radius(d), expected, rtol=4e-3)


@settings(max_examples=25, deadline=None)
@given(SIZES, st.floats(-8, 8))
def test_implicit_is_the_distance_near_a_sphere(radius: float, offset: float) -> None:
    directions, _ = unit_sphere(2)
    np.testing.assert_allclose(
        ellipsoid(radius, radius, radius).implicit(directions * (radius + offset)), offset, atol=0.02
    )


def test_implicit_is_the_distance_to_first_order_near_a_head() -> None:
    shape = mean_head(280.0)
    _, triangles = unit_sphere(4)
    points = shape.points(4)
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    middle = (a + b + c) / 3
    middle *= (shape.radius(middle) / np.linalg.norm(middle, axis=1))[:, None]
    found = shape.implicit(middle + 1.0 * normal)
    assert np.percentile(np.abs(found - 1.0), 95) < 0.15


def test_contains_agrees_with_the_sign_of_implicit() -> None:
    shape = mean_head(280.0)
    points = np.random.default_rng(0).uniform(-60, 60, (2000, 3))
    np.testing.assert_array_equal(shape.contains(points), shape.implicit(points) < 0)


def test_radius_is_continuous_over_the_azimuth_seam_and_the_poles() -> None:
    shape = mean_head(280.0)
    seam = shape.radius(np.array([[1.0, 1e-9, 0.2], [1.0, -1e-9, 0.2]]))
    assert seam[0] == pytest.approx(seam[1], abs=1e-3)
    turn = np.linspace(0, 2 * np.pi, 20)
    for pole in (1.0, -1.0):
        ring = np.stack([1e-4 * np.cos(turn), 1e-4 * np.sin(turn), np.full(20, pole)], axis=1)
        assert np.ptp(shape.radius(ring)) < 0.02


@settings(max_examples=15, deadline=None)
@given(st.floats(0.7, 1.4), st.floats(0.7, 1.4), st.floats(0.7, 1.4))
def test_scaling_moves_the_surface_points(sx: float, sy: float, sz: float) -> None:
    shape = mean_head(280.0)
    moved = shape.points(3) * [sx, sy, sz]
    assert np.abs(shape.scaled(sx, sy, sz).implicit(moved)).max() < 0.25


def test_mirror_twice_is_the_same_head() -> None:
    shape = mean_head(280.0)
    lopsided = HeadShape(shape.log_radius + 0.05 * table_directions()[..., 0])
    mirrored = lopsided.mirrored()
    assert mirrored.radius(np.array([[1.0, 0, 0]])) == pytest.approx(
        lopsided.radius(np.array([[-1.0, 0, 0]])), rel=1e-3
    )
    np.testing.assert_allclose(mirrored.mirrored().log_radius, lopsided.log_radius, atol=2e-3)


def test_axial_outline_lies_on_the_surface() -> None:
    shape = mean_head(280.0)
    outline = shape.axial_outline(64)
    assert np.abs(shape.implicit(np.c_[outline, np.zeros(64)])).max() < 1e-6


def test_unit_sphere_is_closed_and_points_outwards() -> None:
    vertices, triangles = unit_sphere(3)
    assert len(vertices) == 642 and len(vertices) - 3 * len(triangles) // 2 + len(triangles) == 2
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    assert (np.einsum("ij,ij->i", np.cross(b - a, c - a), a + b + c) > 0).all()


def test_table_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="log_radius"):
        HeadShape(np.zeros((64, 128)))
