"""The skull's points in the scene are the file's, turned from LPS to RAS."""

from __future__ import annotations

import numpy as np
import pytest
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsScene.nodes.models import line_look, lines_polydata
from GenerativeModelsScene.skull.show import show_case
from Testing.helpers.finished_cases import a_finished_case


def test_lines_have_one_unshaded_colour_and_their_width_and_are_in_no_slice_view(a_scene) -> None:
    display = a_scene.AddNewNodeByClass("vtkMRMLModelDisplayNode")
    display.SetVisibility2D(True)
    display.SetScalarVisibility(True)
    line_look(display, (0.25, 0.5, 0.75), 3)
    assert display.GetColor() == (0.25, 0.5, 0.75) and display.GetLineWidth() == 3 and not display.GetLighting()
    assert not display.GetScalarVisibility() and not display.GetVisibility2D()


def test_the_model_is_the_file(shown, a_case) -> None:
    file, node = read_surface(a_case.folder / "skull.vtp"), from_polydata(shown.model.GetPolyData())
    np.testing.assert_array_equal(node.points, file.points * (-1, -1, 1))
    np.testing.assert_array_equal(node.triangles, file.triangles)
    np.testing.assert_array_equal(node.point_data["uncertainty_mm"], file.point_data["uncertainty_mm"])
    assert node.volume_mm3 == pytest.approx(file.volume_mm3, rel=1e-9) and node.volume_mm3 > 0


def test_a_second_run_brings_the_new_points(shown, a_scene, tmp_path) -> None:
    case = read_case(a_finished_case(tmp_path / "larger", larger=1.2))
    again = show_case(a_scene, case, key="case", title="Head")
    assert again.model is shown.model
    points = from_polydata(again.model.GetPolyData()).points
    np.testing.assert_array_equal(points, case.surface.points * (-1, -1, 1))


def test_a_deleted_display_comes_back_coloured(shown, a_scene, a_case) -> None:
    a_scene.RemoveNode(shown.model.GetDisplayNode())
    again = show_case(a_scene, a_case, key="case", title="Head")
    display = again.model.GetDisplayNode()
    assert display.IsA("vtkMRMLModelDisplayNode") and display.GetScalarVisibility()
    assert display.GetScalarRange() == (0.0, 4.0) and again.legend.GetPrimaryDisplayNode() is display


def test_closed_lines_end_where_they_begin() -> None:
    square = np.array([[0, 0, 1], [2, 0, 1], [2, 2, 1], [0, 2, 1]], float)
    polydata = lines_polydata([square, square + 5, square[:2]])
    assert polydata.GetNumberOfLines() == 2 and polydata.GetNumberOfPoints() == 8
    np.testing.assert_array_equal(vtk_to_numpy(polydata.GetPoints().GetData()), np.concatenate([square, square + 5]))
    first = polydata.GetCell(0)
    assert [first.GetPointId(index) for index in range(first.GetNumberOfPoints())] == [0, 1, 2, 3, 0]


def test_no_lines_are_no_points() -> None:
    polydata = lines_polydata([])
    assert polydata.GetNumberOfPoints() == 0 and polydata.GetNumberOfLines() == 0
