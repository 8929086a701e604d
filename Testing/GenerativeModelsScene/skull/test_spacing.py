"""A spacing counts when somebody measured it; a stand-in and a print size do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.skull.planes import plane_from_node, reset_spacing, set_spacing, spacing_of

PIXELS = (np.arange(6400).reshape(80, 80) % 251).astype(np.uint8)


@pytest.fixture
def a_picture(a_scene, add_volume):
    """Function (file name or path, side in mm, ...) -> node that says it was read from that file."""

    def make(file: str | Path | None, *sides: float):
        node = add_volume(PIXELS[None])
        node.SetSpacing(*(sides or (1.0, 1.0)), 1.0)
        if file is not None:
            storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
            storage.SetFileName(str(file))
            node.SetAndObserveStorageNodeID(storage.GetID())
        return node

    return make


@pytest.mark.parametrize("file", [None, "a.png", "b.JPG", "c.tif", "d.bmp", "us.dcm", "IM_0001"])
def test_one_by_one_is_a_stand_in_where_no_header_states_it(a_picture, file) -> None:
    node = a_picture(file)
    assert spacing_of(node).source == "unknown"
    with pytest.raises(InputError, match="came without a pixel spacing"):
        plane_from_node(node, "axial")


@pytest.mark.parametrize("file", ["a.nrrd", "b.nii.gz", "c.MHA"])
def test_one_by_one_is_meant_in_a_file_that_states_it(a_picture, file) -> None:
    spacing = spacing_of(a_picture(file))
    assert (spacing.spacing_mm, spacing.source) == ((1.0, 1.0), "file")


def test_a_nrrd_read_by_slicer_has_its_spacing(a_scene, tmp_path: Path) -> None:
    import SimpleITK as sitk

    for side in (1.0, 0.25):
        image = sitk.GetImageFromArray(PIXELS[None])
        image.SetSpacing((side, side, 1.0))
        sitk.WriteImage(image, str(tmp_path / "plane.nrrd"))
        node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
        storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
        storage.SetFileName(str(tmp_path / "plane.nrrd"))
        assert storage.ReadData(node)
        node.SetAndObserveStorageNodeID(storage.GetID())
        plane = plane_from_node(node, "axial")
        assert (plane.spacing_mm, plane.spacing_source) == ((side, side), "file")
        np.testing.assert_array_equal(plane.pixels, PIXELS)


def test_a_print_size_is_no_spacing(a_picture, tmp_path: Path) -> None:
    """Slicer takes the 72 dots per inch of a JPEG for pixels of 0.353 mm, which an ultrasound image could well have."""
    path = tmp_path / "printed.jpg"
    Image.fromarray(PIXELS).save(path, dpi=(72, 72))
    assert spacing_of(a_picture(path, 25.4 / 72, 25.4 / 72)).source == "unknown"
    assert spacing_of(a_picture(path, 0.3, 0.3)).source == "user"  # set in the module Volumes
    assert spacing_of(a_picture(tmp_path / "gone.jpg", 0.3, 0.3)).source == "unknown"


def test_a_spacing_given_is_written_and_remembered(a_picture) -> None:
    node = a_picture("scan.png")
    set_spacing(node, (0.4, 0.5))
    assert node.GetSpacing() == (0.5, 0.4, 1.0)
    assert node.GetAttribute("GenerativeModels.Spacing") == "user"
    spacing = spacing_of(node)
    assert (spacing.spacing_mm, spacing.source) == ((0.4, 0.5), "user")
    assert plane_from_node(node, "axial").spacing_source == "user"
    set_spacing(node, (1, 1))
    assert spacing_of(node).source == "user", "one millimetre may be given too"


def test_a_spacing_given_can_be_taken_back(a_picture) -> None:
    node = a_picture("scan.nrrd", 0.5, 0.4)
    reset_spacing(node)
    set_spacing(node, (0.6, 0.6))
    set_spacing(node, (0.7, 0.7))
    reset_spacing(node)
    assert node.GetSpacing() == (0.5, 0.4, 1.0)
    assert spacing_of(node).source == "file"
    assert node.GetAttribute("GenerativeModels.Spacing") is None


def test_the_mark_is_void_when_the_file_is_read_again(a_picture) -> None:
    node = a_picture("scan.png")
    set_spacing(node, (0.4, 0.4))
    node.SetSpacing(1, 1, 1)
    assert spacing_of(node).source == "unknown"


def test_a_spacing_is_given_in_the_millimetres_of_the_world(a_scene, a_picture) -> None:
    node = a_picture("scan.nrrd", 0.5, 0.5)
    transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    from GenerativeModelsScene.nodes.geometry import vtk_matrix

    transform.SetMatrixTransformToParent(vtk_matrix(np.diag([2, 2, 2, 1])))
    node.SetAndObserveTransformNodeID(transform.GetID())
    assert spacing_of(node).spacing_mm == pytest.approx((1, 1))
    set_spacing(node, (0.6, 0.8))
    assert node.GetSpacing()[:2] == pytest.approx((0.4, 0.3))
    assert spacing_of(node).spacing_mm == pytest.approx((0.6, 0.8))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_spacing_goes_to_the_axes_of_the_slice(add_volume, axis: int) -> None:
    node = add_volume(np.expand_dims(PIXELS, 2 - axis))
    set_spacing(node, (0.4, 0.5))
    column, row = (other for other in range(3) if other != axis)
    assert (node.GetSpacing()[row], node.GetSpacing()[column], node.GetSpacing()[axis]) == (0.4, 0.5, 1.0)


@pytest.mark.parametrize("wrong", [(0, 0.3), (-1, 1), (float("nan"), 1), (0.3,), 0.3, ("a", "b"), (1000, 1000), None])
def test_absurd_spacings_are_refused_and_nothing_is_written(a_picture, wrong) -> None:
    node = a_picture("scan.png")
    with pytest.raises(InputError, match=r"expected \(row, column\), each 0.01 to 5 mm"):
        set_spacing(node, wrong)
    assert node.GetSpacing() == (1, 1, 1)
    assert node.GetAttribute("GenerativeModels.Spacing") is None


def test_marks_survive_saving_and_loading_the_scene(a_scene, a_picture, tmp_path: Path) -> None:
    import slicer

    node = a_picture(None)
    node.SetName("mine")
    set_spacing(node, (0.4, 0.4))
    storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(tmp_path / "mine.nrrd"))
    node.SetAndObserveStorageNodeID(storage.GetID())
    assert storage.WriteData(node)
    a_scene.SetURL(str(tmp_path / "scene.mrml"))
    assert a_scene.Commit()
    again = slicer.vtkMRMLScene()
    again.SetURL(str(tmp_path / "scene.mrml"))
    again.Connect()
    loaded = again.GetFirstNodeByName("mine")
    assert spacing_of(loaded).source == "user"
    assert spacing_of(loaded).spacing_mm == (0.4, 0.4)
    reset_spacing(loaded)
    assert loaded.GetSpacing() == (1, 1, 1)
