"""Images as volumes that say what they are."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.images.queries import preview
from GenerativeModelsScene.nodes.geometry import ijk_to_ras
from GenerativeModelsScene.nodes.volumes import voxels
from GenerativeModelsScene.synthesis.case_nodes import find_images
from GenerativeModelsScene.synthesis.show import SYNTHETIC, show_images, show_preview


def tags(scene, node) -> dict[str, str]:
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = tree.GetItemByDataNode(node)
    return {name: tree.GetItemAttribute(item, f"DICOM.{name}") for name in ("SeriesDescription", "Modality")}


def test_every_volume_says_that_it_is_synthetic(a_scene, nodes) -> None:
    assert [node.GetName() for node in nodes.images.values()] == ["Heart synthetic 1", "Heart synthetic 2"]
    for node in nodes.images.values():
        assert node.GetAttribute(SYNTHETIC) == "yes" and "SYNTHETIC image, not of a patient" in node.GetDescription()
        assert "Synthetic, derived" in tags(a_scene, node)["SeriesDescription"]
        assert tags(a_scene, node)["Modality"] == "MR"


def test_the_voxels_and_their_place_are_those_of_the_files(nodes, drawn) -> None:
    wanted = sitk.ReadImage(str(drawn / "image_001.nii.gz"))
    node = nodes.images[1]
    np.testing.assert_array_equal(voxels(node), sitk.GetArrayFromImage(wanted))
    found = np.array(node.GetImageData().GetDimensions())
    assert tuple(found) == wanted.GetSize()
    point = ijk_to_ras(node) @ [3, 5, 2, 1]
    place = np.array(wanted.TransformIndexToPhysicalPoint((3, 5, 2))) * (-1, -1, 1)
    np.testing.assert_allclose(point[:3], place, atol=1e-4)


def test_fewer_images_take_the_place_of_more(a_scene, nodes, labels_node, drawn_cine) -> None:
    count = a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    again = show_images(a_scene, drawn_cine, key=labels_node.GetID(), title="Heart")
    assert list(again.images) == [0] and set(again.files) == {"image.nii.gz", "overview.png"}
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSequenceBrowserNode") == 1
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") <= count
    film = a_scene.GetFirstNodeByClass("vtkMRMLSequenceNode")
    assert film.GetNumberOfDataNodes() == 3 and film.GetNthIndexValue(2) == "0.08" and film.GetIndexUnit() == "s"


def test_all_nodes_of_a_case_lie_in_one_folder(a_scene, nodes) -> None:
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    parents = {tree.GetItemParent(tree.GetItemByDataNode(node)) for node in (*nodes.images.values(), nodes.table)}
    assert [tree.GetItemName(item) for item in parents] == ["Heart"]


def test_a_missing_file_changes_nothing(a_scene, tmp_path) -> None:
    count = a_scene.GetNumberOfNodes()
    with pytest.raises(InputError, match="missing or broken: draw the images again"):
        show_images(a_scene, tmp_path, key="k", title="Heart")
    assert a_scene.GetNumberOfNodes() == count and find_images(a_scene, "k") is None


def test_a_preview_lies_where_its_slice_does_and_goes_with_the_images(a_scene, labels_node, files, drawn) -> None:
    answer = preview(None, files.labels, files.style, seed=3)
    given = {"key": labels_node.GetID(), "title": "Heart", "method": "synthseg", "seed": 3}
    node = show_preview(a_scene, answer, **given)
    assert show_preview(a_scene, answer, **given) is node and node.GetName() == "Heart synthetic preview"
    assert node.GetAttribute(SYNTHETIC) == "yes" and find_images(a_scene, labels_node.GetID()) is None
    wanted = sitk.ReadImage(str(files.labels))
    corner = np.array(wanted.TransformIndexToPhysicalPoint((0, 0, answer["slice"]))) * (-1, -1, 1)
    np.testing.assert_allclose(node.GetOrigin(), corner, atol=1e-4)
    np.testing.assert_array_equal(voxels(node)[0], answer["values"])
    show_images(a_scene, drawn, key=labels_node.GetID(), title="Heart")
    assert node.GetScene() is None
