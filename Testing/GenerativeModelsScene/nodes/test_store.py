"""The nodes of a case are found again, whatever happens to the scene."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.nodes.store import CASE, ROLE, NodeStore, add_node, remove_node, require_open

PICTURE = np.zeros((1, 4, 4), np.uint8)


def test_a_node_is_made_once_and_found_again(a_scene) -> None:
    node, made = NodeStore(a_scene, "case").obtain("model", "vtkMRMLModelNode", "A skull")
    assert made and node.GetName() == "A skull" and node.GetScene() is a_scene
    assert (node.GetAttribute(CASE), node.GetAttribute(ROLE)) == ("case", "model")
    again, made = NodeStore(a_scene, "case").obtain("model", "vtkMRMLModelNode", "B skull")
    assert again is node and not made and node.GetName() == "B skull"


def test_cases_do_not_mix(a_scene) -> None:
    first, _ = NodeStore(a_scene, "one").obtain("model", "vtkMRMLModelNode", "one")
    second, made = NodeStore(a_scene, "two").obtain("model", "vtkMRMLModelNode", "two")
    assert made and second is not first


def test_a_deleted_node_is_not_found(a_scene) -> None:
    store = NodeStore(a_scene, "case")
    node, _ = store.obtain("model", "vtkMRMLModelNode", "skull")
    a_scene.RemoveNode(node)
    assert store.get("model") is None and not store and store.roles() == []
    assert store.obtain("model", "vtkMRMLModelNode", "skull")[1]


def test_a_copy_made_by_the_user_is_left_alone(a_scene) -> None:
    node, _ = NodeStore(a_scene, "case").obtain("model", "vtkMRMLModelNode", "skull")
    copy = a_scene.AddNewNodeByClass("vtkMRMLModelNode", "mine")
    copy.Copy(node)
    copy.SetName("mine")
    assert NodeStore(a_scene, "case").obtain("model", "vtkMRMLModelNode", "skull")[0] is node
    assert copy.GetName() == "mine"


def test_dropping_takes_display_nodes_along(a_scene) -> None:
    store = NodeStore(a_scene, "case")
    before = a_scene.GetNumberOfNodes()
    node, _ = store.obtain("model", "vtkMRMLModelNode", "skull")
    node.CreateDefaultDisplayNodes()
    node.AddDefaultStorageNode()
    assert a_scene.GetNumberOfNodes() == before + 3
    store.drop("model")
    store.drop("never there")
    assert a_scene.GetNumberOfNodes() == before and store.get("model") is None


def test_a_class_no_module_made_known_is_made_known() -> None:
    bare = slicer.vtkMRMLScene()
    assert not bare.IsNodeClassRegistered("vtkMRMLColorLegendDisplayNode")
    node = add_node(bare, "vtkMRMLColorLegendDisplayNode", "legend")
    assert node.GetScene() is bare and node.GetName() == "legend"
    remove_node(node)


def test_the_axial_node_leads_to_its_case_after_import_into_another_scene(a_scene, add_volume, tmp_path) -> None:
    """Import gives nodes new IDs where theirs are taken; then the old key must not catch the newcomer's case."""
    axial = add_volume(PICTURE, name="axial")
    store = NodeStore(a_scene, axial.GetID())
    own, _ = store.obtain("result", "vtkMRMLTextNode", "own result")
    own.SetText("own")
    a_scene.SetURL(saved(a_scene, tmp_path))
    assert a_scene.Import()
    axials = [node for node in _volumes(a_scene) if node.GetName() == "axial"]
    assert len(axials) == 2 and axials[0] is axial
    results = [NodeStore(a_scene, node.GetID()).get("result") for node in axials]
    assert results[0] is own and results[1] is not None and results[1] is not own


def test_a_later_image_that_gets_the_id_of_a_deleted_one_does_not_get_its_case(a_scene, add_volume, tmp_path) -> None:
    """A scene that was saved without the image counts its IDs anew once it is loaded."""
    axial = add_volume(PICTURE, name="axial")
    key = axial.GetID()
    old, _ = NodeStore(a_scene, key).obtain("result", "vtkMRMLTextNode", "result")
    a_scene.RemoveNode(axial)
    assert NodeStore(a_scene, key).get("result") is old, "without its image the case is still found"
    later = slicer.vtkMRMLScene()
    later.SetURL(saved(a_scene, tmp_path))
    assert later.Connect() and NodeStore(later, key).get("result") is not None
    other = later.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "another head")
    assert other.GetID() == key
    assert NodeStore(later, key).get("result") is None


def test_a_closed_scene_is_told(a_scene) -> None:
    node, _ = NodeStore(a_scene, "case").obtain("placement", "vtkMRMLLinearTransformNode", "placement")
    require_open(node, a_scene)
    a_scene.Clear(False)
    with pytest.raises(InputError, match="scene was closed"):
        require_open(node, a_scene)


def saved(scene, folder: Path) -> str:
    """Path of the scene's file; what its nodes hold is not saved."""
    scene.SetRootDirectory(str(folder))
    scene.SetURL(str(folder / "scene.mrml"))
    assert scene.Commit()
    return scene.GetURL()


def _volumes(scene) -> list:
    kind = "vtkMRMLScalarVolumeNode"
    return [scene.GetNthNodeByClass(index, kind) for index in range(scene.GetNumberOfNodesByClass(kind))]
