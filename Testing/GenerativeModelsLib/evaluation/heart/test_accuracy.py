"""Agreement of ventricles against closed forms: capsules and ellipsoids whose volumes and distances are known."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.data.heart_label_maps import USUAL_AXES, Pose
from GenerativeModelsLib.evaluation.heart.accuracy import against_truth, true_shape
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS, Ventricle, ray_directions, ray_origins

REACH = 50.0
HERE = Pose(np.eye(3), np.zeros(3))


def capsule(inner: float, outer: float, reach: float = REACH) -> Ventricle:
    """Cylinder with a hemisphere below."""
    return Ventricle(reach, np.full((ROWS, AZIMUTHS), inner), np.full((ROWS, AZIMUTHS), outer))


def capsule_ml(radius: float) -> float:
    return (np.pi * radius**2 * REACH + 2 / 3 * np.pi * radius**3) / 1000


def half_ellipsoid(inner: float, outer: float, long: float) -> Ventricle:
    """Half axes `long` and `inner`, and the same plus the wall; not confocal."""

    def radii(across: float, along: float) -> np.ndarray:
        direction, start = ray_directions(), -0.6 * long * ray_origins()[:, None]
        a = (direction[..., 0] ** 2 + direction[..., 1] ** 2) / across**2 + direction[..., 2] ** 2 / along**2
        b = 2 * start * direction[..., 2] / along**2
        c = start**2 / along**2 - 1
        return (-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a)

    return Ventricle(0.6 * long, radii(inner, long), radii(outer, long + outer - inner))


def test_a_shape_agrees_with_itself():
    heart = half_ellipsoid(24, 33, 85)
    found = against_truth(heart, HERE, true_shape(heart, HERE))
    assert found.dice == found.dice_whole == found.cavity_dice == 1.0
    assert found.hausdorff_mm == pytest.approx(0.0, abs=1e-3)


def test_a_thinner_wall_has_the_dice_of_its_volume_and_the_distance_of_its_radii():
    truth, thin = capsule(20.0, 30.0), capsule(20.0, 27.0)
    small, large = (capsule_ml(r) - capsule_ml(20.0) for r in (27.0, 30.0))
    found = against_truth(thin, HERE, true_shape(truth, HERE))
    assert found.dice == pytest.approx(2 * small / (small + large), abs=0.004)
    assert found.hausdorff_mm == pytest.approx(3.0, abs=0.02)
    assert found.hd95_mm == pytest.approx(3.0, abs=0.02)
    # Two of the four distances, in both directions of both surfaces, are zero.
    assert found.mean_distance_mm == pytest.approx(1.5, abs=0.02)
    assert found.cavity_dice == 1.0


def test_walls_that_share_no_voxel_have_no_overlap_and_the_surfaces_are_matched_by_name():
    inner, outer = capsule(10.0, 19.0), capsule(20.0, 29.0)
    found = against_truth(inner, HERE, true_shape(outer, HERE))
    assert found.dice == 0.0
    # The epicardium of one is 1 mm from the endocardium of the other, which is no agreement.
    assert found.hausdorff_mm == pytest.approx(10.0, abs=0.02)


def test_ellipsoids_overlap_as_their_volumes_say():
    truth, wide = half_ellipsoid(24, 33, 85), half_ellipsoid(22, 33, 83)
    half = [2 / 3 * np.pi * a**2 * b for a, b in ((24, 85), (22, 83), (33, 94))]
    found = against_truth(wide, HERE, true_shape(truth, HERE))
    thin, thick = half[2] - half[0], half[2] - half[1]
    assert found.dice == pytest.approx(2 * thin / (thin + thick), abs=0.006)
    assert found.cavity_dice == pytest.approx(2 * half[1] / (half[0] + half[1]), abs=0.004)
    assert found.hausdorff_mm == pytest.approx(2.0, abs=0.1)


def test_a_rigid_motion_changes_nothing():
    truth, found = half_ellipsoid(24, 33, 85), half_ellipsoid(23, 33.5, 84)
    moved = Pose(USUAL_AXES, np.array([20.0, -35.0, 10.0]))
    here, there = (against_truth(found, pose, true_shape(truth, pose)) for pose in (HERE, moved))
    assert there.dice == pytest.approx(here.dice, abs=1e-6)
    assert there.hausdorff_mm == pytest.approx(here.hausdorff_mm, abs=1e-3)


def test_what_is_found_beyond_the_true_rim_is_no_distance_but_what_lies_beside_it_is():
    truth = true_shape(capsule(20.0, 30.0), HERE)
    higher = Pose(np.eye(3), np.array([0.0, 0.0, 5.0]))
    assert against_truth(capsule(20.0, 30.0, REACH + 5.0), higher, truth).hausdorff_mm == pytest.approx(0.0, abs=0.02)
    assert against_truth(capsule(20.0, 34.0, REACH + 5.0), higher, truth).hausdorff_mm == pytest.approx(4.0, abs=0.05)


def test_what_lies_above_the_base_found_counts_only_in_the_whole():
    truth = capsule(20.0, 30.0)
    lower = Pose(np.eye(3), np.array([0.0, 0.0, -5.0]))
    found = against_truth(capsule(20.0, 30.0, REACH - 5.0), lower, true_shape(truth, HERE))
    assert found.dice == pytest.approx(1.0, abs=0.004)
    wall = capsule_ml(30.0) - capsule_ml(20.0)
    missing = np.pi * (30.0**2 - 20.0**2) * 5.0 / 1000
    assert found.dice_whole == pytest.approx(2 * (wall - missing) / (2 * wall - missing), abs=0.006)
    assert found.hausdorff_mm < 0.1


def test_a_shape_moved_sideways_is_worse_by_the_motion():
    truth = capsule(20.0, 30.0)
    aside = Pose(np.eye(3), np.array([2.0, 0.0, 0.0]))
    found = against_truth(truth, aside, true_shape(truth, HERE))
    assert found.hausdorff_mm == pytest.approx(2.0, abs=0.1)
    assert 0.7 < found.dice < 0.9
