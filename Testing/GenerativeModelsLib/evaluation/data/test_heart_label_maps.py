from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.data.heart_label_maps import GRIDS, Pose, grid_axes, label_map, random_pose
from GenerativeModelsLib.evaluation.data.test_hearts import TEST_SET, simulated_heart
from GenerativeModelsLib.heart.measure.frame import find_frame
from GenerativeModelsLib.heart.population.hearts import sample_hearts


@pytest.fixture(scope="module")
def ventricle():
    return sample_hearts(1, 3).heart(0).ed


def test_poses_are_rigid_and_undo_themselves():
    pose = random_pose(np.random.default_rng(0))
    assert np.allclose(pose.axes @ pose.axes.T, np.eye(3))
    assert np.linalg.det(pose.axes) == pytest.approx(1.0)
    points = np.random.default_rng(1).normal(0, 30, (5, 3))
    assert np.allclose(pose.to_heart(pose.to_lps(points)), points)


def test_even_spacing_lies_along_the_patient_and_slices_across_the_heart():
    rng = np.random.default_rng(0)
    pose = random_pose(rng)
    assert (grid_axes(rng, pose, (1.5, 1.5, 1.5)) == np.eye(3)).all()
    axes = grid_axes(rng, pose, (1.5, 1.5, 8.0))
    assert np.allclose(axes.T @ axes, np.eye(3))
    assert np.degrees(np.arccos(axes[:, 2] @ pose.axes[2])) < 15


@pytest.mark.parametrize("spacing", [(1.5, 1.5, 1.5), (1.0, 1.0, 2.0)])
def test_voxels_hold_the_ventricles_volumes(ventricle, spacing):
    pose = Pose(np.eye(3), np.array([3.0, -8.0, 2.0]))
    found = label_map(ventricle, pose, spacing, np.eye(3), np.array([0.3, 0.6, 0.5]), "one")
    assert found.volume_ml("lv") == pytest.approx(ventricle.cavity_ml, rel=0.02)
    assert found.volume_ml("myo") == pytest.approx(ventricle.myocardium_ml, rel=0.03)
    assert found.spacing_mm == pytest.approx(spacing)


def test_the_right_ventricle_tells_the_septum(ventricle):
    pose = random_pose(np.random.default_rng(4))
    frame = find_frame(label_map(ventricle, pose, (1.5, 1.5, 1.5), np.eye(3), np.full(3, 0.5), "one"))
    assert frame.septum == "rv"
    assert frame.axes[0] @ pose.axes[0] > np.cos(np.radians(10))


def test_a_held_out_heart_is_the_same_on_every_grid_and_the_same_again():
    first, second = (simulated_heart(TEST_SET, 3, grid) for grid in GRIDS)
    again = simulated_heart(TEST_SET, 3, next(iter(GRIDS)))
    assert first.condition == second.condition == "hcm"
    assert (first.heart.ed.endo_mm == second.heart.ed.endo_mm).all()
    assert (first.maps["ed"].values == again.maps["ed"].values).all()
    assert first.maps["es"].slice_column is None
    assert second.maps["es"].slice_column is not None


def test_neighbours_of_a_set_are_of_both_classes_and_differ():
    hearts = [simulated_heart(TEST_SET, index, "isotropic 1.5 mm") for index in (0, 1, 2)]
    assert [heart.condition for heart in hearts] == ["healthy", "hcm", "healthy"]
    assert hearts[0].heart.ed.cavity_ml != hearts[2].heart.ed.cavity_ml
