"""Accuracy of surfaces against closed forms."""

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.scores.surfaces import compare
from GenerativeModelsLib.geometry.surfaces import Surface
from Testing.helpers.shapes import ball, box, ellipsoid, lump, rigid


def test_concentric_balls():
    found = compare(ball(20.0, subdivisions=5), ball(22.0, subdivisions=5))
    assert found.dice == pytest.approx(2 * 20**3 / (20**3 + 22**3), abs=0.002)
    assert found.sensitivity == pytest.approx((20 / 22) ** 3, abs=0.004)
    assert found.precision == 1.0
    assert found.relative_volume_difference == pytest.approx((20 / 22) ** 3 - 1, abs=1e-9)
    assert found.hausdorff_mm == pytest.approx(2.0, abs=0.01)
    assert found.hd95_mm == pytest.approx(2.0, abs=0.01)
    assert found.mean_surface_distance_mm == pytest.approx(2.0, abs=0.01)
    assert found.mean_signed_distance_mm == pytest.approx(-2.0, abs=0.01)


def test_a_head_compared_with_itself_is_perfect():
    found = compare(lump(), lump())
    assert (found.dice, found.sensitivity, found.precision) == (1, 1, 1)
    assert found.relative_volume_difference == 0
    assert max(found.hausdorff_mm, found.mean_surface_distance_mm, abs(found.mean_signed_distance_mm)) < 1e-9


def test_thin_box_on_a_finer_grid():
    found = compare(box((30, 20, 4)), box((30, 20, 5)), spacing_mm=0.25)
    assert found.dice == pytest.approx(2 * 4 / 9, abs=0.02)


def test_one_minus_dice_is_three_halves_of_the_offset_over_the_radius():
    """The relation by which published Dice values are read as millimetres."""
    found = compare(ball(41.0), ball(40.0))
    assert 1 - found.dice == pytest.approx(1.5 * 1.0 / 40, rel=0.05)


def test_rigid_alignment_removes_the_motion_and_nothing_else():
    truth = lump().transformed(rigid((10, -8, 12), (90, -40, 25)))
    larger = lump().transformed(np.diag([1.03, 1.03, 1.03, 1.0]))
    assert compare(larger, truth).dice < 0.3
    aligned = compare(larger, truth, "rigid")
    assert aligned.dice == pytest.approx(compare(larger, lump(), "rigid").dice, abs=0.005)
    assert aligned.relative_volume_difference == pytest.approx(1.03**3 - 1, rel=1e-6)


def test_measures_do_not_depend_on_the_frame():
    a, b, motion = ellipsoid((40, 50, 38)), ellipsoid((41, 49, 39), (1, 0, 0)), rigid((20, 30, 40), (500, 0, -90))
    before, after = compare(a, b), compare(a.transformed(motion), b.transformed(motion))
    assert after.dice == pytest.approx(before.dice, abs=0.002)
    assert after.hd95_mm == pytest.approx(before.hd95_mm, abs=1e-6)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="align is 'affine'"):
        compare(ball(3.0), ball(3.0), "affine")
    with pytest.raises(ValueError, match="without triangles"):
        compare(ball(3.0), Surface(np.zeros((0, 3)), np.zeros((0, 3), int)))
