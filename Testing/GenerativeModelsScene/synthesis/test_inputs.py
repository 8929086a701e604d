"""Nodes as the request of images: what is written, and what is refused in a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.synthesis.images.run import read_inputs
from GenerativeModelsScene.nodes.store import add_node
from GenerativeModelsScene.synthesis.inputs import may_be_drawn, synthesis_problem, synthesis_request


def test_the_command_line_reads_what_the_nodes_hold(a_scene, labels_node, style_node, files, tmp_path) -> None:
    assert synthesis_problem(labels_node, style_node) is None and may_be_drawn(labels_node)
    request = synthesis_request(labels_node, style_node, workspace=tmp_path, title="x", n=2, seed=4)
    assert (request.n, request.seed, request.labels.name, request.style.name) == (
        2,
        4,
        "Heart labels.nrrd",
        "Cine.nrrd",
    )
    given, wanted = read_inputs(request), read_inputs(type(request)(labels=files.labels, style=files.style))
    np.testing.assert_array_equal(given.volume.codes, wanted.volume.codes)
    np.testing.assert_allclose(given.volume.grid.to_lps, wanted.volume.grid.to_lps, atol=1e-5)
    np.testing.assert_allclose(given.style.values, wanted.style.values)
    assert given.style.on_grid


def test_both_lie_in_the_world(a_scene, labels_node, style_node, tmp_path) -> None:
    matrix = vtkMatrix4x4()
    matrix.SetElement(2, 3, 50.0)
    transform = add_node(a_scene, "vtkMRMLLinearTransformNode", "up")
    transform.SetMatrixTransformToParent(matrix)
    for node in (labels_node, style_node):
        node.SetAndObserveTransformNodeID(transform.GetID())
    given = read_inputs(synthesis_request(labels_node, style_node, workspace=tmp_path))
    assert given.volume.grid.to_lps[2, 3] == pytest.approx(55.0, abs=1e-4) and given.style.on_grid


@pytest.mark.parametrize("modality", ["CT", "US"])
def test_a_style_of_another_modality_is_refused(a_scene, labels_node, style_node, modality) -> None:
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    item = tree.GetItemByDataNode(style_node) or tree.CreateItem(tree.GetSceneItemID(), style_node)
    tree.SetItemAttribute(item, "DICOM.Modality", modality)
    assert f"The style image 'Cine' is of the DICOM modality {modality}" in synthesis_problem(labels_node, style_node)


def test_what_cannot_be_used_is_a_sentence_and_nothing_is_written(a_scene, labels_node, tmp_path) -> None:
    nothing = add_node(a_scene, "vtkMRMLScalarVolumeNode", "Nothing")
    assert "'Nothing' is empty" in synthesis_problem(labels_node, nothing)
    assert "choose a grey volume" in synthesis_problem(labels_node, labels_node)
    assert "is missing: choose a segmentation" in synthesis_problem(None)
    assert "The seed is -1" in synthesis_problem(labels_node, seed=-1)
    assert "has no networks" in synthesis_problem(labels_node, model=default_bundle("repair"))
    hollow = add_node(a_scene, "vtkMRMLSegmentationNode", "Hollow")
    for name in ("LV cavity", "Myocardium"):
        hollow.GetSegmentation().AddEmptySegment("", name)
    with pytest.raises(InputError, match="no voxel of the cavity"):
        synthesis_request(hollow, workspace=tmp_path)
    with pytest.raises(InputError, match="'Nothing' is empty"):
        synthesis_request(labels_node, nothing, workspace=tmp_path)
    assert list(tmp_path.iterdir()) == []
