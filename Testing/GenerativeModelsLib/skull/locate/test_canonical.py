"""Canonical planes: borders upright and in head sizes, pictures upright, and poses."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.skull.locate.border import Border, read_border
from GenerativeModelsLib.skull.locate.canonical import (
    CHANNELS,
    HALF_WIDTH,
    PICTURE_SIZE,
    PROFILE,
    STANDARD_AXES,
    canonical_border,
    canonical_picture,
    canonical_plane,
    pose_axes,
    pose_vector,
    profile,
)
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding, locate
from GenerativeModelsLib.skull.locate.strip import ANGLES, OUTER, RADII, Strip
from GenerativeModelsLib.skull.locate.window import Window
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from GenerativeModelsLib.skull.ultrasound.pose import standard_pose
from Testing.helpers.painted import (
    LEVELS,
    SPACING,
    GreyLevelBorder,
    GreyLevelLocator,
    painted_pixels,
    picture_pose,
)

SHAPE = ellipsoid(38, 48, 42)
HALVES = {"axial": (38, 48), "sagittal": (48, 42), "coronal": (38, 42)}
"""Half axes along the standard picture's right and down."""
PLANE = st.sampled_from(PLANES)
THETA = np.arange(PROFILE) * (2 * np.pi / PROFILE)
FINE, SIZE = (0.4, 0.4), (330, 412)
TURN = (PROFILE // 2 - np.arange(PROFILE)) % PROFILE


def seen(plane: str, angle: float, *, mirrored: bool = False, spacing=FINE, size=SIZE, k: float = 1.0):
    """Painted pixels and the finding in them, with its border, at `k` times their spacing."""
    pixels = painted_pixels(
        SHAPE, picture_pose(plane, angle, mirrored=mirrored, spacing=spacing, size=size), size, spacing
    )
    magnified = (k * spacing[0], k * spacing[1])
    finding = locate(GreyLevelLocator(), pixels, magnified, plane)
    return pixels, finding.with_border(read_border(GreyLevelBorder(), pixels, magnified, finding.ellipse))


@cache
def found(plane: str) -> HeadFinding:
    return seen(plane, 0.4)[1]


def radius_of(a: float, b: float, theta: np.ndarray = THETA) -> np.ndarray:
    """Radius of an ellipse of half axes a (right) and b (down) about its centre."""
    return a * b / np.hypot(b * np.cos(theta), a * np.sin(theta))


def test_the_standard_axes_are_those_of_the_standard_planes() -> None:
    for plane in PLANES:
        pose = standard_pose(plane)
        np.testing.assert_array_equal(STANDARD_AXES[plane], [pose.u_axis, pose.v_axis])


@settings(max_examples=30, deadline=None)
@given(PLANE, st.tuples(*[st.floats(-1, 1)] * 3), st.tuples(*[st.floats(-1.7, 1.7)] * 3))
def test_pose_vector_and_axes_undo_each_other(plane: str, origin, rotation) -> None:
    vector = np.array([*origin, *rotation])
    o, right, down = pose_axes(plane, vector)
    np.testing.assert_allclose([right @ right, down @ down, right @ down], [1, 1, 0], atol=1e-12)
    np.testing.assert_allclose(pose_vector(plane, o, right, down), vector, atol=1e-6)


@pytest.mark.parametrize("plane", PLANES)
def test_the_standard_plane_has_pose_zero(plane: str) -> None:
    np.testing.assert_allclose(pose_vector(plane, np.zeros(3), *STANDARD_AXES[plane]), 0, atol=1e-12)
    turned = Rotation.from_rotvec([0.1, 0.2, -0.3]).apply(STANDARD_AXES[plane])
    np.testing.assert_allclose(pose_vector(plane, np.ones(3), *turned), [1, 1, 1, 0.1, 0.2, -0.3], atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(25, 55), st.floats(0.6, 1.0), st.floats(0, 3.1), st.floats(-3.1, 3.1), st.booleans(), st.floats(30, 50)
)
def test_the_profile_of_an_ellipse_has_its_closed_form(
    a: float, ratio: float, angle: float, turn: float, mirrored: bool, s: float
) -> None:
    """In a window turned and mirrored at will, whatever its width."""
    b, right = ratio * a, np.array([np.cos(turn), np.sin(turn)])
    down = np.array([-right[1], right[0]]) * (-1 if mirrored else 1)
    window = Window(np.array([60.0, 50.0]), right, down, 77.0)
    outline = Ellipse((60.0, 50.0), a, b, angle).points(1024)
    major = np.array([np.cos(angle), np.sin(angle)])
    theta = THETA - np.arctan2(major @ down, major @ right)
    np.testing.assert_allclose(profile(outline, window, s), radius_of(a, b, theta) / s, rtol=1e-3)


def test_values_lie_at_the_angle_of_their_points() -> None:
    """Points at the rays' own angles, in any order, keep their values; the radius replaces the first row."""
    rng = np.random.default_rng(0)
    window = Window(np.array([3.0, -2.0]), np.array([1.0, 0.0]), np.array([0.0, 1.0]), 10.0)
    radius, values = rng.uniform(20, 40, PROFILE), rng.normal(size=(3, PROFILE))
    points = [3.0, -2.0] + radius[:, None] * np.stack([np.cos(THETA), np.sin(THETA)], -1)
    order = rng.permutation(PROFILE)
    found_values = profile(points[order], window, 40.0, values[:, order])
    assert found_values.shape == (3, PROFILE) and found_values.dtype == np.float32
    np.testing.assert_allclose(found_values, [radius / 40, *values[1:]], rtol=1e-4, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.floats(30, 50), st.floats(0.7, 0.99), st.floats(0, 3.1), st.floats(30, 50), st.floats(0.5, 0.99))
def test_a_border_is_in_head_sizes_with_its_doubt_and_visibility(
    a: float, ratio: float, angle: float, s: float, visible: float
) -> None:
    """An elliptic border whose standard deviation is a share of the radius along every ray."""
    e = Ellipse((60.0, 50.0), a, ratio * a, angle)
    border = Border(Strip.about(e), np.ones(ANGLES), np.full(ANGLES, 0.02), np.full(ANGLES, visible))
    window = Window(np.asarray(e.centre), np.array([1.0, 0.0]), np.array([0.0, 1.0]), 60.0)
    radius, log_sd, seen_there = canonical_border(border, window, s)
    assert len(CHANNELS) == 3
    np.testing.assert_allclose(radius, radius_of(a, ratio * a, THETA - angle) / s, rtol=6e-3)
    np.testing.assert_allclose(log_sd, np.log(0.02 * radius), atol=0.01)
    np.testing.assert_allclose(seen_there, visible, rtol=1e-5)


@pytest.mark.parametrize("plane", PLANES)
def test_however_it_was_turned_the_border_comes_out_upright(plane: str) -> None:
    s = 43.0
    for angle in (0.4, 2.0, -2.8):
        border = canonical_plane(found(plane) if angle == 0.4 else seen(plane, angle)[1], s).border
        assert border.shape == (3, PROFILE) and border.dtype == np.float32
        # to the half bin that a turn by the locator's error of a degree or so leaves
        step = (OUTER - 0.65) / RADII
        np.testing.assert_allclose(border[0], radius_of(*HALVES[plane]) / s, atol=0.75 * step)


@pytest.mark.parametrize("plane", PLANES)
def test_a_turned_finding_has_the_border_half_a_turn_on_or_reflected(plane: str) -> None:
    finding = found(plane)
    lopsided = replace(finding.border, radius=finding.border.radius * np.linspace(0.9, 1.1, ANGLES))
    finding = replace(finding, border=lopsided)
    still, turned = (canonical_plane(f, 43.0).border for f in (finding, finding.turned()))
    expected = still[:, TURN] if plane == "sagittal" else np.roll(still, PROFILE // 2, axis=1)
    np.testing.assert_allclose(turned, expected, atol=1e-5)
    assert np.abs(turned - still).max() > 0.05


def test_a_mirrored_sagittal_picture_comes_out_as_the_unmirrored() -> None:
    one, other = (canonical_plane(seen("sagittal", 0.4, mirrored=m)[1], 43.0) for m in (False, True))
    np.testing.assert_allclose(one.border[0], other.border[0], atol=0.012)
    assert one.window.mirrored is False and other.window.mirrored is True


def test_size_is_in_the_border_and_the_window_in_head_sizes() -> None:
    one, other = (canonical_plane(found("axial"), s) for s in (40.0, 50.0))
    np.testing.assert_allclose(one.border[0], 1.25 * other.border[0], rtol=1e-5)
    np.testing.assert_allclose(one.border[1] - other.border[1], np.log(1.25), atol=1e-5)
    np.testing.assert_allclose(one.border[2], other.border[2], atol=1e-6)
    assert one.window.half_width_mm == pytest.approx(HALF_WIDTH * 40)
    np.testing.assert_allclose(one.window.centre_mm, found("axial").ellipse.centre)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("k", [0.6, 1.7])
def test_spacing_magnified_gives_the_same_network_input(plane: str, k: float) -> None:
    one, other = found(plane), seen(plane, 0.4, k=k)[1]
    borders = [canonical_plane(f, f.radius_mm).border for f in (one, other)]
    np.testing.assert_allclose(borders[0], borders[1], atol=1e-3)
    assert other.radius_mm == pytest.approx(k * one.radius_mm, rel=1e-4)


def test_anisotropic_pixels_do_not_distort_the_border() -> None:
    other = seen("axial", 0.4, spacing=(0.3, 0.55), size=(440, 300))[1]
    borders = [canonical_plane(f, 43.0).border[0] for f in (found("axial"), other)]
    np.testing.assert_allclose(*borders, atol=0.012)


@pytest.mark.parametrize("plane", PLANES)
def test_however_it_was_turned_the_picture_comes_out_upright(plane: str) -> None:
    """The anterior quarters are bright, and the superior one of each pair is the brighter."""

    def cut(angle: float) -> np.ndarray:
        pixels, finding = seen(plane, angle, spacing=SPACING, size=(120, 150))
        return canonical_picture(pixels, SPACING, finding.canonical_window(HALF_WIDTH * 43.0))

    grey = cut(0.0)
    assert grey.shape == (PICTURE_SIZE, PICTURE_SIZE) and grey.dtype == np.float32
    for angle in (0.5, 2.0, -2.8):
        assert np.abs(cut(angle) - grey).mean() < 0.03
    c, q = PICTURE_SIZE // 2, PICTURE_SIZE // 8
    if plane == "axial":
        assert grey[c - q, c] > LEVELS[1] + 0.1 > LEVELS[1] > grey[c + q, c] - 0.1
    else:
        assert grey[c - q, c - q] > grey[c + q, c - q] + 0.05
    if plane == "sagittal":
        assert grey[c - q, c - q] > grey[c - q, c + q] + 0.1
    area = (grey > 0.25).mean() * (2 * HALF_WIDTH * 43.0) ** 2
    assert area == pytest.approx(np.pi * np.prod(HALVES[plane]), rel=0.03)
