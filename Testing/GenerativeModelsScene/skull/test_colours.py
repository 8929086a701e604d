"""Colours in millimetres, and the legend that says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.page.colours import COLOURS, PLAIN, fitted_range, rgb
from GenerativeModelsLib.skull.anatomy import COLOUR_RANGE_MM
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsScene.nodes.volumes import fill_volume
from GenerativeModelsScene.skull.colours import set_lines_visible, set_uncertainty_range, uncertainty_range
from GenerativeModelsScene.skull.show import find_case, show_alone, show_case
from Testing.helpers.finished_cases import a_finished_case


def test_the_colour_node_runs_over_the_reports_range_and_is_the_users_to_edit(shown) -> None:
    function = shown.colours.GetColorTransferFunction()
    assert list(function.GetRange()) == [0.0, COLOUR_RANGE_MM]
    colours = [[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in COLOURS]
    for share, colour in zip(np.linspace(0, 1, len(colours)), colours):
        np.testing.assert_allclose(function.GetColor(share * COLOUR_RANGE_MM), colour, atol=1e-6)
    assert not shown.colours.GetHideFromEditors(), "hidden colour nodes are not saved"


def test_the_skull_is_coloured_by_its_uncertainty_in_a_range_that_fits_it(shown, a_case) -> None:
    display = shown.model.GetDisplayNode()
    assert display.GetScalarVisibility() and display.GetActiveScalarName() == "uncertainty_mm"
    assert display.GetColorNode() is shown.colours
    assert display.GetScalarRangeFlag() == slicer.vtkMRMLDisplayNode.UseManualScalarRange
    fitted = fitted_range(a_case.surface.point_data["uncertainty_mm"], 0.1)
    assert fitted == (0.2, 1.0) and display.GetScalarRange() == fitted
    window = shown.uncertainty.GetDisplayNode()
    assert (window.GetWindowLevelMin(), window.GetWindowLevelMax()) == pytest.approx(fitted)


def test_a_range_is_fitted_or_the_same_for_all(shown) -> None:
    assert uncertainty_range(shown, "fit") == (0.2, 1.0) and uncertainty_range(shown, "compare") == (0, COLOUR_RANGE_MM)
    with pytest.raises(InputError, match="choose 'fit' or 'compare'"):
        uncertainty_range(shown, "guess")


@pytest.mark.parametrize("ends", [(0.4, 0.9), (0.0, COLOUR_RANGE_MM)])
def test_the_colours_reach_from_end_to_end_of_any_range(shown, ends) -> None:
    """As a slice view draws them: the value at the lower end has the first colour, that at the upper end the last."""
    low, high = ends
    values = np.array([low, (low + high) / 2, high, high + 1], np.float32) + 1e-4
    fill_volume(shown.uncertainty, values.reshape(1, 1, 4), np.eye(4))
    set_uncertainty_range(shown, low, high)
    display = shown.uncertainty.GetDisplayNode()
    display.GetImageDataConnection().GetProducer().Update()
    image = display.GetImageDataConnection().GetProducer().GetOutputDataObject(0)
    drawn = vtk_to_numpy(image.GetPointData().GetScalars())[:, :3]
    table = 255 * np.array([rgb(colour) for colour in COLOURS])
    np.testing.assert_allclose(drawn, table[[0, len(table) // 2, -1, -1]], atol=3)


def test_the_legend_names_quantity_and_unit_and_belongs_to_the_skull(shown) -> None:
    legend = shown.legend
    assert legend.GetTitleText() == "Uncertainty (mm)" and legend.GetVisibility()
    assert legend.GetPrimaryDisplayNode() is shown.model.GetDisplayNode()
    assert legend.GetDisplayableNode() is shown.model
    assert legend.GetVisibility3D() and not legend.GetVisibility2D()
    assert slicer.vtkSlicerColorLogic.GetColorLegendDisplayNode(shown.model) is legend


def test_the_range_can_be_changed_and_survives_the_next_run(shown, a_scene, a_case) -> None:
    set_uncertainty_range(shown, 0.2, 1.5)
    assert shown.model.GetDisplayNode().GetScalarRange() == (0.2, 1.5)
    volume = shown.uncertainty.GetDisplayNode()
    assert (volume.GetWindowLevelMin(), volume.GetWindowLevelMax()) == pytest.approx((0.2, 1.5))
    again = show_case(a_scene, a_case, key="case", title="Head")
    assert again.model.GetDisplayNode().GetScalarRange() == (0.2, 1.5)


def test_a_fitted_range_follows_the_next_run(shown, a_scene, a_case) -> None:
    wider = replace(
        a_case, surface=a_case.surface.with_data(uncertainty_mm=np.linspace(1, 3, len(a_case.surface.points)))
    )
    again = show_case(a_scene, wider, key="case", title="Head")
    assert again.model.GetDisplayNode().GetScalarRange() == (1.0, 3.0)
    assert again.uncertainty.GetDisplayNode().GetWindowLevelMax() == pytest.approx(3.0)


def test_lines_of_equal_uncertainty_come_follow_and_go(shown, a_scene, a_case) -> None:
    count = a_scene.GetNumberOfNodes()
    assert shown.isolines is None
    set_lines_visible(shown, True)
    lines = find_case(a_scene, "case").isolines
    assert lines.GetTransformNodeID() == shown.placement.GetID() and lines.GetDisplayNode().GetVisibility()
    assert on_the_lines(lines) == {0.5, 1.0}
    set_lines_visible(shown, True, 0.3)
    assert find_case(a_scene, "case").isolines is lines, "in place"
    assert on_the_lines(lines) == {0.3, 0.6, 0.9}
    turned = replace(a_case, surface=a_case.surface.with_data(uncertainty_mm=np.full(len(a_case.surface.points), 0.7)))
    show_case(a_scene, turned, key="case", title="Head")
    assert lines.GetPolyData().GetNumberOfLines() == 0, "of the new skull"
    show_case(a_scene, a_case, key="case", title="Head")
    assert lines.GetPolyData().GetNumberOfLines() > 0
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    assert tree.GetItemParent(tree.GetItemByDataNode(lines)) == shown.folder_item
    set_lines_visible(shown, False)
    assert find_case(a_scene, "case").isolines is None and a_scene.GetNumberOfNodes() == count


def test_lines_go_with_the_skull_when_another_case_is_shown_alone(shown, a_scene, a_case) -> None:
    set_lines_visible(shown, True)
    lines = find_case(a_scene, "case").isolines.GetDisplayNode()
    other = show_case(a_scene, a_case, key="other", title="Other")
    show_alone(a_scene, other)
    assert not lines.GetVisibility()
    show_alone(a_scene, find_case(a_scene, "case"))
    assert lines.GetVisibility()


def test_lines_of_a_skull_without_draws_or_at_no_distance(a_scene, tmp_path) -> None:
    plain = show_case(a_scene, read_case(a_finished_case(tmp_path / "plain", draws=False)), key="case", title="Head")
    assert plain.model.GetDisplayNode().GetScalarRange() == (0.0, COLOUR_RANGE_MM)
    set_lines_visible(plain, True)
    assert find_case(a_scene, "case").isolines is None
    for step in (0, -1, float("nan")):
        with pytest.raises(InputError, match="give a length above 0"):
            set_lines_visible(plain, True, step)
    a_scene.RemoveNode(plain.model)
    set_lines_visible(plain, True)


def on_the_lines(lines) -> set[float]:
    """Uncertainties of `a_finished_case` on its lines, in mm to two decimals."""
    heights = vtk_to_numpy(lines.GetPolyData().GetPoints().GetData())[:, 2].astype(float)
    return set(np.round(0.6 + 0.01 * heights, 2).tolist())


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (-1, 2), (0, float("nan")), (0, float("inf"))])
def test_an_impossible_range_is_refused(shown, ends) -> None:
    with pytest.raises(InputError, match=r"range of the uncertainty colours is .* expected two lengths"):
        set_uncertainty_range(shown, *ends)
    assert shown.model.GetDisplayNode().GetScalarRange() == (0.2, 1.0)


def test_a_range_for_deleted_nodes_does_nothing(shown, a_scene) -> None:
    a_scene.RemoveNode(shown.model)
    set_uncertainty_range(shown, 0, 2)
    a_scene.Clear(False)
    set_uncertainty_range(shown, 0, 3)


def test_without_draws_the_skull_is_bone_and_has_no_legend_until_there_are_some(a_scene, a_case, tmp_path) -> None:
    plain = read_case(a_finished_case(tmp_path / "plain", draws=False))
    nodes = show_case(a_scene, plain, key="case", title="Head")
    display = nodes.model.GetDisplayNode()
    assert not display.GetScalarVisibility() and display.GetColor() == pytest.approx(PLAIN)
    assert not nodes.legend.GetVisibility() and nodes.bands == {}
    nodes = show_case(a_scene, a_case, key="case", title="Head")
    assert nodes.model.GetDisplayNode() is display and display.GetScalarVisibility() and nodes.legend.GetVisibility()
    assert set(nodes.bands) == set(nodes.planes)
    nodes = show_case(a_scene, plain, key="case", title="Head")
    assert not display.GetScalarVisibility() and not nodes.legend.GetVisibility() and nodes.bands == {}
