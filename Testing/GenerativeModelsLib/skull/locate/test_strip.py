"""Polar strips about an ellipse, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.locate.strip import ANGLES, INNER, OUTER, RADII, Strip, bin_centres
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

WIDTH = (OUTER - INNER) / RADII
SEMI, RATIO, ANGLE, CENTRE = st.floats(20, 60), st.floats(0.6, 1.0), st.floats(0, 3.1), st.floats(-100, 100)
ELLIPSES = st.builds(
    lambda a, ratio, angle, x, y: Ellipse((x, y), a, ratio * a, angle), SEMI, RATIO, ANGLE, CENTRE, CENTRE
)
PHI = np.arange(ANGLES) * (2 * np.pi / ANGLES)


def implicit(ellipse: Ellipse, points: np.ndarray) -> np.ndarray:
    """1 on the ellipse: the root of its quadratic form."""
    c, s = np.cos(ellipse.angle_rad), np.sin(ellipse.angle_rad)
    x, y = (points - np.asarray(ellipse.centre)).reshape(-1, 2).T
    along, across = (c * x + s * y) / ellipse.semi_major, (c * y - s * x) / ellipse.semi_minor
    return np.hypot(along, across).reshape(points.shape[:-1])


def disc(radius_mm: float, centre_mm: tuple[float, float], spacing: tuple[float, float], size: tuple[int, int]):
    """A disc of grey 1 on black, its edge soft over a pixel; (rows, columns) float32."""
    u, v = np.arange(size[1]) * spacing[1] - centre_mm[0], np.arange(size[0]) * spacing[0] - centre_mm[1]
    distance = radius_mm - np.hypot(u[None, :], v[:, None])
    return np.clip(distance / max(spacing) + 0.5, 0, 1).astype(np.float32)


def edge(strip: np.ndarray) -> np.ndarray:
    """Radius (ANGLES,) up to which the rays of a strip are lit."""
    return INNER + WIDTH * strip[0].sum(-1)


def test_bins_tile_the_range() -> None:
    centres = bin_centres()
    assert len(centres) == RADII and centres[0] - WIDTH / 2 == pytest.approx(INNER)
    assert centres[-1] + WIDTH / 2 == pytest.approx(OUTER)
    np.testing.assert_allclose(np.diff(centres), WIDTH)


@settings(max_examples=50, deadline=None)
@given(ELLIPSES, st.floats(0.65, 1.35))
def test_the_unit_circle_becomes_the_ellipse_and_other_circles_its_multiples(ellipse: Ellipse, radius: float) -> None:
    points = Strip.about(ellipse).points(np.full(ANGLES, radius))
    assert points.shape == (ANGLES, 2)
    np.testing.assert_allclose(implicit(ellipse, points), radius, rtol=1e-9)


@settings(max_examples=50, deadline=None)
@given(ELLIPSES)
def test_the_matrix_turns_no_direction_of_an_axis(ellipse: Ellipse) -> None:
    strip = Strip.about(ellipse)
    np.testing.assert_allclose(strip.matrix_mm, strip.matrix_mm.T, atol=1e-9)
    axis = np.array([np.cos(ellipse.angle_rad), np.sin(ellipse.angle_rad)])
    np.testing.assert_allclose(strip.matrix_mm @ axis, ellipse.semi_major * axis, atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(SEMI, ANGLE, ANGLE)
def test_a_nearly_round_ellipse_has_no_arbitrary_angle(a: float, angle: float, other: float) -> None:
    """The fit's axis of a circle is noise; it must not turn the strip."""
    strips = [Strip.about(Ellipse((3.0, 4.0), a, 0.999 * a, value)) for value in (angle, other)]
    one, two = (strip.points(np.ones(ANGLES)) for strip in strips)
    assert np.abs(one - two).max() < 0.002 * a
    np.testing.assert_allclose(one, [3.0, 4.0] + a * np.stack([np.cos(PHI), np.sin(PHI)], -1), atol=0.002 * a)


@settings(max_examples=50, deadline=None)
@given(ELLIPSES, st.integers(0, 1000))
def test_points_and_radii_undo_each_other(ellipse: Ellipse, seed: int) -> None:
    """For any border, whatever the order of its points."""
    rng = np.random.default_rng(seed)
    strip, radii = Strip.about(ellipse), rng.uniform(0.7, 1.3, ANGLES)
    points = strip.points(radii)
    np.testing.assert_allclose(strip.radii_of(points), radii, rtol=1e-7)
    np.testing.assert_allclose(strip.radii_of(rng.permutation(points)), radii, rtol=1e-7)


@settings(max_examples=50, deadline=None)
@given(ELLIPSES, st.floats(0.8, 1.2))
def test_the_ellipses_own_points_lie_at_one_and_those_of_a_scaled_one_at_its_scale(ellipse: Ellipse, k: float) -> None:
    """The rays fall between the outline's points, across the angle 0 too."""
    scaled = Ellipse(ellipse.centre, k * ellipse.semi_major, k * ellipse.semi_minor, ellipse.angle_rad)
    np.testing.assert_allclose(Strip.about(ellipse).radii_of(scaled.points(401)), k, rtol=1e-4)


def test_points_of_several_radii_on_a_ray_lie_on_one_line() -> None:
    strip = Strip.about(Ellipse((10.0, -5.0), 40.0, 30.0, 0.4))
    points = strip.points(np.broadcast_to(bin_centres(), (ANGLES, RADII)))
    assert points.shape == (ANGLES, RADII, 2)
    for k in (0, RADII - 1):
        np.testing.assert_allclose(points[:, k], strip.points(np.full(ANGLES, bin_centres()[k])))
    # the first angle points to the picture's right when the axes do, and the angles go from right to down
    level = Strip.about(Ellipse((10.0, -5.0), 40.0, 30.0, 0.0)).points(np.ones(ANGLES))
    np.testing.assert_allclose(level[[0, ANGLES // 4]], [[50.0, -5.0], [10.0, 25.0]], atol=1e-9)


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.25, 0.25), (0.9, 0.45)])
@pytest.mark.parametrize("radius", [36.0, 40.0, 47.0])
def test_the_edge_of_a_disc_lies_in_its_bin(radius: float, spacing: tuple[float, float]) -> None:
    """Also for pixels that are not square, and for fine ones, which are smoothed."""
    size = (round(150 / spacing[0]), round(160 / spacing[1]))
    grey = disc(radius, (81.0, 73.0), spacing, size)
    strip = Strip.about(Ellipse((81.0, 73.0), 40.0, 40.0, 0.0)).sample(grey, spacing)
    assert strip.shape == (2, ANGLES, RADII) and strip.dtype == np.float32
    assert np.abs(edge(strip) - radius / 40).max() < 0.25 * WIDTH
    assert strip[1].min() == 1


@settings(max_examples=20, deadline=None)
@given(st.floats(30, 50), RATIO, ANGLE)
def test_a_disc_seen_about_any_ellipse_has_the_radii_of_its_outline(a: float, ratio: float, angle: float) -> None:
    grey = disc(40.0, (75.0, 78.0), (0.5, 0.5), (310, 310))
    strip = Strip.about(Ellipse((77.0, 77.0), a, max(ratio, 0.8) * a, angle))
    t = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    truth = strip.radii_of(np.stack([75 + 40 * np.cos(t), 78 + 40 * np.sin(t)], -1))
    seen = (truth > INNER + 0.05) & (truth < OUTER - 0.05)
    assert np.abs(edge(strip.sample(grey, (0.5, 0.5))) - truth)[seen].max(initial=0) < 0.3 * WIDTH


def test_beyond_the_picture_grey_and_mask_are_nought() -> None:
    """A disc that the right border of the picture cuts: inside is what lies within half a pixel of a centre."""
    grey = np.ones((100, 60), np.float32)
    strip = Strip.about(Ellipse((45.0, 50.0), 20.0, 20.0, 0.0))
    found = strip.sample(grey, (1.0, 1.0))
    u = strip.points(np.broadcast_to(bin_centres(), (ANGLES, RADII)))[..., 0]
    np.testing.assert_array_equal(found[1], u <= 59.5)
    assert (found[0][u > 59.5] == 0).all() and found[0][u < 59].min() == pytest.approx(1)


def test_fine_pixels_are_smoothed_and_coarse_ones_are_not() -> None:
    """Noise finer than the strip's samples would be drawn at random; the grey values of coarse pixels are the data."""
    strip = Strip.about(Ellipse((70.0, 70.0), 40.0, 40.0, 0.0))
    rng = np.random.default_rng(0)
    fine = strip.sample(rng.normal(0, 1, (1400, 1400)).astype(np.float32), (0.1, 0.1))[0]
    assert fine.std() < 0.3
    coarse = rng.normal(0, 1, (140, 140)).astype(np.float32)
    assert strip.sample(coarse, (1.0, 1.0))[0].std() > 0.5
