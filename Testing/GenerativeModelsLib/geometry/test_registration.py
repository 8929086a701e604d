"""Rigid alignment."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.registration import kabsch, rigid_align
from GenerativeModelsLib.geometry.surface_queries import SurfaceQueries
from GenerativeModelsLib.geometry.surfaces import Surface
from Testing.helpers.shapes import ball, lump, rigid


@pytest.mark.parametrize(
    ("angles", "shift"), [((0, 0, 0), (0, 0, 0)), ((5, -3, 4), (2, 1, -3)), ((15, 10, -20), (120, -300, 40))]
)
def test_known_motion_is_recovered(angles, shift):
    motion = rigid(angles, shift)
    np.testing.assert_allclose(rigid_align(lump(), lump().transformed(motion)), motion, atol=1e-6)


def test_motion_is_recovered_on_another_mesh_of_the_same_shape():
    motion = rigid((8, -6, 10), (5, -4, 3))
    fixed = lump().transformed(motion)
    grid = Grid.around(fixed.points, 3.0, 6.0)
    distance = SurfaceQueries(fixed).signed_distances(grid.points().reshape(-1, 3)).reshape(grid.shape_zyx)
    moved = lump().transformed(rigid_align(lump(), Surface.from_field(distance, grid)))
    assert np.linalg.norm(moved.points - fixed.points, axis=1).max() < 0.3


def test_size_is_not_changed():
    matrix = rigid_align(lump(3), lump(3).transformed(np.diag([1.2, 1.2, 1.2, 1.0])))
    np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1)


def test_mirror_image_is_not_reached_by_reflection():
    matrix = rigid_align(lump(3), lump(3).transformed(np.diag([-1.0, 1, 1, 1])))
    assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1)


def test_ball_is_only_shifted():
    matrix = rigid_align(ball(20.0), ball(20.0, (3, 4, 5)))
    np.testing.assert_allclose(matrix, rigid(translation=(3, 4, 5)), atol=1e-6)


def test_same_input_same_bits():
    moved = lump(3).transformed(rigid((3, 4, 5), (1, 1, 1)))
    np.testing.assert_array_equal(rigid_align(lump(3), moved), rigid_align(lump(3), moved))


def test_kabsch_prefers_the_heavy_points_and_never_reflects(rng):
    source = rng.normal(size=(30, 3))
    motion = rigid((70, -20, 130), (1, 2, 3))
    target = source @ motion[:3, :3].T + motion[:3, 3]
    target[0] += 100
    weights = np.r_[0.0, np.ones(29)]
    np.testing.assert_allclose(kabsch(source, target, weights), motion, atol=1e-9)
    assert np.linalg.det(kabsch(source, source * (-1, 1, 1))[:3, :3]) == pytest.approx(1)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), turn=st.floats(0, 3.1), shift=st.floats(-500, 500))
def test_kabsch_recovers_every_motion_and_leaves_the_least_squares(seed, turn, shift):
    """With noise, the residuals have zero weighted mean and torque: no further rotation reduces them."""
    rng = np.random.default_rng(seed)
    source, weights = rng.normal(size=(20, 3)), rng.uniform(0.1, 2, 20)
    axis = rng.normal(size=3)
    motion = np.eye(4)
    motion[:3, :3] = Rotation.from_rotvec(turn * axis / np.linalg.norm(axis)).as_matrix()
    motion[:3, 3] = shift
    exact = source @ motion[:3, :3].T + motion[:3, 3]
    np.testing.assert_allclose(kabsch(source, exact, weights), motion, atol=1e-8)
    noisy = exact + rng.normal(0, 0.05, exact.shape)
    found = kabsch(source, noisy, weights)
    moved = source @ found[:3, :3].T + found[:3, 3]
    np.testing.assert_allclose(weights @ (noisy - moved), 0, atol=1e-8)
    centre = np.average(moved, axis=0, weights=weights)
    np.testing.assert_allclose(weights @ np.cross(moved - centre, noisy - moved), 0, atol=1e-7)


def test_surface_without_triangles_is_refused():
    with pytest.raises(ValueError, match="without triangles"):
        rigid_align(Surface(np.zeros((0, 3)), np.zeros((0, 3), int)), ball(2.0))
