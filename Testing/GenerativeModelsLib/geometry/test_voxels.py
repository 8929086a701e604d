"""Label maps from surfaces and surfaces from label maps."""

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.voxels import (
    read_label_map,
    signed_distance,
    surface_from_image,
    surface_from_mask,
    voxelize,
)
from Testing.helpers.shapes import ball, ball_field, box


def grid_about(radius: float, spacing) -> Grid:
    """Grid whose voxels are not centred on the ball."""
    origin = tuple(-radius - 4 * h + 0.37 * h for h in spacing)
    return Grid(origin, spacing, tuple(int(2 * radius / h) + 9 for h in spacing[::-1]))


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.6, 1.0, 2.0)])
def test_voxels_of_a_box_are_exact(spacing):
    grid = grid_about(15.0, spacing)
    x, y, z = np.moveaxis(np.abs(grid.points() - (1, 2, 3)), -1, 0)
    expected = (x < 5.0) & (y < 7.5) & (z < 10.0)
    labels = voxelize(box((10, 15, 20), (1, 2, 3)), grid)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, expected)


def test_voxels_of_a_ball_are_those_inside():
    grid = grid_about(20.0, (1.1, 0.9, 1.3))
    inside = ball_field(grid, 20.0) < 0
    different = voxelize(ball(20.0, subdivisions=5), grid).astype(bool) != inside
    assert different.mean() < 2e-4, "only voxels within the sagitta of a triangle may differ"


def test_surface_outside_the_grid_gives_no_voxels():
    assert not voxelize(ball(3.0, (90, 0, 0)), Grid.centred(10.0, 11)).any()


def test_ball_mask_gives_back_the_ball_without_a_half_voxel_bias():
    grid = grid_about(30.0, (0.8, 0.8, 0.8))
    surface = surface_from_mask(ball_field(grid, 30.0) < 0, grid)
    error = np.linalg.norm(surface.points, axis=1) - 30.0
    assert surface.is_closed
    assert abs(np.average(error, weights=surface.vertex_areas)) < 0.03
    assert np.sqrt(np.average(error**2, weights=surface.vertex_areas)) < 0.1
    assert surface.volume_mm3 == pytest.approx(4 / 3 * np.pi * 30**3, rel=0.003)


def test_anisotropic_mask_gives_back_the_ball():
    grid = grid_about(30.0, (0.6, 0.8, 1.6))
    surface = surface_from_mask(ball_field(grid, 30.0) < 0, grid)
    error = np.linalg.norm(surface.points, axis=1) - 30.0
    assert abs(np.average(error, weights=surface.vertex_areas)) < 0.06
    assert np.sqrt(np.average(error**2, weights=surface.vertex_areas)) < 0.2


def test_signed_distance_of_a_half_space_is_exact_to_half_a_voxel_and_signed():
    mask = np.zeros((12, 12, 12), bool)
    mask[:, :, :6] = True
    found = signed_distance(mask, (2.0, 1.0, 0.5))[6, 6]
    exact = (np.arange(12) - 5.5) * 0.5
    np.testing.assert_allclose(found, exact, atol=0.06)


def test_mask_at_the_border_is_closed_there():
    surface = surface_from_mask(np.ones((9, 9, 9)), Grid.centred(4.0, 9))
    assert surface.is_closed
    np.testing.assert_allclose(np.abs(surface.points).max(axis=0), 4.5, atol=0.05)


def test_empty_mask_is_refused():
    with pytest.raises(ValueError, match="empty"):
        surface_from_mask(np.zeros((5, 5, 5)), Grid.centred(2.0, 5))
    with pytest.raises(ValueError, match="0 of 125"):
        signed_distance(np.zeros((5, 5, 5)), (1, 1, 1))


def test_image_of_any_orientation_gives_the_same_surface():
    """A RAS file, such as NIfTI, must not mirror the shape."""
    grid = grid_about(14.0, (1.0, 1.2, 1.4))
    image = grid.to_image((ball_field(grid, 12.0, (3.0, -2.0, 1.0)) < 0).astype(np.uint8))
    reference = surface_from_image(image)
    np.testing.assert_allclose(reference.centroid, (3, -2, 1), atol=0.1)
    for code in ("RAS", "LIP", "SPR"):
        turned = surface_from_image(sitk.DICOMOrient(image, code))
        np.testing.assert_allclose(turned.centroid, reference.centroid, atol=0.02)
        assert turned.volume_mm3 == pytest.approx(reference.volume_mm3, rel=1e-3)


def test_label_map_files(tmp_path):
    grid = Grid.centred(5.0, 11)
    sitk.WriteImage(grid.to_image((ball_field(grid, 4.0) < 0).astype(np.uint8)), tmp_path / "a.nii.gz")
    assert read_label_map(tmp_path / "a.nii.gz").GetSize() == (11, 11, 11)
    sitk.WriteImage(grid.to_image(np.zeros(grid.shape_zyx, np.uint8)), tmp_path / "empty.nrrd")
    sitk.WriteImage(sitk.Image(4, 4, sitk.sitkUInt8), tmp_path / "flat.mha")
    (tmp_path / "text.nii").write_text("no image")
    for name, message in (
        ("gone.nii", "does not exist"),
        ("empty.nrrd", "every voxel is 0"),
        ("flat.mha", r"size \(4, 4\).*expected a 3D volume"),
        ("text.nii", "cannot be read"),
    ):
        with pytest.raises(InputError, match=f"{name}.*{message}"):
            read_label_map(tmp_path / name)


@pytest.mark.real_data
def test_real_head_mask_keeps_its_volume(shared_data):
    image = read_label_map(shared_data / "fetal_heads_spina_bifida" / "sb_ga22_notoperated_mask.nii.gz")
    surface = surface_from_image(image)
    voxels = (sitk.GetArrayViewFromImage(image) > 0).sum() * np.prod(image.GetSpacing())
    assert surface.is_closed
    assert surface.volume_mm3 == pytest.approx(voxels, rel=0.01)
