"""A point of the latent space as a shape in the scene."""

from __future__ import annotations

import gc
import resource

import numpy as np
import slicer

from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsScene.heart.latent_shape import hide_latent_shape, show_latent_shape


def legends(scene) -> list[str]:
    nodes = [
        scene.GetNthNodeByClass(index, "vtkMRMLColorLegendDisplayNode")
        for index in range(scene.GetNumberOfNodesByClass("vtkMRMLColorLegendDisplayNode"))
    ]
    return [
        node.GetTitleText() for node in nodes if node.GetVisibility() and node.GetPrimaryDisplayNode().GetVisibility()
    ]


def test_a_moved_latent_point_changes_the_shape_in_place(a_scene, answers) -> None:
    first = show_latent_shape(a_scene, answers[0], key="explored", title="Shape")
    before = from_polydata(first["ed"].GetPolyData())
    count = a_scene.GetNumberOfNodes()
    second = show_latent_shape(a_scene, answers[1], key="explored", title="Shape")
    after = from_polydata(second["ed"].GetPolyData())
    assert second["ed"] is first["ed"] and a_scene.GetNumberOfNodes() == count
    np.testing.assert_array_equal(after.points, answers[1]["surfaces"]["ed"]["points"] * (-1, -1, 1))
    assert np.abs(after.points - before.points).max() > 1
    np.testing.assert_array_equal(
        after.point_data["wall_thickness_mm"], answers[1]["surfaces"]["ed"]["wall_thickness_mm"]
    )
    assert first["ed"].GetDisplayNode().GetVisibility() and not first["es"].GetDisplayNode().GetVisibility()
    assert legends(a_scene) == ["Wall thickness (mm)"]


def test_an_explored_shape_lies_where_the_patients_heart_does_and_goes(a_scene, answers) -> None:
    to_patient = np.eye(4)
    to_patient[:3, 3] = 10.0, 20.0, 30.0
    count = a_scene.GetNumberOfNodes()
    models = show_latent_shape(a_scene, answers[0], key="explored", title="Shape", phase="es", to_patient=to_patient)
    found = from_polydata(models["es"].GetPolyData()).points * (-1, -1, 1)
    expected = answers[0]["surfaces"]["es"]["points"] + (10, 20, 30)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert models["es"].GetDisplayNode().GetVisibility() and not models["ed"].GetDisplayNode().GetVisibility()
    hide_latent_shape(a_scene, "explored")
    assert a_scene.GetNumberOfNodes() <= count + 1, "the subject hierarchy at most"


def test_a_shape_of_a_case_has_its_colours_and_folder(a_scene, a_heart, answers) -> None:
    patient = a_heart.case.models["ed.vtp"].GetDisplayNode()
    count = a_scene.GetNumberOfNodes()
    model = show_latent_shape(a_scene, answers[0], key="heart", title="Sample explored")["ed"]
    assert model.GetDisplayNode().GetColorNode() is patient.GetColorNode()
    assert patient.GetColorNode().GetName() == "Sample wall thickness colours"
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    assert tree.GetItemName(tree.GetItemParent(tree.GetItemByDataNode(model))) == "Latent space"
    hide_latent_shape(a_scene, "heart")
    assert a_scene.GetNumberOfNodes() == count and patient.GetColorNode() is not None


def test_an_answer_of_one_phase_hides_the_other(a_scene, answers) -> None:
    both = show_latent_shape(a_scene, answers[0], key="explored", title="Shape", phase="es")
    one = {**answers[1], "surfaces": {"ed": answers[1]["surfaces"]["ed"]}}
    models = show_latent_shape(a_scene, one, key="explored", title="Shape", phase="ed")
    assert list(models) == ["ed"] and not both["es"].GetDisplayNode().GetVisibility()
    assert legends(a_scene) == ["Wall thickness (mm)"]


def test_the_difference_of_the_classes_has_diverging_colours(a_scene, answers, a_difference) -> None:
    model = show_latent_shape(a_scene, a_difference, key="explored", title="Shape")["ed"]
    display = model.GetDisplayNode()
    low, high = display.GetScalarRange()
    assert display.GetActiveScalarName() == "wall_difference_mm" and low == -high < 0
    assert legends(a_scene) == ["Hypertrophic minus healthy (mm)"]
    show_latent_shape(a_scene, answers[0], key="explored", title="Shape")
    assert display.GetActiveScalarName() == "wall_thickness_mm" and display.GetScalarRange() == (0.0, 30.0)
    assert legends(a_scene) == ["Wall thickness (mm)"]


def test_a_thousand_shapes_leave_nodes_and_memory_where_they_were(a_scene, answers, a_difference) -> None:
    def show(number: int) -> None:
        answer = a_difference if number % 10 == 9 else answers[number % 2]
        show_latent_shape(a_scene, answer, key="explored", title="Shape", phase=("ed", "es")[number // 2 % 2])

    for number in range(100):
        show(number)
    gc.collect()
    nodes, before = a_scene.GetNumberOfNodes(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(1000):
        show(number)
    gc.collect()
    assert a_scene.GetNumberOfNodes() == nodes
    one = sum(values.nbytes for values in answers[0]["surfaces"]["ed"].values()) / 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * one, "a leak would be 2000 surfaces"
