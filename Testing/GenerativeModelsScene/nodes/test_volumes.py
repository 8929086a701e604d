"""Volumes in the scene lie where the files say."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
import vtk

from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsScene.nodes.volumes import voxels


def assert_same_volume(node, path) -> None:
    """Voxels, and the place of three of them, are those of the file."""
    image = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(np.maximum(voxels(node), 0), sitk.GetArrayFromImage(image))
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    size = image.GetSize()
    for index in [(0, 0, 0), tuple(n - 1 for n in size), (size[0] - 1, 0, 0), (0, size[1] - 1, 0)]:
        ras = np.array(matrix.MultiplyPoint((*map(float, index), 1.0)))[:3]
        lps = np.array(image.TransformIndexToPhysicalPoint(index))
        np.testing.assert_allclose(ras, lps * (-1, -1, 1), atol=1e-4)
    assert node.GetSpacing() == pytest.approx(image.GetSpacing(), rel=1e-6)


def test_the_uncertainty_volume_is_the_file(shown, a_case) -> None:
    assert_same_volume(shown.uncertainty, a_case.folder / "uncertainty.nii.gz")
    assert voxels(shown.uncertainty).dtype == np.float32


def test_the_label_map_is_the_file(shown, a_case) -> None:
    assert_same_volume(shown.label_map, a_case.folder / "skull.nii.gz")
    assert shown.label_map.IsA("vtkMRMLLabelMapVolumeNode")


@pytest.mark.parametrize("name", ["axial", "sagittal", "coronal"])
def test_a_placed_plane_is_the_file(shown, a_case, name) -> None:
    assert_same_volume(shown.planes[name], a_case.folder / "planes" / f"{name}.nii.gz")
    assert voxels(shown.planes[name]).dtype == np.int16, "-1 is around the picture"


def test_uncertainty_is_shown_in_the_colours_and_range_of_the_skull(shown) -> None:
    display = shown.uncertainty.GetDisplayNode()
    assert display.GetColorNode() is shown.colours
    ends = shown.model.GetDisplayNode().GetScalarRange()
    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == pytest.approx(ends)
    assert display.GetApplyThreshold() and 0 < display.GetLowerThreshold() < 0.01, "no sheet of 0 mm over the image"


def test_volume_and_model_agree_about_the_skull(shown, a_case) -> None:
    """The surface's uncertainty is found in the volume at the surface's own points, in the scene's coordinates."""
    surface = from_polydata(shown.model.GetPolyData())
    matrix = vtk.vtkMatrix4x4()
    shown.uncertainty.GetRASToIJKMatrix(matrix)
    values, size = voxels(shown.uncertainty), shown.uncertainty.GetImageData().GetDimensions()
    inner = surface.points * 0.9  # the hand-made band is that of a ball inside
    inner = inner[np.linalg.norm(inner, axis=1) < 36]
    for point in inner[:: max(1, len(inner) // 50)]:
        i, j, k = (round(value) for value in matrix.MultiplyPoint((*point, 1.0))[:3])
        assert 0 <= i < size[0] and 0 <= j < size[1] and 0 <= k < size[2]
        assert values[k, j, i] == pytest.approx(0.6 + 0.01 * point[2], abs=0.02)
