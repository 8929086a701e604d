"""Thickness along streamlines against closed forms: mean bias at most 0.03 voxels, where voxel methods have 0.25."""

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.wall.phantoms import cylinders, half_ellipsoids, offset_spheres, slab, spheres
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.voxels import signed_distance
from GenerativeModelsLib.geometry.wall_thickness import RING_VOXELS, WallField, wall_thickness
from Testing.helpers.shapes import rigid

SHIFTED, TILTED = rigid(translation=(0.3, 0.71, -0.4)), rigid((25, -17, 40), (0.3, 0.71, -0.4))
PHANTOMS = [
    spheres(10, 20),
    spheres(22, 30),
    spheres(26, 30),
    offset_spheres(20, 30, 5),
    cylinders(22, 30, 40),
    half_ellipsoids(20, 45, 10),
    half_ellipsoids(14, 38, 16),
]


def errors(phantom, grid):
    """Errors in mm at the points of both surfaces."""
    field = WallField.solve(grid, *phantom.fields(grid))
    endo = field.thickness_at(phantom.endo_points) - phantom.endo_thickness
    epi = field.thickness_at(phantom.epi_points) - phantom.epi_thickness
    return np.concatenate([endo, epi])


@pytest.mark.parametrize("pose", [SHIFTED, TILTED], ids=["straight", "tilted"])
@pytest.mark.parametrize("spacing", [1.0, 2.0, (1.0, 1.0, 2.0)], ids=str)
@pytest.mark.parametrize("phantom", PHANTOMS, ids=lambda p: p.name)
def test_bias_and_spread(phantom, spacing, pose):
    moved = phantom.moved(pose)
    grid = moved.grid(spacing)
    error = errors(moved, grid) / min(grid.spacing_mm)
    known = error[np.isfinite(error)]
    if moved.base is None:
        assert len(known) == len(error)
    else:
        depth = -np.concatenate([moved.base(moved.endo_points), moved.base(moved.epi_points)])
        np.testing.assert_array_equal(np.isnan(error), depth < RING_VOXELS * max(grid.spacing_mm))
    assert abs(known.mean()) < 0.03
    assert known.std() < 0.03
    assert np.abs(known).max() < 0.15


def test_slab_is_exact():
    phantom = slab(8.0, 40.0).moved(SHIFTED)
    np.testing.assert_allclose(errors(phantom, phantom.grid(1.5)), 0, atol=1e-4)


def test_both_ends_of_a_streamline_have_one_thickness():
    """The thickness is symmetric: both ends of a streamline have the same value."""
    phantom = half_ellipsoids(20, 45, 10).moved(TILTED)  # its points correspond along the streamlines
    grid = phantom.grid(1.5)
    field = WallField.solve(grid, *phantom.fields(grid))
    there, back = field.thickness_at(phantom.endo_points), field.thickness_at(phantom.epi_points)
    assert np.nanmax(np.abs(there - back)) < 0.05


def test_points_inside_the_wall_have_the_thickness_of_their_streamline():
    phantom = spheres(20, 30).moved(SHIFTED)
    grid = phantom.grid(1.5)
    field = WallField.solve(grid, *phantom.fields(grid))
    centre = phantom.pose[:3, 3]
    middle = centre + (phantom.endo_points - centre) * 1.25
    np.testing.assert_allclose(field.thickness_at(middle), 10.0, atol=0.06)


def test_spacing_times_two_is_thickness_times_two():
    phantom = half_ellipsoids(14, 38, 16).moved(TILTED)
    grid = phantom.grid(1.5)
    endo, epi, base = phantom.fields(grid)
    double = Grid(tuple(2 * v for v in grid.origin_mm), tuple(2 * v for v in grid.spacing_mm), grid.shape_zyx)
    once = WallField.solve(grid, endo, epi, base).thickness_at(phantom.endo_points)
    twice = WallField.solve(double, 2 * endo, 2 * epi, 2 * base).thickness_at(2 * phantom.endo_points)
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-4)


def test_rigid_motion_changes_a_tenth_of_a_voxel_at_most():
    phantom = half_ellipsoids(20, 45, 10)
    found = []
    for pose in (SHIFTED, TILTED, rigid((170, 80, -30), (500, -300, 100))):
        moved = phantom.moved(pose)
        grid = moved.grid(2.0)
        found.append(WallField.solve(grid, *moved.fields(grid)).thickness_at(moved.endo_points))
    assert np.nanmax(np.ptp(found, axis=0)) < 0.2


def test_shift_by_whole_voxels_changes_nothing():
    phantom = offset_spheres(20, 30, 5)
    grid = phantom.grid(2.0)
    shift = np.array([200.0, -100.0, 60.0])
    far = Grid(tuple(grid.origin_mm + shift), grid.spacing_mm, grid.shape_zyx)
    fields = phantom.fields(grid)
    here = WallField.solve(grid, *fields).thickness_at(phantom.epi_points)
    there = WallField.solve(far, *fields).thickness_at(phantom.epi_points + shift)
    np.testing.assert_allclose(there, here, atol=1e-4)


def test_marching_cubes_vertices_of_an_open_shell():
    """Vertices of both surfaces, as in use: finite everywhere except on the base ring and above it, where it is NaN."""
    phantom = half_ellipsoids(20, 45, 10).moved(SHIFTED)
    grid = phantom.grid(2.0)
    endo, epi, base = phantom.fields(grid)
    surfaces = [Surface.from_field(values, grid) for values in (endo, epi)]
    found = wall_thickness(grid, endo, epi, base, endo_points=surfaces[0].points, epi_points=surfaces[1].points)
    for surface, values in zip(surfaces, (found.endo_mm, found.epi_mm)):
        height = phantom.base(surface.points)
        assert np.isnan(values[height > -0.9 * RING_VOXELS * 2.0]).all()
        below = values[height < -1.1 * RING_VOXELS * 2.0]
        assert np.isfinite(below).all()
        assert below.min() > 5.0 and below.max() < 10.1
    assert found.warnings == ()


def test_what_the_fields_do_above_the_cut_does_not_matter():
    """Cavity and heart closed by flat lids at the base, as in label maps that end there."""
    phantom = half_ellipsoids(20, 45, 10).moved(TILTED)
    grid = phantom.grid(1.5)
    endo, epi, base = phantom.fields(grid)
    lids = WallField.solve(grid, np.maximum(endo, base), np.maximum(epi, base), base)
    error = lids.thickness_at(phantom.endo_points) - phantom.endo_thickness
    below = phantom.base(phantom.endo_points) < -2 * 1.5
    assert np.abs(error[below]).max() < 0.05 * 1.5
    assert np.nanmax(np.abs(error)) < 0.5 * 1.5, "only the last voxel knows of the lid"


def test_apex_is_a_smooth_minimum():
    phantom = half_ellipsoids(14, 38, 16).moved(TILTED)
    grid = phantom.grid(1.5)
    field = WallField.solve(grid, *phantom.fields(grid))
    depth = phantom.base(phantom.endo_points)
    found = field.thickness_at(phantom.endo_points)
    apex = np.argsort(depth)[:100]
    assert np.isfinite(found[apex]).all()
    assert np.abs(found - phantom.endo_thickness)[apex].max() < 0.1 * 1.5
    assert np.nanmin(found) == pytest.approx(phantom.endo_thickness.min(), abs=0.1)


def test_masks_turned_into_distances_are_measured_to_a_fifth_of_a_voxel():
    phantom = offset_spheres(20, 30, 5).moved(TILTED)
    grid = phantom.grid(1.0)
    endo, epi, _ = (v if v is None else signed_distance(v < 0, grid.spacing_zyx) for v in phantom.fields(grid))
    error = WallField.solve(grid, endo, epi).thickness_at(phantom.endo_points) - phantom.endo_thickness
    assert abs(error.mean()) < 0.1
    assert error.std() < 0.2


def test_points_away_from_the_wall_have_no_thickness():
    phantom = spheres(20, 30)
    grid = phantom.grid(1.5)
    field = WallField.solve(grid, *phantom.fields(grid))
    away = np.array([[0.0, 0, 0], [15, 0, 0], [33, 0, 0], [500, 0, 0], [0, 0, -500]])
    assert np.isnan(field.thickness_at(away)).all()
    assert field.thickness_at(np.zeros((0, 3))).shape == (0,)


def test_potential_is_on_the_grid_of_the_field():
    phantom = spheres(20, 30).moved(SHIFTED)
    field = WallField.solve(phantom.grid(1.0, 20), *phantom.fields(phantom.grid(1.0, 20)))
    assert field.potential.shape == field.grid.shape_zyx
    assert max(field.grid.shape_zyx) < 70, "the wide margin is cut off"
    rho = np.linalg.norm(field.grid.points() - phantom.pose[:3, 3], axis=-1)
    wall = np.isfinite(field.potential)
    np.testing.assert_array_equal(wall, (rho > 20) & (rho < 30))
    exact = (1 / 20 - 1 / rho[wall]) / (1 / 20 - 1 / 30)
    assert np.abs(field.potential[wall] - exact).max() < 0.003


def test_swapped_surfaces_are_named():
    phantom = half_ellipsoids(20, 45, 10)
    grid = phantom.grid(2.0)
    endo, epi, base = phantom.fields(grid)
    with pytest.raises(InputError, match="endo_mm and epi_mm are swapped"):
        WallField.solve(grid, epi, endo, base)


def test_fields_without_a_wall_are_named():
    phantom = spheres(20, 20)
    grid = phantom.grid(2.0)
    with pytest.raises(InputError, match="There is no wall"):
        WallField.solve(grid, *phantom.fields(grid))
    endo, epi, _ = spheres(20, 30).fields(grid)
    with pytest.raises(InputError, match="There is no wall"):
        WallField.solve(grid, endo, epi, np.ones(grid.shape_zyx))


@pytest.mark.parametrize("factor", [0.4, 3.0])
def test_distances_in_other_units_are_named(factor):
    phantom = spheres(20, 30)
    grid = phantom.grid(2.0)
    endo, epi, _ = phantom.fields(grid)
    with pytest.raises(InputError, match=f"endo_mm rises by {factor:g} per mm"):
        WallField.solve(grid, factor * endo, factor * epi)


def test_fields_that_are_no_fields_are_named():
    phantom = spheres(20, 30)
    grid = phantom.grid(2.0)
    endo, epi, _ = phantom.fields(grid)
    broken = endo.copy()
    broken[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="endo_mm holds values that are not finite"):
        WallField.solve(grid, broken, epi)
    with pytest.raises(ValueError, match="the grid"):
        WallField.solve(grid, endo[1:], epi)
    with pytest.raises(ValueError, match=r"points has shape \(3,\)"):
        WallField.solve(grid, endo, epi).thickness_at(np.zeros(3))


def test_thin_wall_is_warned_about_and_still_measured():
    phantom = spheres(27, 30).moved(SHIFTED)
    grid = phantom.grid(2.0)
    found = wall_thickness(grid, *phantom.fields(grid), endo_points=phantom.endo_points, epi_points=phantom.epi_points)
    assert len(found.warnings) == 1
    assert "thinner than 2 voxels (4.0 mm) at 100 % of its points" in found.warnings[0]
    np.testing.assert_allclose(found.endo_mm, 3.0, atol=0.1)


def test_surfaces_that_cross_are_warned_about_and_have_no_thickness_there():
    inner, outer = spheres(20, 30).moved(rigid(translation=(13, 0, 0))), spheres(20, 30)
    grid = outer.grid(1.5)
    endo, epi = inner.fields(grid)[0], outer.fields(grid)[1]
    points = np.array([[33.0, 0, 0], [-7.0, 0, 0]])
    found = wall_thickness(grid, endo, epi, endo_points=points, epi_points=np.array([[30.5, 0, 0], [-30, 0, 0]]))
    assert any("leaves the epicardium" in sentence for sentence in found.warnings)
    assert found.endo_mm[1] == pytest.approx(23, abs=0.1)
    assert not found.endo_mm[0] > 0


def test_no_point_on_the_wall_is_warned_about():
    phantom = spheres(20, 30)
    grid = phantom.grid(2.0)
    nowhere = np.zeros((1, 3))
    found = wall_thickness(grid, *phantom.fields(grid), endo_points=nowhere, epi_points=nowhere)
    assert "No point lies on the wall" in found.warnings[0]


def test_single_precision_fields_give_the_same():
    phantom = half_ellipsoids(20, 45, 10).moved(TILTED)
    grid = phantom.grid(2.0)
    fields = phantom.fields(grid)
    double = WallField.solve(grid, *fields).thickness_at(phantom.endo_points)
    single = WallField.solve(grid, *(f.astype(np.float32) for f in fields)).thickness_at(phantom.endo_points)
    np.testing.assert_allclose(single, double, atol=1e-3)
