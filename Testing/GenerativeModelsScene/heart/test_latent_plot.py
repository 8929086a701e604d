"""The plot of the latent space, drawn and dragged as in Slicer's plot view."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from GenerativeModelsScene.heart.latent_plot import (
    find_latent_plot,
    move_point,
    point_of,
    show_latent_plot,
    watch_point,
)
from GenerativeModelsScene.nodes.charts import numbers_of
from Testing.helpers.plots import DrawnPlot
from Testing.helpers.saved_scenes import saved_and_loaded


@pytest.fixture
def plot(a_scene, a_map):
    return show_latent_plot(a_scene, a_map, key="heart", title="Sample", own=[2.5, -1.5], point=[1.0, 0.5])


def series(plot) -> dict:
    nodes = (plot.chart.GetNthPlotSeriesNode(index) for index in range(plot.chart.GetNumberOfPlotSeriesNodes()))
    return {node.GetName(): node for node in nodes}


def line(node) -> np.ndarray:
    """(K, 2) numbers of a series, without the rows at the end that are only empty."""
    values = np.stack(
        [numbers_of(node.GetTableNode(), name) for name in (node.GetXColumnName(), node.GetYColumnName())]
    )
    return values.T[: np.flatnonzero(np.isfinite(values[0]))[-1] + 1]


def test_the_plot_holds_the_map(plot, a_map) -> None:
    found = series(plot)
    assert list(found) == [
        *("healthy hearts", "hypertrophic hearts", "wall 6, 9, 12, 15, 18, 21, 24 mm", "99 % of the population"),
        *("probability of HCM 0.5", "healthy", "hypertrophic", "this heart", "explored"),
    ]
    np.testing.assert_array_equal(line(found["healthy hearts"]), a_map["classes"]["healthy"]["points"])
    contours = [part for lines in a_map["classes"]["hcm"]["contours"].values() for part in lines]
    parts = np.split(line(found["hypertrophic"]), np.flatnonzero(np.isnan(line(found["hypertrophic"])[:, 0])))
    assert len(parts) == len(contours)
    np.testing.assert_array_equal(parts[0], contours[0])
    np.testing.assert_array_equal(line(found["this heart"]), [[2.5, -1.5]])
    blue, red = found["healthy"].GetColor(), found["hypertrophic"].GetColor()
    assert blue[2] > blue[0] and red[0] > red[2]
    assert found["99 % of the population"].GetLineStyle() == slicer.vtkMRMLPlotSeriesNode.LineStyleDash


def test_a_line_of_equal_wall_says_its_thickness_under_the_pointer(plot, a_map) -> None:
    table, node = plot.drawn.GetTable(), series(plot)["wall 6, 9, 12, 15, 18, 21, 24 mm"]
    labels = table.GetColumnByName(node.GetLabelColumnName())
    twelve = a_map["walls"]["12"][0]
    row = np.flatnonzero((line(node) == twelve[0]).all(axis=1))[0]
    assert {labels.GetValue(row + step) for step in range(len(twelve))} == {"12 mm"}


def test_the_legend_has_room_beside_the_map(plot, a_map) -> None:
    low, high = plot.chart.GetXAxisRange()
    assert low == a_map["x"][0] and (high - a_map["x"][1]) / (high - low) == pytest.approx(0.4)
    assert plot.chart.GetYAxisRange() == pytest.approx(tuple(a_map["y"]))


def test_the_point_is_moved_in_place(a_scene, plot) -> None:
    count, tables = a_scene.GetNumberOfNodes(), [plot.point_table.GetTable(), plot.drawn.GetTable()]
    heard = []
    plot.point_table.AddObserver("ModifiedEvent", lambda *_: heard.append(point_of(plot)))
    move_point(plot, [-1.5, 2.0, 7.0])
    assert point_of(plot) == (-1.5, 2.0) and heard == [(-1.5, 2.0)]
    move_point(plot, [-1.5, 2.0])
    assert len(heard) == 1, "nothing moved"
    assert a_scene.GetNumberOfNodes() == count and tables == [plot.point_table.GetTable(), plot.drawn.GetTable()]


def test_a_point_far_outside_is_in_sight(plot, a_map) -> None:
    move_point(plot, [-30.0, 40.0])
    assert plot.chart.GetXAxisRange()[0] < -30.0 and plot.chart.GetYAxisRange()[1] > 40.0
    assert plot.chart.GetYAxisRange()[0] == pytest.approx(a_map["y"][0])


def test_the_same_plot_again_makes_no_node(a_scene, plot, a_map) -> None:
    count = a_scene.GetNumberOfNodes()
    again = show_latent_plot(a_scene, a_map, key="heart", title="Sample", own=[0.0, 0.0])
    assert again == plot and a_scene.GetNumberOfNodes() == count and point_of(again) == (0.0, 0.0)
    without = show_latent_plot(a_scene, a_map, key="heart", title="Sample")
    assert "this heart" not in series(without) and a_scene.GetNumberOfNodes() == count - 1
    assert point_of(without) == pytest.approx(tuple(a_map["classes"]["healthy"]["mean"]))


def test_the_plot_is_in_the_folder_of_the_heart(a_scene, a_heart, a_map) -> None:
    plot = show_latent_plot(a_scene, a_map, key="heart", title="Sample explored")
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    parent = tree.GetItemParent(tree.GetItemByDataNode(plot.chart))
    assert tree.GetItemName(parent) == "Latent space" and tree.GetItemParent(parent) == a_heart.case.folder_item
    assert tree.GetItemName(a_heart.case.folder_item) == "Sample"


def test_the_user_drags_the_point_and_nothing_else(plot) -> None:
    before = {name: line(node) for name, node in series(plot).items() if name != "explored"}
    moved = []
    end = watch_point(plot, moved.append)
    view = DrawnPlot(plot.chart)
    view.drag((1.0, 0.5), (-1.0, 3.0))
    assert point_of(plot) == pytest.approx((-1.0, 3.0), abs=0.1)
    assert moved[-1] == point_of(plot) and len(moved) == len(set(moved)) > 1
    count = len(moved)
    view.drag((2.5, -1.5), (0.0, 0.0))
    for name, values in before.items():
        np.testing.assert_array_equal(line(series(plot)[name]), values)
    assert len(moved) == count
    end()
    view.drag((-1.0, 3.0), (0.0, 0.0))
    assert len(moved) == count and point_of(plot) == pytest.approx((0.0, 0.0), abs=0.1)


def test_a_point_on_that_of_the_heart_is_the_one_that_is_dragged(a_scene, a_map) -> None:
    plot = show_latent_plot(a_scene, a_map, key="heart", title="Sample", own=[1.0, 0.5])
    DrawnPlot(plot.chart).drag((1.0, 0.5), (0.0, 2.0))
    assert point_of(plot) == pytest.approx((0.0, 2.0), abs=0.1)
    np.testing.assert_array_equal(line(series(plot)["this heart"]), [[1.0, 0.5]])


def test_vtk_draws_it_without_complaint(plot, capfd, tmp_path) -> None:
    DrawnPlot(plot.chart).save(tmp_path / "plot.png")
    assert "ERR" not in capfd.readouterr().err


def test_a_loaded_plot_can_be_dragged_on(a_scene, plot, tmp_path) -> None:
    loaded = find_latent_plot(saved_and_loaded(a_scene, tmp_path), "heart")
    assert point_of(loaded) == (1.0, 0.5)
    assert list(series(loaded)) == list(series(plot))
    np.testing.assert_allclose(line(series(loaded)["hypertrophic"]), line(series(plot)["hypertrophic"]), atol=1e-4)
    moved = []
    watch_point(loaded, moved.append)
    DrawnPlot(loaded.chart).drag((1.0, 0.5), (0.0, 2.0))
    assert moved[-1] == pytest.approx((0.0, 2.0), abs=0.1)


def test_a_deleted_part_is_no_plot(a_scene, plot) -> None:
    a_scene.RemoveNode(plot.computed)
    assert find_latent_plot(a_scene, "heart") is None
