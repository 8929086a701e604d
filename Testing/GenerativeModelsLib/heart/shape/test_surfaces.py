"""Meshes with wall thickness and segments."""

import numpy as np
import pytest

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.heart.shape.surfaces import heart_surface, in_patient, quick_surface, thickness_figures
from GenerativeModelsLib.heart.shape.thickness import thickness_maps
from Testing.helpers.heart_phantoms import NORMAL_POSE, bullet

THICK = "wall_thickness_mm"


@pytest.fixture(scope="module")
def surface() -> Surface:
    return heart_surface(bullet(wall_mm=9.0, septal_bump_mm=8.0))


def test_both_surfaces_with_the_arrays_of_the_contract(surface: Surface) -> None:
    assert set(surface.point_data) == {THICK, "aha_segment", "surface"}
    half = len(surface.points) // 2
    assert (surface.point_data["surface"][:half] == 0).all() and (surface.point_data["surface"][half:] == 1).all()
    flat = np.hypot(*surface.points[:, :2].T)
    assert flat[:half].mean() < flat[half:].mean(), "the endocardium comes first"
    assert set(surface.point_data["aha_segment"]) == set(range(1, 18))
    assert set(surface.point_data["aha_segment"][:half]) == set(range(1, 17)), "the cavity does not reach segment 17"


def test_only_the_base_ring_has_no_thickness(surface: Surface) -> None:
    unknown = np.isnan(surface.point_data[THICK])
    assert (unknown == (surface.points[:, 2] > -1e-9)).all()


def test_thickness_is_the_same_seen_from_both_sides(surface: Surface) -> None:
    half = len(surface.points) // 2
    endo, epi = np.split(surface.point_data[THICK], [half])
    # Opposite points of a wall whose streamlines are along the rays.
    assert np.nanmedian(np.abs(endo - epi)) < 0.25
    assert np.nanmax(endo) == pytest.approx(np.nanmax(epi), abs=0.25)


def test_the_thick_side_is_the_septum(surface: Surface) -> None:
    aha17 = thickness_figures(surface).aha17
    assert aha17[[1, 2]].min() > 13 and aha17[[4, 5]].max() < 10, "septal bumps are at +x"
    assert aha17[1] == pytest.approx(aha17[2], abs=0.1), "mirror images of each other"


def test_figures_hold_together(surface: Surface) -> None:
    figures = thickness_figures(surface)
    assert figures.aha17.min() < figures.mean < figures.p95 < figures.max
    assert figures.max == pytest.approx(np.nanmax(surface.point_data[THICK]))


def test_lengths_double_with_the_heart() -> None:
    one, two = (heart_surface(v := bullet(wall_mm=8.0).scaled(k), thickness_maps(v, 1.25 * k)) for k in (1.0, 2.0))
    np.testing.assert_allclose(two.point_data[THICK], 2 * one.point_data[THICK], rtol=1e-4)


def test_the_quick_mesh_is_the_same_but_for_tenths_of_a_millimetre(surface: Surface) -> None:
    quick = quick_surface(bullet(wall_mm=9.0, septal_bump_mm=8.0))
    np.testing.assert_array_equal(quick.points, surface.points)
    np.testing.assert_array_equal(quick.point_data["aha_segment"], surface.point_data["aha_segment"])
    known = np.isfinite(quick.point_data[THICK])
    below = surface.points[:, 2] < -4
    assert known[below].all()
    difference = (quick.point_data[THICK] - surface.point_data[THICK])[known]
    assert np.sqrt(np.mean(difference**2)) < 0.1 and np.abs(difference).max() < 0.6


def test_in_the_patient_it_lies_where_the_frame_says(surface: Surface) -> None:
    frame = HeartFrame(NORMAL_POSE.origin_lps, NORMAL_POSE.axes, "given")
    moved = in_patient(surface, frame)
    np.testing.assert_allclose(moved.points, frame.to_lps(surface.points), atol=1e-9)
    np.testing.assert_array_equal(moved.triangles, surface.triangles)
    np.testing.assert_array_equal(moved.point_data[THICK], surface.point_data[THICK])
