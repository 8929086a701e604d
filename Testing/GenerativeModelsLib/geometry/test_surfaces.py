"""Surfaces: marching cubes and measures against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from Testing.helpers.shapes import ball, ball_field, box, ellipsoid, lump, rigid


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.7, 1.0, 1.6)])
def test_ball_from_its_distance_field(spacing):
    grid = Grid((-14.2, -14.1, -14.3), spacing, tuple(int(29 / s) + 1 for s in spacing[::-1]))
    surface = Surface.from_field(ball_field(grid, 12.0), grid)
    assert surface.is_closed
    assert np.abs(np.linalg.norm(surface.points, axis=1) - 12).max() < 0.03
    assert surface.volume_mm3 == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.01)
    assert surface.volume_mm3 < 4 / 3 * np.pi * 12**3, "chords lie inside a convex surface"
    assert surface.area == pytest.approx(4 * np.pi * 12**2, rel=0.01)
    assert ((surface.vertex_normals * surface.points).sum(axis=1) > 11.8).all(), "normals point outward"


def test_marching_cubes_places_an_off_centre_ball_in_mm():
    grid = Grid((100.0, -50.0, 20.0), (1.0, 1.5, 2.0), (20, 24, 30))
    surface = Surface.from_field(ball_field(grid, 9.0, (114.0, -33.0, 38.0)), grid)
    np.testing.assert_allclose(surface.centroid, (114, -33, 38), atol=0.05)


def test_a_higher_level_is_a_larger_shape():
    grid = Grid.centred(15.0, 31)
    larger = Surface.from_field(ball_field(grid, 10.0), grid, level=2.0)
    assert np.linalg.norm(larger.points, axis=1).mean() == pytest.approx(12, abs=0.02)


def test_shape_cut_off_by_the_grid_is_closed_at_its_border():
    grid = Grid.centred(15.0, 31)
    surface = Surface.from_field(ball_field(grid, 10.0, (15.0, 0.0, 0.0)), grid)
    assert surface.is_closed
    assert surface.volume_mm3 == pytest.approx(2 / 3 * np.pi * 10**3, rel=0.1)


def test_only_the_component_that_encloses_most_is_kept():
    grid = Grid.centred(20.0, 41)
    field = np.minimum(ball_field(grid, 8.0, (-8, 0, 0)), ball_field(grid, 5.0, (12, 0, 0)))
    surface = Surface.from_field(field, grid)
    np.testing.assert_allclose(surface.centroid, (-8, 0, 0), atol=0.1)


def test_a_cavity_is_dropped():
    grid = Grid.centred(16.0, 33)
    shell = np.maximum(ball_field(grid, 12.0), -ball_field(grid, 6.0))
    assert Surface.from_field(shell, grid).volume_mm3 == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.01)


def test_zero_on_voxel_centres_makes_no_degenerate_triangles():
    grid = Grid.centred(6.0, 13)
    cube = np.abs(grid.points()).max(axis=-1) - 4.0
    surface = Surface.from_field(cube, grid)
    assert surface.is_closed
    assert surface.triangle_areas.min() > 0
    assert surface.volume_mm3 == pytest.approx(512, rel=0.1), "edges are bevelled"


@pytest.mark.parametrize("value", [1.0, -1.0])
def test_field_without_a_surface_is_refused(value):
    grid = Grid.centred(2.0, 5)
    with pytest.raises(ValueError, match="no surface at 0"):
        Surface.from_field(np.full(grid.shape_zyx, value), grid)


def test_field_with_nan_is_refused():
    grid = Grid.centred(2.0, 5)
    with pytest.raises(ValueError, match="not finite"):
        Surface.from_field(np.full(grid.shape_zyx, np.nan), grid)


def test_box_measures_are_exact():
    surface = box((10, 20, 30), centre=(1000.0, -500.0, 3.0))
    assert surface.is_closed
    assert surface.volume_mm3 == pytest.approx(6000, rel=1e-12)
    assert surface.area == pytest.approx(2 * (200 + 300 + 600))
    assert surface.vertex_areas.sum() == pytest.approx(surface.area)
    np.testing.assert_allclose(surface.centroid, (1000, -500, 3))


def test_inward_triangles_have_negative_volume_and_are_turned():
    surface = box((2, 2, 2))
    inward = Surface(surface.points, surface.triangles[:, ::-1])
    assert inward.volume_mm3 == pytest.approx(-8)
    assert inward.outward().volume_mm3 == pytest.approx(8)


def test_open_surface_is_not_closed():
    surface = box((2, 2, 2))
    assert not Surface(surface.points, surface.triangles[1:]).is_closed


def test_section_of_a_ball_is_a_circle():
    (line,) = ball(30.0, (5.0, 0.0, 0.0), 5).section((0, 0, 12.0), (0, 0, 2.0))
    np.testing.assert_allclose(line[:, 2], 12.0)
    radius = np.linalg.norm(line[:, :2] - (5, 0), axis=1)
    np.testing.assert_allclose(radius, np.sqrt(30**2 - 12**2), atol=0.03)
    step = np.linalg.norm(line - np.roll(line, 1, axis=0), axis=1)
    assert step.max() < 2.0, "neighbours in the list are neighbours on the circle, the last one too"


def test_section_runs_counter_clockwise_about_the_normal():
    for normal in ((0, 0, 1), (0, 0, -1)):
        (line,) = box((4, 6, 8)).section((0, 0, 1), normal)
        x, y = line[:, 0], line[:, 1]
        area = (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2
        assert area == pytest.approx(24 * normal[2])


def test_section_through_vertices_is_still_one_line():
    (line,) = ellipsoid((10, 12, 9)).section((0, 0, 0), (0, 0, 1))
    semi = (line[:, :2] / (10, 12)) ** 2
    np.testing.assert_allclose(semi.sum(axis=1), 1, atol=0.01)


def test_section_of_two_parts_gives_two_lines_longest_first():
    small, large = ball(3.0, (20, 0, 0), 3), ball(6.0, subdivisions=3)
    both = Surface(
        np.concatenate([small.points, large.points]),
        np.concatenate([small.triangles, large.triangles + len(small.points)]),
    )
    lines = both.section((0, 0, 0.1), (0, 0, 1))
    assert [round(line[:, 0].mean()) for line in lines] == [0, 20]


def test_section_beside_the_surface_is_empty():
    assert ball(5.0).section((0, 0, 6), (0, 0, 1)) == []


@settings(max_examples=15, deadline=None)
@given(
    angles=st.tuples(*[st.floats(-180, 180)] * 3),
    shift=st.tuples(*[st.floats(-500, 500)] * 3),
)
def test_rigid_motion_changes_no_measure(angles, shift):
    surface = lump(2)
    moved = surface.transformed(rigid(angles, shift))
    assert moved.volume_mm3 == pytest.approx(surface.volume_mm3, rel=1e-9)
    assert moved.area == pytest.approx(surface.area, rel=1e-9)


def test_mirroring_keeps_normals_outward():
    assert lump(2).transformed(np.diag([-1.0, 1, 1, 1])).volume_mm3 > 0


def test_point_data_follows_transform_and_subset():
    surface = ball(3.0, subdivisions=1).with_data(height=np.arange(42.0))
    kept = surface.transformed(rigid((0, 0, 10))).subset(np.arange(42) >= 12)
    np.testing.assert_array_equal(kept.point_data["height"], np.arange(12.0, 42.0))


@pytest.mark.parametrize(
    ("points", "triangles", "data", "message"),
    [
        (np.zeros((3, 2)), np.zeros((1, 3)), {}, r"points has shape \(3, 2\)"),
        (np.zeros((3, 3)), np.zeros((1, 4)), {}, r"triangles has shape \(1, 4\)"),
        (np.zeros((3, 3)), np.array([[0, 1, 3]]), {}, "uses point 3"),
        (np.zeros((3, 3)), np.array([[0, 1, 2]]), {"a": np.zeros(2)}, "'a'.* has 2 values, expected 3"),
    ],
)
def test_wrong_arguments_are_named(points, triangles, data, message):
    with pytest.raises(ValueError, match=message):
        Surface(points, triangles, data)
