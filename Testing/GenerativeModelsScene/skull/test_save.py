"""What is saved from the scene is what the command line wrote, also after the scene was saved and loaded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsScene.nodes.volumes import voxels
from GenerativeModelsScene.skull.placement import head_to_image
from GenerativeModelsScene.skull.planes import PlaneInput
from GenerativeModelsScene.skull.save import save_case
from GenerativeModelsScene.skull.show import (
    find_case,
    has_axial_position,
    set_on_axial_image,
    set_planes_visible,
    set_uncertainty_range,
    show_case,
)
from Testing.helpers.finished_cases import REPORT, SPACING
from Testing.helpers.shapes import rigid
from Testing.helpers.skull_nodes import placement_matrix

FILES = {
    "skull.vtp",
    "skull.nii.gz",
    "uncertainty.nii.gz",
    "result.json",
    "report.html",
    "planes/axial.nii.gz",
    "planes/sagittal.nii.gz",
    "planes/coronal.nii.gz",
}


def assert_same_case(found: Path, expected: Path) -> None:
    """Every file of the contract, by what it holds."""
    assert {path.relative_to(found).as_posix() for path in found.rglob("*") if path.is_file()} == FILES
    for name in ("result.json", "report.html"):
        assert (found / name).read_bytes() == (expected / name).read_bytes()
    ours, theirs = read_surface(found / "skull.vtp"), read_surface(expected / "skull.vtp")
    np.testing.assert_array_equal(ours.points, theirs.points)
    np.testing.assert_array_equal(ours.triangles, theirs.triangles)
    assert set(ours.point_data) == {"uncertainty_mm"}
    np.testing.assert_array_equal(ours.point_data["uncertainty_mm"], theirs.point_data["uncertainty_mm"])
    for name in sorted(name for name in FILES if name.endswith(".nii.gz")):
        ours, theirs = sitk.ReadImage(str(found / name)), sitk.ReadImage(str(expected / name))
        assert ours.GetPixelID() == theirs.GetPixelID()
        np.testing.assert_array_equal(sitk.GetArrayFromImage(ours), sitk.GetArrayFromImage(theirs))
        for what in ("GetOrigin", "GetSpacing", "GetDirection"):
            np.testing.assert_allclose(getattr(ours, what)(), getattr(theirs, what)(), atol=1e-5)


def saved_and_loaded(scene, folder: Path):
    """A new scene with what `scene` was saved with, as Slicer's bundle holds it."""
    folder.mkdir()
    assert scene.SaveSceneToSlicerDataBundleDirectory(str(folder))
    fresh = slicer.vtkMRMLScene()
    scene.CopyRegisteredNodesToScene(fresh)
    fresh.SetURL(str(next(folder.rglob("*.mrml"))))
    assert fresh.Connect()
    return fresh


def an_axial_image() -> PlaneInput:
    pixels = np.zeros((150, 200), np.uint8)
    return PlaneInput("axial", "axial", pixels, SPACING, "file", rigid((30, 10, -50), (10, 20, 30)), True)


def test_the_files_are_those_of_the_command_line(shown, a_scene, a_case, tmp_path) -> None:
    assert save_case(a_scene, shown, tmp_path / "saved") == tmp_path / "saved"
    assert_same_case(tmp_path / "saved", a_case.folder)
    assert read_case(tmp_path / "saved").planes["axial"].label == a_case.planes["axial"].label


def test_a_skull_laid_onto_its_image_is_saved_in_its_own_frame(a_scene, a_case, tmp_path) -> None:
    nodes = show_case(a_scene, a_case, inputs={"axial": an_axial_image()}, key="case", title="Head")
    assert not np.allclose(placement_matrix(nodes), np.eye(4))
    save_case(a_scene, nodes, str(tmp_path / "saved"))
    assert_same_case(tmp_path / "saved", a_case.folder)


def test_a_full_folder_is_refused_and_left_as_it_was(shown, a_scene, a_case, tmp_path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match=r"not empty, it holds mine\.txt"):
        save_case(a_scene, shown, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    save_case(a_scene, shown, tmp_path, overwrite=True)
    assert (tmp_path / "mine.txt").read_text() == "mine" and (tmp_path / "skull.vtp").is_file()


def test_a_plane_of_an_earlier_case_does_not_stay_behind(shown, a_scene, tmp_path) -> None:
    save_case(a_scene, shown, tmp_path / "saved")
    a_scene.RemoveNode(shown.planes["coronal"])
    found = find_case(a_scene, "case")
    save_case(a_scene, found, tmp_path / "saved", overwrite=True)
    assert not (tmp_path / "saved" / "planes" / "coronal.nii.gz").exists()


@pytest.mark.parametrize(
    ("role", "word"),
    [
        ("model", "skull"),
        ("label_map", "label map"),
        ("uncertainty", "uncertainty volume"),
        ("result", "result"),
        ("report", "report"),
    ],
)
def test_a_case_with_a_deleted_part_is_not_saved(shown, a_scene, tmp_path, role, word) -> None:
    a_scene.RemoveNode(getattr(shown, role))
    for nodes in (shown, find_case(a_scene, "case")):
        with pytest.raises(InputError, match=f"no longer holds the {word} of this case"):
            save_case(a_scene, nodes, tmp_path / "saved")
        assert list(tmp_path.iterdir()) == []


def test_after_the_scene_was_closed_there_is_nothing_to_save(shown, a_scene, tmp_path) -> None:
    a_scene.Clear(False)
    with pytest.raises(InputError, match="no longer holds the skull, label map"):
        save_case(a_scene, shown, tmp_path / "saved")


def test_a_failure_leaves_nothing(shown, a_scene, tmp_path, monkeypatch) -> None:
    from GenerativeModelsScene.skull import save as module

    monkeypatch.setattr(module, "write_placed_plane", lambda *a: (_ for _ in ()).throw(RuntimeError("a surprise")))
    with pytest.raises(RuntimeError, match="a surprise"):
        save_case(a_scene, shown, tmp_path / "saved")
    assert list(tmp_path.iterdir()) == []


def test_a_saved_scene_holds_all_of_the_case(a_scene, a_case, tmp_path) -> None:
    nodes = show_case(a_scene, a_case, inputs={"axial": an_axial_image()}, key="case", title="Head")
    set_uncertainty_range(nodes, 0.1, 2.5)
    set_planes_visible(nodes, False)
    scene = saved_and_loaded(a_scene, tmp_path / "scene")
    found = find_case(scene, "case")

    display, legend = found.model.GetDisplayNode(), found.legend
    assert found.colours is not None and display.GetColorNode() is found.colours
    np.testing.assert_allclose(
        [found.colours.GetColorTransferFunction().GetColor(at) for at in np.linspace(0, 4, 9)],
        [nodes.colours.GetColorTransferFunction().GetColor(at) for at in np.linspace(0, 4, 9)],
        atol=1e-5,
    )
    assert display.GetScalarVisibility() and display.GetActiveScalarName() == "uncertainty_mm"
    assert display.GetScalarRange() == (0.1, 2.5)
    assert display.GetScalarRangeFlag() == slicer.vtkMRMLDisplayNode.UseManualScalarRange
    assert legend.GetTitleText() == "Uncertainty (mm)" and legend.GetPrimaryDisplayNode() is display
    assert legend.GetVisibility() and not legend.GetVisibility2D()

    segment = found.segmentation.GetSegmentation().GetNthSegment(0)
    assert "SCT^89546000^Skull" in segment.GetTerminology()
    assert segment.GetRepresentation("Closed surface").GetNumberOfPoints() == len(a_case.surface.points)
    assert [found.table.GetCellText(2, column) for column in range(5)] == [
        nodes.table.GetCellText(2, column) for column in range(5)
    ]
    assert found.table.GetCellText(1, 4) == "–"
    assert json.loads(found.result.GetText()) == a_case.result and found.report.GetText() == REPORT
    for name, plane in found.planes.items():
        np.testing.assert_array_equal(voxels(plane), voxels(nodes.planes[name]))
        before, after = (
            vtk_to_numpy(each.outlines[name].GetPolyData().GetPoints().GetData()) for each in (nodes, found)
        )
        np.testing.assert_allclose(after, before, atol=1e-4)
        assert found.outlines[name].GetParentTransformNode() is found.placement
    for name, chart in found.charts.items():
        assert chart.GetNumberOfPlotSeriesNodes() == 7
        for index in range(7):
            old, new = (each.charts[name].GetNthPlotSeriesNode(index) for each in (nodes, found))
            for column in (new.GetXColumnName(), new.GetYColumnName()):
                np.testing.assert_allclose(
                    vtk_to_numpy(new.GetTableNode().GetTable().GetColumnByName(column)),
                    vtk_to_numpy(old.GetTableNode().GetTable().GetColumnByName(column)),
                    rtol=1e-4,
                )
    matrix = head_to_image(a_case.planes["axial"].placement, an_axial_image().to_ras)
    assert has_axial_position(found)
    np.testing.assert_allclose(placement_matrix(found), matrix, atol=1e-9)
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    assert tree.GetItemName(found.folder_item) == "Head"
    set_on_axial_image(found, False)
    set_on_axial_image(found, True)
    np.testing.assert_allclose(placement_matrix(found), matrix, atol=1e-9)

    save_case(scene, found, tmp_path / "saved")
    assert_same_case(tmp_path / "saved", a_case.folder)

    before = scene.GetNumberOfNodes()
    again = show_case(scene, a_case, inputs={"axial": an_axial_image()}, key="case", title="Head")
    assert scene.GetNumberOfNodes() == before and again == find_case(scene, "case")
