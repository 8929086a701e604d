"""Arrangement of the views by the nodes of the scene."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsScene.skull.case_nodes import case_title
from GenerativeModelsScene.skull.show import show_case
from GenerativeModelsScene.skull.views import look_at_case
from Testing.helpers.finished_cases import a_finished_case


@pytest.fixture
def views(a_scene) -> dict:
    """Slice and composite node of the three views, the camera and the layout."""
    found = {}
    for name in ("Red", "Green", "Yellow"):
        for kind in ("vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode"):
            node = a_scene.CreateNodeByClass(kind)
            node.UnRegister(None)
            node.SetSingletonTag(name)
            node.SetLayoutName(name)
            found[name, kind] = a_scene.AddNode(node)
        found[name, "vtkMRMLSliceNode"].SetDimensions(400, 300, 1)
    found["camera"] = a_scene.AddNewNodeByClass("vtkMRMLCameraNode")
    a_scene.RegisterNodeClass(slicer.vtkMRMLLayoutNode())
    found["layout"] = a_scene.AddNewNodeByClass("vtkMRMLLayoutNode")
    found["layout"].AddLayoutDescription(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView, "<layout></layout>")
    return found


def shown_in(views: dict, name: str) -> str | None:
    return views[name, "vtkMRMLSliceCompositeNode"].GetBackgroundVolumeID()


def test_each_view_shows_its_plane_or_a_section(a_scene, tmp_path, views) -> None:
    case = read_case(a_finished_case(tmp_path / "case", planes=("axial", "coronal")))
    nodes = show_case(a_scene, case, key="case", title="Head")
    steps = list(look_at_case(a_scene, nodes))
    assert len(steps) > 9, "one view per step"
    assert shown_in(views, "Red") == nodes.planes["axial"].GetID()
    assert shown_in(views, "Green") == nodes.planes["coronal"].GetID()
    assert shown_in(views, "Yellow") == nodes.uncertainty.GetID()
    width, height, _ = views["Red", "vtkMRMLSliceNode"].GetFieldOfView()
    assert max(width / (200 * 0.6), height / (150 * 0.8)) < 1.6, "the picture fills the view"
    bounds = np.zeros(6)
    nodes.model.GetRASBounds(bounds)
    np.testing.assert_allclose(views["camera"].GetFocalPoint(), (bounds[::2] + bounds[1::2]) / 2)
    assert views["layout"].GetViewArrangement() == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView


def test_a_scene_without_views_is_left_alone(a_scene, shown) -> None:
    before = a_scene.GetNumberOfNodes()
    list(look_at_case(a_scene, shown))
    assert a_scene.GetNumberOfNodes() == before


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Fetal head axial", "Fetal head"),
        ("Fetal head axial_1", "Fetal head_1"),
        ("case_7_Axial", "case_7"),
        ("axial picture", "picture"),
        ("216_HC", "216_HC"),
        ("axial", "Head"),
        ("coaxial", "coaxial"),
    ],
)
def test_a_case_has_the_name_of_its_image_without_the_plane(a_scene, name: str, title: str) -> None:
    assert case_title(a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)) == title
