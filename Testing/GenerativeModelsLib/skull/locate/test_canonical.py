"""Canonical planes, the input of the skull networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.skull.locate.canonical import (
    HALF_WIDTH,
    PICTURE_SIZE,
    SCALARS,
    STANDARD_AXES,
    canonical_plane,
    pose_axes,
    pose_vector,
)
from GenerativeModelsLib.skull.locate.locator import PLANES, locate
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from GenerativeModelsLib.skull.ultrasound.pose import standard_pose
from Testing.helpers.painted import LEVELS, SPACING, GreyLevelLocator, painted_pixels, picture_pose

SHAPE = ellipsoid(38, 48, 42)
PLANE = st.sampled_from(PLANES)


def cut(plane: str, angle: float, *, mirrored: bool = False, size_mm: float = 43.0, spacing=SPACING):
    pixels = painted_pixels(SHAPE, picture_pose(plane, angle, mirrored=mirrored, spacing=spacing), spacing=spacing)
    return canonical_plane(pixels, spacing, locate(GreyLevelLocator(), pixels, spacing, plane), size_mm)


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


@pytest.mark.parametrize("plane", PLANES)
def test_however_it_was_turned_the_picture_comes_out_upright(plane: str) -> None:
    """The anterior quarters are bright, and the superior one of each pair is the brighter."""
    still = cut(plane, 0.0)
    for angle in (0.5, 2.0, -2.8):
        turned = cut(plane, angle)
        assert np.abs(turned.picture - still.picture).mean() < 0.03
    grey = still.picture[0]
    c, q = PICTURE_SIZE // 2, PICTURE_SIZE // 8
    if plane == "axial":
        assert grey[c - q, c] > LEVELS[1] + 0.1 > LEVELS[1] > grey[c + q, c] - 0.1
    else:
        assert grey[c - q, c - q] > grey[c + q, c - q] + 0.05
    if plane == "sagittal":
        assert grey[c - q, c - q] > grey[c - q, c + q] + 0.1


def test_a_mirrored_sagittal_picture_comes_out_as_the_unmirrored() -> None:
    one, other = cut("sagittal", 0.4), cut("sagittal", 0.4, mirrored=True)
    assert np.abs(one.picture - other.picture).mean() < 0.02
    np.testing.assert_allclose(one.scalars, other.scalars, atol=0.02)
    assert one.window.mirrored is False and other.window.mirrored is True


def test_size_is_in_the_scalars_and_the_picture_is_in_head_sizes() -> None:
    one, other = cut("axial", 0.4, size_mm=40.0), cut("axial", 0.4, size_mm=50.0)
    assert one.scalars[0] - other.scalars[0] == pytest.approx(np.log(50 / 40))
    assert one.scalars[0] == pytest.approx(np.log(np.sqrt(38 * 48) / 40), abs=0.02)
    assert one.window.half_width_mm == pytest.approx(HALF_WIDTH * 40)
    for plane, size in ((one, 40), (other, 50)):
        area = (plane.picture[1] > 0.5).mean() * (2 * HALF_WIDTH * size) ** 2
        assert area == pytest.approx(np.pi * 38 * 48, rel=0.03)
    np.testing.assert_allclose(one.scalars[1:], other.scalars[1:], atol=1e-6)


def test_spacing_magnified_gives_the_same_network_input() -> None:
    pixels = painted_pixels(SHAPE, picture_pose("axial", 0.4))
    planes = []
    for k in (1.0, 1.7):
        spacing = (k * SPACING[0], k * SPACING[1])
        finding = locate(GreyLevelLocator(), pixels, spacing, "axial")
        planes.append(canonical_plane(pixels, spacing, finding, finding.radius_mm))
    np.testing.assert_allclose(planes[0].picture, planes[1].picture, atol=1e-5)
    np.testing.assert_allclose(planes[0].scalars, planes[1].scalars, atol=1e-6)


def test_anisotropic_pixels_do_not_distort_the_picture() -> None:
    one, other = cut("axial", 0.4), cut("axial", 0.4, spacing=(0.9, 1.4))
    assert np.abs(one.picture - other.picture).mean() < 0.03
    np.testing.assert_allclose(one.scalars, other.scalars, atol=0.03)


def test_the_mask_lies_on_the_grey_values() -> None:
    plane = cut("coronal", 0.9)
    lit, mask = plane.picture[0] > 0.25, plane.picture[1] > 0.5
    assert 2 * (lit & mask).sum() / (lit.sum() + mask.sum()) > 0.97


def test_the_ellipses_direction_is_that_in_the_upright_picture() -> None:
    """An axial head longer than wide: its long axis points down in the picture, so cos 2 angle = -1."""
    scalars = cut("axial", 1.1).scalars
    ratio = 48 / 38
    assert scalars.shape == (SCALARS,) and scalars.dtype == np.float32
    assert scalars[1] == pytest.approx(np.log(ratio), abs=0.02)
    assert scalars[2:4] == pytest.approx([1 - ratio, 0], abs=0.02)
