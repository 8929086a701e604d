"""Ellipse fit and perimeter against analytic ellipses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ellipe

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, axes_from_perimeter, fit_ellipse, perimeter


@given(
    st.floats(-300, 300),
    st.floats(-300, 300),
    st.floats(5, 80),
    st.floats(0.4, 0.97),
    st.floats(0, 3.1),
    st.integers(6, 80),
)
def test_fit_finds_the_ellipse_its_points_lie_on(
    x: float, y: float, semi_major: float, ratio: float, angle: float, count: int
) -> None:
    given_ellipse = Ellipse((x, y), semi_major, ratio * semi_major, angle)
    found = fit_ellipse(given_ellipse.points(count))
    assert found.centre == pytest.approx((x, y), abs=1e-4)
    assert found.semi_major == pytest.approx(semi_major, rel=1e-5)
    assert found.semi_minor == pytest.approx(ratio * semi_major, rel=1e-5)
    assert abs(math.sin(found.angle_rad - angle)) < 1e-3
    assert 0 <= found.angle_rad < math.pi


@given(st.floats(0, 6.2), st.floats(2.2, 5.0), st.floats(0.5, 0.95), st.floats(0, 3.1))
def test_fit_of_an_arc_finds_the_centre_beside_the_middle_of_its_points(
    start: float, extent: float, ratio: float, angle: float
) -> None:
    """The points are computed here, not by `Ellipse.points`."""
    t = start + np.linspace(0, extent, 60)
    u, v = 50 * np.cos(t), 50 * ratio * np.sin(t)
    c, s = math.cos(angle), math.sin(angle)
    found = fit_ellipse(np.stack([12 + u * c - v * s, -7 + u * s + v * c], axis=1))
    assert found.centre == pytest.approx((12, -7), abs=1e-3)
    assert (found.semi_major, found.semi_minor) == pytest.approx((50, 50 * ratio), rel=1e-4)
    assert abs(math.sin(found.angle_rad - angle)) < 1e-3


def test_points_run_once_around_in_equal_steps_of_the_eccentric_angle() -> None:
    points = Ellipse((3.0, 4.0), 2.0, 1.0, math.pi / 2).points(4)
    np.testing.assert_allclose(points, [[3, 6], [2, 4], [3, 2], [4, 4]], atol=1e-12)


def test_arrays_that_are_no_six_finite_points_are_refused() -> None:
    outline = Ellipse((0.0, 0.0), 5.0, 4.0, 0.3).points(12)
    broken = outline.copy()
    broken[3, 1] = np.nan
    for points in (outline[:5], broken, np.zeros((12, 3)), np.zeros(12), outline[None]):
        with pytest.raises(InputError, match="at least 6 finite points"):
            fit_ellipse(points)


def test_fit_of_noisy_arc_is_close() -> None:
    points = Ellipse((10.0, -4.0), 50.0, 40.0, 0.7).points(300)[:200]
    found = fit_ellipse(points + np.random.default_rng(0).normal(0, 0.1, points.shape))
    assert found.semi_major == pytest.approx(50, abs=0.5)
    assert found.semi_minor == pytest.approx(40, abs=0.5)


@given(st.integers(0, 1000), st.floats(0.6, 0.95), st.floats(0, 3.1), st.floats(1e-3, 1e3), st.integers(1, 20))
def test_points_of_weight_nought_are_ignored_and_only_ratios_of_weights_count(
    seed: int, ratio: float, angle: float, factor: float, strays: int
) -> None:
    rng = np.random.default_rng(seed)
    points = Ellipse((10.0, -4.0), 50.0, 50 * ratio, angle).points(40) + rng.normal(0, 0.5, (40, 2))
    weights = rng.uniform(0.1, 3, 40)
    alone = fit_ellipse(points, weights)
    joined = np.concatenate([points, rng.uniform(-80, 80, (strays, 2))])
    for found in (
        fit_ellipse(joined, np.append(weights, np.zeros(strays))),
        fit_ellipse(points, factor * weights),
    ):
        assert found.centre == pytest.approx(alone.centre, abs=1e-5)
        assert (found.semi_major, found.semi_minor) == pytest.approx((alone.semi_major, alone.semi_minor), rel=1e-6)
        assert abs(math.sin(found.angle_rad - alone.angle_rad)) < 1e-5


@given(st.integers(0, 1000), st.integers(2, 4))
def test_a_weight_is_a_number_of_repetitions_and_equal_weights_are_none(seed: int, times: int) -> None:
    rng = np.random.default_rng(seed)
    points = Ellipse((10.0, -4.0), 50.0, 38.0, 0.7).points(30) + rng.normal(0, 1, (30, 2))
    weights = np.where(np.arange(30) < 8, times, 1)
    repeated, weighted = fit_ellipse(np.repeat(points, weights, axis=0)), fit_ellipse(points, weights)
    assert weighted.centre == pytest.approx(repeated.centre, abs=1e-6)
    assert weighted.perimeter == pytest.approx(repeated.perimeter, rel=1e-8)
    plain, equal = fit_ellipse(points), fit_ellipse(points, np.full(30, 2.5))
    assert equal.centre == pytest.approx(plain.centre, abs=1e-8) and equal.perimeter == pytest.approx(plain.perimeter)
    assert abs(weighted.perimeter - plain.perimeter) > 1e-6


def test_circle_is_fitted() -> None:
    found = fit_ellipse(Ellipse((0.0, 0.0), 30.0, 30.0, 0.0).points(40))
    assert (found.semi_major, found.semi_minor) == pytest.approx((30, 30))


@given(st.floats(1, 200), st.floats(0.3, 1.0))
def test_perimeter_equals_the_elliptic_integral(semi_major: float, ratio: float) -> None:
    exact = 4 * semi_major * ellipe(1 - ratio**2)
    assert perimeter(semi_major, ratio * semi_major) == pytest.approx(exact, rel=1e-6)
    short, long = axes_from_perimeter(exact, ratio)
    assert (short, long) == pytest.approx((2 * ratio * semi_major, 2 * semi_major), rel=1e-6)


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((10, 2)),
        np.zeros((5, 2)),
        np.zeros((10, 3)),
        np.full((8, 2), np.nan),
        np.stack([np.arange(10.0), np.arange(10.0)], axis=1),
    ],
)
def test_points_that_make_no_ellipse_are_refused(points: np.ndarray) -> None:
    with pytest.raises(InputError, match="points"):
        fit_ellipse(points)
