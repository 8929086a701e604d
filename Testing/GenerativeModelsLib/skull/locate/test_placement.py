"""Placement of an input picture in the head frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.skull.locate.canonical import pose_vector
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.locate.placement import Placement, place
from GenerativeModelsLib.skull.locate.window import Window
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.ultrasound.pose import PlanePose, standard_pose
from GenerativeModelsLib.skull.ultrasound.simulate import simulate_plane

PLANE, ANGLE = st.sampled_from(PLANES), st.floats(-3.1, 3.1)
SIZE_MM = 41.0


def window(centre, angle: float, mirrored: bool) -> Window:
    right = np.array([np.cos(angle), np.sin(angle)])
    down = np.array([-right[1], right[0]])
    return Window(np.asarray(centre, float), -right if mirrored else right, down, 1.6 * SIZE_MM)


def true_pose(plane: str, picture: PlanePose, w: Window) -> np.ndarray:
    """The pose that a perfect network returns for the picture in window `w`."""
    u, v = picture.u_axis, picture.v_axis
    centre = picture.origin_mm + w.centre_mm[0] * u + w.centre_mm[1] * v
    return pose_vector(plane, centre / SIZE_MM, w.right[0] * u + w.right[1] * v, w.down[0] * u + w.down[1] * v)


@settings(max_examples=40, deadline=None)
@given(PLANE, st.tuples(*[st.floats(-0.9, 0.9)] * 3), st.tuples(*[st.floats(-30, 30)] * 3), ANGLE, st.booleans())
def test_the_true_pose_puts_the_picture_back_where_it_was_taken(
    plane: str, rotation, origin, angle: float, mirrored: bool
) -> None:
    """Exact for every window, rotated or mirrored: its transform cancels."""
    standard = standard_pose(plane)
    turn = Rotation.from_rotvec(rotation)
    w = window((33.0, 21.0), angle, mirrored)
    right, down = turn.apply(standard.u_axis), turn.apply(standard.v_axis)
    # the picture with the axes right, down of its canonical picture
    u, v = w.right[0] * right + w.down[0] * down, w.right[1] * right + w.down[1] * down
    picture = PlanePose(np.asarray(origin), u, v)
    found = place(plane, true_pose(plane, picture, w), w, SIZE_MM)
    np.testing.assert_allclose(found.origin_mm, picture.origin_mm, atol=1e-9)
    np.testing.assert_allclose([found.u_axis, found.v_axis], [picture.u_axis, picture.v_axis], atol=1e-9)
    tilt = np.degrees(np.arccos(np.clip(turn.apply(standard.normal) @ standard.normal, -1, 1)))
    assert found.tilt_deg == pytest.approx(tilt, abs=1e-4)


@pytest.mark.parametrize("plane", PLANES)
def test_a_simulated_picture_is_put_back(plane: str, rng: np.random.Generator) -> None:
    simulated = simulate_plane(mean_head(250), plane, rng, size=(64, 80))
    u, v = simulated.pose.u_axis, simulated.pose.v_axis
    standard = standard_pose(plane)
    down = np.array([u @ standard.v_axis, v @ standard.v_axis])
    down /= np.linalg.norm(down)
    right = np.array([-down[1], down[0]])
    right *= np.sign(right @ [u @ standard.u_axis, v @ standard.u_axis])
    w = Window(np.array([31.0, 17.0]), right, down, 60.0)
    found = place(plane, true_pose(plane, simulated.pose, w), w, SIZE_MM)
    np.testing.assert_allclose(found.origin_mm, simulated.pose.origin_mm, atol=1e-6)
    np.testing.assert_allclose([found.u_axis, found.v_axis], [u, v], atol=1e-6)


def test_offset_is_along_the_standard_normal_and_in_mm() -> None:
    pose = np.array([0.1, 0.2, -0.3, 0, 0, 0])
    offsets = [place(plane, pose, window((0, 0), 0.0, False), 40.0).offset_mm for plane in PLANES]
    assert offsets == pytest.approx([-12.0, -4.0, 8.0])  # normals +z, -x, +y


def test_what_moves_the_head_moves_the_picture_and_its_offset() -> None:
    """The head frame is centred on the reconstruction; a sagittal plane keeps its position relative to the head."""
    w, pose = window((10, 20), 0.3, False), np.array([0.1, 0.2, -0.3, 0.1, 0.05, -0.2])
    still, moved = (place("sagittal", pose, w, 40.0, by) for by in ((0, 0, 0), (2.0, -5.0, 0.0)))
    np.testing.assert_allclose(moved.origin_mm - still.origin_mm, [2, -5, 0])
    assert moved.offset_mm - still.offset_mm == pytest.approx(-2.0)
    assert moved.tilt_deg == still.tilt_deg


def test_to_the_head_and_back(rng: np.random.Generator) -> None:
    axes = Rotation.from_rotvec([0.3, 0.4, -2]).as_matrix()
    placement = Placement(np.array([1.0, 2, 3]), axes[0], axes[1], 0.0, 0.0)
    uv = rng.normal(size=(7, 2)) * 30
    np.testing.assert_allclose(placement.to_picture(placement.to_head(uv)), uv, atol=1e-9)
    lifted = placement.to_head(uv) + 4 * placement.normal
    np.testing.assert_allclose(placement.to_picture(lifted), uv, atol=1e-9)
