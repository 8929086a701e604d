"""Overlap and distances against closed forms."""

import numpy as np
import pytest

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.metrics import (
    OverlapMetrics,
    overlap,
    samples_on,
    surface_distances,
    weighted_quantile,
)
from GenerativeModelsLib.geometry.surfaces import Surface
from Testing.helpers.shapes import ball, ball_field, box, lump, rigid

EMPTY = Surface(np.zeros((0, 3)), np.zeros((0, 3), int))


def test_concentric_balls_overlap():
    grid = Grid.centred(24.0, 49)
    small, large = (ball_field(grid, r) < 0 for r in (20.0, 22.0))
    found = overlap(small, large)
    assert found.dice == pytest.approx(2 * 20**3 / (20**3 + 22**3), abs=0.003)
    assert found.sensitivity == pytest.approx((20 / 22) ** 3, abs=0.005)
    assert found.precision == 1.0
    assert found.relative_volume_difference == pytest.approx((20 / 22) ** 3 - 1, abs=0.005)


def test_swapping_the_maps_swaps_sensitivity_and_precision():
    a, b = np.zeros((4, 4, 4)), np.zeros((4, 4, 4))
    a[:2], b[1:] = 1, 1
    assert (overlap(a, b).dice, overlap(a, b).sensitivity) == (overlap(b, a).dice, overlap(b, a).precision)
    assert overlap(a, b).relative_volume_difference < 0 < overlap(b, a).relative_volume_difference


def test_shifted_cube():
    a, b = np.zeros((20, 20, 20)), np.zeros((20, 20, 20))
    a[2:18, 2:18, 1:17] = 1
    b[2:18, 2:18, 2:18] = 1
    assert overlap(a, b) == OverlapMetrics(0.9375, 0.9375, 0.9375, 0.0)


def test_empty_maps():
    none, some = np.zeros((3, 3, 3)), np.ones((3, 3, 3))
    assert overlap(none, none).dice == 1
    assert overlap(none, some).dice == overlap(some, none).dice == 0
    assert overlap(none, some).sensitivity == 0 and np.isnan(overlap(none, some).precision)
    assert overlap(none, some).relative_volume_difference == -1
    assert overlap(some, none).relative_volume_difference == np.inf and np.isnan(overlap(some, none).sensitivity)


def test_shares_of_nothing_are_no_numbers():
    nothing, one = np.zeros((2, 2, 2), bool), np.arange(8).reshape(2, 2, 2) == 3
    both = overlap(nothing, nothing)
    assert (both.dice, both.relative_volume_difference) == (1.0, 0.0)
    assert np.isnan([both.sensitivity, both.precision]).all()
    missed, invented = overlap(nothing, one), overlap(one, nothing)
    assert (missed.dice, missed.sensitivity, missed.relative_volume_difference) == (0.0, 0.0, -1.0)
    assert np.isnan(missed.precision)
    assert (invented.dice, invented.precision, invented.relative_volume_difference) == (0.0, 0.0, np.inf)
    assert np.isnan(invented.sensitivity)


def test_maps_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 2, 2\), truth \(3, 3, 3\)"):
        overlap(np.zeros((2, 2, 2)), np.zeros((3, 3, 3)))


def test_concentric_balls_are_their_difference_apart():
    """On meshes HD = HD95 = mean = R - r; on voxel grids the mean would be .4 mm too small."""
    found = surface_distances(ball(20.0), ball(22.0))
    for value in (found.hausdorff_mm, found.hd95_mm, found.mean_mm, -found.mean_signed_mm):
        assert value == pytest.approx(2.0, abs=0.02)


def test_sign_tells_too_large_from_too_small():
    assert surface_distances(ball(22.0), ball(20.0)).mean_signed_mm == pytest.approx(2.0, abs=0.02)


def test_shifted_box_against_the_closed_form():
    """Side 10 shifted by 1: one face lies 1 outside the other box, four rims outside it, one face up to 1 inside it."""
    found = surface_distances(box((10, 10, 10)), box((10, 10, 10), (1.0, 0, 0)), samples=40000)
    beyond, rims = 100 * 1.0, 4 * 10 * 0.5
    inside = (10**3 - 8**3) / 6  # the integral of (10 - 2 s)^2 over s from 0 to 1: near its rim a side face is nearer
    assert found.mean_mm == pytest.approx((beyond + rims + inside) / 600, abs=1e-3)
    assert found.hausdorff_mm == pytest.approx(1.0)
    assert found.hd95_mm == pytest.approx(1.0)


def test_one_spike_rules_the_hausdorff_distance_but_not_hd95():
    truth = ball(20.0)
    spiked = truth.points.copy()
    spiked[100] *= 1.5
    found = surface_distances(Surface(spiked, truth.triangles), truth)
    assert found.hausdorff_mm == pytest.approx(10.0, abs=0.1)
    assert found.hd95_mm < 0.1


def test_direction_matters_for_hausdorff_and_is_covered_both_ways():
    truth = ball(20.0)
    spiked = truth.points.copy()
    spiked[100] *= 1.5
    there = surface_distances(Surface(spiked, truth.triangles), truth)
    back = surface_distances(truth, Surface(spiked, truth.triangles))
    assert there.hausdorff_mm == back.hausdorff_mm
    assert there.mean_mm == pytest.approx(back.mean_mm)


def test_distances_do_not_depend_on_the_frame():
    a, b, motion = lump(3), ball(42.0, (1, 2, 3), 3), rigid((30, -20, 100), (200, -10, 5))
    before, after = surface_distances(a, b), surface_distances(a.transformed(motion), b.transformed(motion))
    for name in ("hausdorff_mm", "hd95_mm", "mean_mm", "mean_signed_mm"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), abs=1e-6)


def test_distances_scale_with_the_unit():
    a, b, double = lump(2), ball(42.0, subdivisions=2), np.diag([2.0, 2, 2, 1])
    before, after = surface_distances(a, b), surface_distances(a.transformed(double), b.transformed(double))
    assert after.mean_mm == pytest.approx(2 * before.mean_mm)


def test_mesh_density_does_not_weigh():
    """The same ball meshed finely on one side: an unweighted mean would follow the fine side."""
    grid = Grid.centred(26.0, 27)
    even = Surface.from_field(ball_field(grid, 20.0), grid)
    shifted = ball(20.0, (1.0, 0, 0), 5)
    squeezed = ball(20.0, subdivisions=5)
    p = squeezed.points / 20.0
    p = p + np.array([0.6, 0, 0]) * (1 - p[:, :1] ** 2)  # vertices crowd towards +x
    squeezed = Surface(20 * p / np.linalg.norm(p, axis=1, keepdims=True), squeezed.triangles)
    assert surface_distances(squeezed, shifted).mean_mm == pytest.approx(
        surface_distances(even, shifted).mean_mm, abs=0.02
    )


def test_identical_surfaces_are_zero_apart():
    found = surface_distances(lump(2), lump(2))
    assert found.hausdorff_mm < 1e-9


def test_surface_without_triangles_is_infinitely_far():
    found = surface_distances(EMPTY, ball(3.0))
    assert found.hausdorff_mm == found.mean_mm == found.hd95_mm == np.inf
    assert np.isnan(found.mean_signed_mm)


def test_samples_stand_for_the_whole_area_and_reach_the_corners():
    surface = box((2, 4, 6))
    points, areas = samples_on(surface, 1000)
    assert areas.sum() == pytest.approx(surface.area)
    assert len(points) >= 1000
    np.testing.assert_allclose(points.max(axis=0), (1, 2, 3))
    np.testing.assert_allclose(areas @ points, 0, atol=1e-9)


def test_weighted_quantile_counts_weight():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 8.0, 1.0])
    assert [weighted_quantile(values, weights, q) for q in (0.5, 0.8, 0.85, 1.0)] == [1.0, 1.0, 2.0, 3.0]
