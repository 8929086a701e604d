"""Colours in millimetres, and the legend that says so."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import COLOUR_RANGE_MM
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsScene.nodes.colours import PLAIN, viridis
from GenerativeModelsScene.skull.colours import set_uncertainty_range
from GenerativeModelsScene.skull.show import show_case
from Testing.helpers.finished_cases import a_finished_case


def test_the_colours_are_viridis() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    expected = matplotlib.colormaps["viridis"](np.arange(256))[:, :3]
    between = [np.interp(np.arange(256) / 255, np.linspace(0, 1, 52), viridis()[:, channel]) for channel in range(3)]
    assert np.abs(np.stack(between, axis=1) - expected).max() < 1.2 / 255


def test_the_colour_node_runs_over_the_reports_range_and_is_the_users_to_edit(shown) -> None:
    function = shown.colours.GetColorTransferFunction()
    assert list(function.GetRange()) == [0.0, COLOUR_RANGE_MM]
    for share, colour in zip(np.linspace(0, 1, 52), viridis()):
        np.testing.assert_allclose(function.GetColor(share * COLOUR_RANGE_MM), colour, atol=1e-6)
    assert not shown.colours.GetHideFromEditors(), "hidden colour nodes are not saved"


def test_the_skull_is_coloured_by_its_uncertainty_in_a_fixed_range(shown) -> None:
    display = shown.model.GetDisplayNode()
    assert display.GetScalarVisibility() and display.GetActiveScalarName() == "uncertainty_mm"
    assert display.GetColorNode() is shown.colours
    assert display.GetScalarRangeFlag() == slicer.vtkMRMLDisplayNode.UseManualScalarRange
    assert display.GetScalarRange() == (0.0, COLOUR_RANGE_MM)


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


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (-1, 2), (0, float("nan")), (0, float("inf"))])
def test_an_impossible_range_is_refused(shown, ends) -> None:
    with pytest.raises(InputError, match=r"range of the uncertainty colours is .* expected two lengths"):
        set_uncertainty_range(shown, *ends)
    assert shown.model.GetDisplayNode().GetScalarRange() == (0.0, COLOUR_RANGE_MM)


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
