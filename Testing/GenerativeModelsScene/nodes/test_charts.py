"""Tables, series and charts as nodes."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk

from GenerativeModelsScene.nodes.charts import (
    Look,
    in_one_column,
    numbers_of,
    one_point,
    set_numbers,
    show_chart_of,
    show_numbers,
    show_series,
)
from GenerativeModelsScene.nodes.store import NodeStore


@pytest.fixture
def store(a_scene) -> NodeStore:
    return NodeStore(a_scene, "case")


def test_numbers_are_written_in_place(store) -> None:
    node = show_numbers(store, "t", "Table", {"x": [1, 2], "y": [3.5, np.nan]}, {"words": ["a", "b"]})
    table, heard = node.GetTable(), []
    node.AddObserver("ModifiedEvent", lambda *_: heard.append(1))
    set_numbers(node, "x", [5.0, 6.0])
    assert not heard
    table.Modified()
    assert heard and numbers_of(node, "x").tolist() == [5.0, 6.0] and node.GetTable() is table
    assert node.GetColumnType("y") == vtk.VTK_DOUBLE and node.GetLocked()
    assert node.GetCellText(1, 2) == "b"


def test_polylines_in_one_column_are_apart() -> None:
    found = in_one_column([np.array([[0, 1], [2, 3]]), np.zeros((0, 2)), np.array([[4, 5]])])
    np.testing.assert_array_equal(found, [[0, 1], [2, 3], [np.nan] * 2, [4, 5], [np.nan] * 2])
    assert in_one_column([]).shape == (1, 2)
    assert one_point({"x": 3})["x"][0] == 3 and np.isnan(one_point({"x": 3})["x"][1])


def test_looks_are_the_users_after_the_first_time(store) -> None:
    kind, table = slicer.vtkMRMLPlotSeriesNode, show_numbers(store, "t", "Table", {"x": [1], "y": [2]})
    look = Look((1, 0, 0), "Dash", 3, "Diamond", 12, 0.5)
    node = show_series(store, "s", "Series", table, "x", "y", look)
    assert (node.GetLineStyle(), node.GetMarkerStyle()) == (kind.LineStyleDash, kind.MarkerStyleDiamond)
    assert (node.GetLineWidth(), node.GetMarkerSize(), node.GetOpacity()) == (3, 12, 0.5)
    node.SetColor(0, 1, 0)
    assert show_series(store, "s", "Series", table, "x", "y", look) is node and node.GetColor() == (0, 1, 0)


def test_a_chart_has_room_for_its_legend_and_points_that_stay(store) -> None:
    table = show_numbers(store, "t", "Table", {"x": [1], "y": [2]})
    series = show_series(store, "s", "Series", table, "x", "y", Look((1, 0, 0)))
    titles = {"titles": ("Chart", "x", "y"), "x_range": (0, 6)}
    chart = show_chart_of(store, "c", "Chart", [series], **titles)
    assert chart.GetXAxisRange() == (0, 10) and chart.GetYAxisRangeAuto()
    assert not chart.GetEnablePointMoveAlongX() and not chart.GetEnablePointMoveAlongY()
    again = show_chart_of(store, "c", "Chart", [series], **titles)
    assert again is chart and chart.GetNumberOfPlotSeriesNodes() == 1
    assert show_chart_of(store, "d", "Other", [series], movable=True, **titles).GetEnablePointMoveAlongX()
