"""A case of any anatomy in the scene: the sphere of the tests, and the sample heart."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.anatomy.record import Mesh
from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface, write_vtp
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsLib.heart.anatomy import HEART, THICKNESS_RANGE_MM
from GenerativeModelsLib.page.colours import COLOURS, PLAIN, rgb
from GenerativeModelsScene.nodes.case import CaseNodes, find_case_nodes, hide_other_cases, show_case_of
from GenerativeModelsScene.skull.case_nodes import show_alone
from GenerativeModelsScene.skull.show import show_case
from Testing.helpers.shapes import lump
from Testing.helpers.sphere.anatomy import SPHERE
from Testing.helpers.sphere.files import a_sphere
from Testing.helpers.sphere.model import write_sphere_bundle

OFFSET = Mesh("other.vtp", "Other", "offset_mm", "Offset", "mm", (-2.0, 2.0))
PLAIN_ONE = Mesh("plain.vtp", "Plain")
"""A second scale, and a mesh without one."""


@pytest.fixture(scope="module")
def a_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sphere_bundle(tmp_path_factory.mktemp("bundle") / "sphere")


@pytest.fixture(scope="module")
def a_folder(tmp_path_factory: pytest.TempPathFactory, a_bundle: Path) -> Path:
    """The folder of a sphere of 12 mm. Not to be changed."""
    return a_sphere(tmp_path_factory.mktemp("case") / "sphere", a_bundle).request.output


@pytest.fixture
def nodes(a_scene, a_folder) -> CaseNodes:
    return show_case_of(SPHERE, a_scene, a_folder, key="case", title="Ball")


@pytest.fixture
def of_three(a_folder, tmp_path: Path):
    """A record of three meshes, two of them of one scale, and a folder with them all."""
    folder = shutil.copytree(a_folder, tmp_path / "three")
    write_vtp(lump().with_data(offset_mm=lump().points[:, 0]), folder / "other.vtp")
    write_vtp(lump(), folder / "plain.vtp")
    shutil.copy(folder / "sphere.vtp", folder / "second.vtp")
    second = replace(SPHERE.meshes[0], file="second.vtp", label="Second")
    return replace(SPHERE, meshes=(*SPHERE.meshes, OFFSET, second, PLAIN_ONE)), folder


def test_a_mesh_is_a_model_with_the_points_of_the_file(nodes, a_folder) -> None:
    model = nodes.models["sphere.vtp"]
    file, node = read_surface(a_folder / "sphere.vtp"), from_polydata(model.GetPolyData())
    np.testing.assert_array_equal(node.points, file.points * (-1, -1, 1))
    np.testing.assert_array_equal(node.triangles, file.triangles)
    np.testing.assert_array_equal(node.point_data["height_mm"], file.point_data["height_mm"])
    assert model.GetName() == "Ball Sphere"


def test_it_is_coloured_by_its_scalars_over_its_range(nodes) -> None:
    display = nodes.models["sphere.vtp"].GetDisplayNode()
    assert display.GetScalarVisibility() and display.GetActiveScalarName() == "height_mm"
    assert display.GetScalarRangeFlag() == slicer.vtkMRMLDisplayNode.UseManualScalarRange
    assert display.GetScalarRange() == (0.0, 40.0) and display.GetVisibility() and not display.GetVisibility2D()
    function = display.GetColorNode().GetColorTransferFunction()
    assert list(function.GetRange()) == [0.0, 40.0]
    np.testing.assert_allclose(function.GetColor(40.0), rgb(COLOURS[-1]), atol=1e-6)
    assert not display.GetColorNode().GetHideFromEditors(), "else it is not saved"


def test_the_legend_says_quantity_and_unit(nodes) -> None:
    legend, model = nodes.legends["sphere.vtp"], nodes.models["sphere.vtp"]
    assert legend.GetTitleText() == "Height above the lowest point (mm)" and legend.GetVisibility()
    assert legend.GetPrimaryDisplayNode() is model.GetDisplayNode() and legend.GetDisplayableNode() is model


def test_result_and_report_are_texts_and_all_is_in_one_folder(nodes, a_scene, a_folder) -> None:
    assert nodes.result.GetText() == (a_folder / "result.json").read_text(encoding="utf-8")
    assert nodes.report.GetText() == (a_folder / "report.html").read_text(encoding="utf-8")
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    assert tree.GetItemName(nodes.folder_item) == "Ball"
    for node in (*nodes.models.values(), nodes.result, nodes.report):
        assert tree.GetItemParent(tree.GetItemByDataNode(node)) == nodes.folder_item
    assert tree.GetItemChildWithName(nodes.folder_item, "Planes") == 0, "no folders of another anatomy"


def test_a_second_run_updates_the_same_nodes_and_leaves_the_users_choices(nodes, a_scene, a_bundle, tmp_path) -> None:
    larger = a_sphere(tmp_path / "larger", a_bundle, margin_mm=5.0).request.output
    display = nodes.models["sphere.vtp"].GetDisplayNode()
    display.SetScalarRange(1.0, 9.0)
    display.SetVisibility(False)
    count = a_scene.GetNumberOfNodes()
    again = show_case_of(SPHERE, a_scene, larger, key="case", title="Larger")
    assert a_scene.GetNumberOfNodes() == count and again.models["sphere.vtp"] is nodes.models["sphere.vtp"]
    assert again.models["sphere.vtp"].GetName() == "Larger Sphere"
    points = from_polydata(again.models["sphere.vtp"].GetPolyData()).points
    np.testing.assert_allclose(points, read_surface(larger / "sphere.vtp").points * (-1, -1, 1))
    assert again.result.GetText() == (larger / "result.json").read_text(encoding="utf-8")
    assert display.GetScalarRange() == (1.0, 9.0) and not display.GetVisibility()
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    assert again.folder_item == nodes.folder_item and tree.GetItemName(again.folder_item) == "Larger"


def test_two_keys_are_two_cases(nodes, a_scene, a_folder) -> None:
    other = show_case_of(SPHERE, a_scene, a_folder, key="other", title="Ball")
    assert other.models["sphere.vtp"] is not nodes.models["sphere.vtp"] and other.folder_item != nodes.folder_item
    assert find_case_nodes(SPHERE, a_scene, "case") == nodes
    assert find_case_nodes(SPHERE, a_scene, "none") is None


def test_meshes_of_one_scale_share_colours_and_legend(a_scene, of_three) -> None:
    record, folder = of_three
    nodes = show_case_of(record, a_scene, folder, key="case", title="Three")
    assert list(nodes.models) == ["sphere.vtp", "other.vtp", "second.vtp", "plain.vtp"]
    assert nodes.legends["sphere.vtp"] is nodes.legends["second.vtp"] is not nodes.legends["other.vtp"]
    assert nodes.legends["other.vtp"].GetTitleText() == "Offset (mm)" and "plain.vtp" not in nodes.legends
    colours = {file: model.GetDisplayNode().GetColorNode() for file, model in nodes.models.items()}
    assert colours["sphere.vtp"] is colours["second.vtp"]
    assert list(colours["other.vtp"].GetColorTransferFunction().GetRange()) == [-2.0, 2.0]
    assert nodes.models["other.vtp"].GetDisplayNode().GetScalarRange() == (-2.0, 2.0)
    plain = nodes.models["plain.vtp"].GetDisplayNode()
    assert not plain.GetScalarVisibility() and plain.GetColor() == pytest.approx(PLAIN)
    shown = [file for file, model in nodes.models.items() if model.GetDisplayNode().GetVisibility()]
    assert shown == ["sphere.vtp"], "the others may lie in the same place"


def test_what_a_later_run_has_not_goes(a_scene, of_three) -> None:
    record, folder = of_three
    before = show_case_of(record, a_scene, folder, key="case", title="Three")
    legend = before.legends["other.vtp"]
    for name in ("other.vtp", "sphere.vtp"):
        (folder / name).unlink()
    nodes = show_case_of(record, a_scene, folder, key="case", title="Three")
    assert list(nodes.models) == ["second.vtp", "plain.vtp"] and legend.GetScene() is None
    assert before.models["other.vtp"].GetScene() is None
    second = nodes.models["second.vtp"]
    assert nodes.legends["second.vtp"].GetPrimaryDisplayNode() is second.GetDisplayNode(), "moves to one that is there"


def test_nothing_is_left_of_a_scale_without_a_mesh(a_scene, of_three) -> None:
    record, folder = of_three
    nodes = show_case_of(record, a_scene, folder, key="case", title="Three")
    legend, colours = nodes.legends["other.vtp"], nodes.models["other.vtp"].GetDisplayNode().GetColorNode()
    (folder / "other.vtp").unlink()
    show_case_of(record, a_scene, folder, key="case", title="Three")
    assert legend.GetScene() is None and colours.GetScene() is None


def test_a_skull_shown_alone_hides_the_models_and_legends_of_other_cases(nodes, a_scene, a_case) -> None:
    skull = show_case(a_scene, a_case, key="skull", title="Head")
    show_alone(a_scene, skull)
    assert skull.model.GetDisplayNode().GetVisibility()
    assert not nodes.models["sphere.vtp"].GetDisplayNode().GetVisibility()
    assert not nodes.legends["sphere.vtp"].GetVisibility()


def test_a_broken_case_changes_nothing_in_the_scene(nodes, a_scene, of_three) -> None:
    record, folder = of_three
    (folder / "second.vtp").write_text("none")
    count = a_scene.GetNumberOfNodes()
    with pytest.raises(InputError, match=r"second\.vtp cannot be read"):
        show_case_of(record, a_scene, folder, key="case", title="Broken")
    assert a_scene.GetNumberOfNodes() == count and nodes.models["sphere.vtp"].GetName() == "Ball Sphere"


def test_a_deleted_model_comes_back(nodes, a_scene, a_folder) -> None:
    a_scene.RemoveNode(nodes.models["sphere.vtp"])
    assert find_case_nodes(SPHERE, a_scene, "case").models == {}
    again = show_case_of(SPHERE, a_scene, a_folder, key="case", title="Ball")
    display = again.models["sphere.vtp"].GetDisplayNode()
    assert display.GetScalarVisibility() and display.GetVisibility()
    assert again.legends["sphere.vtp"].GetPrimaryDisplayNode() is display


def test_the_case_is_found_after_the_scene_was_saved_and_loaded(nodes, a_scene, tmp_path) -> None:
    assert a_scene.SaveSceneToSlicerDataBundleDirectory(str(tmp_path))
    fresh = slicer.vtkMRMLScene()
    a_scene.CopyRegisteredNodesToScene(fresh)
    fresh.SetURL(str(next(tmp_path.rglob("*.mrml"))))
    assert fresh.Connect()
    found = find_case_nodes(SPHERE, fresh, "case")
    assert list(found.models) == ["sphere.vtp"] and found.result is not None
    assert found.models["sphere.vtp"].GetDisplayNode().GetActiveScalarName() == "height_mm"


def test_the_sample_heart_is_shown_by_its_record(a_scene, sample_heart, tmp_path_factory) -> None:
    """With the shipped model: four meshes of the wall's thickness in mm of the patient."""
    folder = tmp_path_factory.mktemp("heart") / "case"
    run_case(HEART, replace(HEART.sample(folder), device="cpu"))
    nodes = show_case_of(HEART, a_scene, folder, key="heart", title="Sample")
    assert list(nodes.models) == ["ed.vtp", "es.vtp", "ed_reconstruction.vtp", "es_reconstruction.vtp"]
    (legend,) = {legend.GetID(): legend for legend in nodes.legends.values()}.values()
    assert legend.GetTitleText() == "Wall thickness (mm)"
    for file, model in nodes.models.items():
        display = model.GetDisplayNode()
        assert display.GetActiveScalarName() == "wall_thickness_mm"
        assert display.GetScalarRange() == (0.0, THICKNESS_RANGE_MM)
        assert display.GetVisibility() == (file == "ed.vtp")
        points = from_polydata(model.GetPolyData()).points
        np.testing.assert_array_equal(points, read_surface(folder / file).points * (-1, -1, 1))
    assert nodes.models["ed.vtp"].GetName() == "Sample End diastole"


def test_other_cases_of_any_anatomy_are_hidden_and_their_choices_kept(nodes, a_scene, a_folder) -> None:
    other = show_case_of(SPHERE, a_scene, a_folder, key="other", title="Other")
    hide_other_cases(a_scene, "other")
    assert not nodes.models["sphere.vtp"].GetDisplayNode().GetVisibility()
    assert not nodes.legends["sphere.vtp"].GetVisibility()
    assert other.models["sphere.vtp"].GetDisplayNode().GetVisibility() and other.legends["sphere.vtp"].GetVisibility()
