"""Plots as nodes: tables of numbers, series with their looks, charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from GenerativeModelsScene.nodes.store import NodeStore

__all__ = [
    "LEGEND_FONT",
    "LEGEND_SHARE",
    "Look",
    "in_one_column",
    "numbers_of",
    "one_point",
    "set_numbers",
    "show_chart_of",
    "show_numbers",
    "show_series",
]

LEGEND_SHARE = 0.4
"""Share of a chart's width right of the curves. The legend of a plot is in its upper right corner."""
LEGEND_FONT = 10
GAP = np.full((1, 2), np.nan)


@dataclass(frozen=True)
class Look:
    """How a series is drawn when it is made; afterwards that is the user's to choose.

    Attributes
    ----------
    colour
        Red, green and blue, 0 to 1.
    line
        "Solid", "Dash", "DashDot", or "None" for markers alone.
    width
        Of the line in pixels.
    marker
        "Circle", "Diamond", "Cross", "Plus", "Square", or "None" for a line alone.
    marker_size
        Pixels.
    opacity
        0 to 1.
    """

    colour: tuple[float, float, float]
    line: str = "Solid"
    width: float = 2
    marker: str = "None"
    marker_size: float = 7
    opacity: float = 1.0


def show_numbers(
    store: NodeStore,
    role: str,
    name: str,
    columns: Mapping[str, Sequence[float]],
    labels: Mapping[str, Sequence[str]] | None = None,
) -> slicer.vtkMRMLTableNode:
    """The locked table node of that role with columns of numbers, and after them columns of text."""
    node, _ = store.obtain(role, "vtkMRMLTableNode", name)
    modifying = node.StartModify()
    table = vtk.vtkTable()
    for title, values in columns.items():
        column = numpy_to_vtk(np.asarray(values, float), deep=True)
        column.SetName(title)
        table.AddColumn(column)
    for title, texts in (labels or {}).items():
        column = vtk.vtkStringArray()
        column.SetName(title)
        for text in texts:
            column.InsertNextValue(text)
        table.AddColumn(column)
    node.SetAndObserveTable(table)
    for title in columns:
        node.SetColumnType(title, vtk.VTK_DOUBLE)  # written beside the table, so that numbers are read back as such
    node.SetLocked(True)
    node.EndModify(modifying)
    return node


def numbers_of(node: slicer.vtkMRMLTableNode, title: str) -> np.ndarray:
    """Copy (K,) of a column of numbers."""
    return np.array(vtk_to_numpy(node.GetTable().GetColumnByName(title)), float)


def set_numbers(node: slicer.vtkMRMLTableNode, title: str, values: Sequence[float]) -> None:
    """Write a column of numbers in place; views follow once the table of the node is `Modified`."""
    vtk_to_numpy(node.GetTable().GetColumnByName(title))[:] = values
    node.GetTable().GetColumnByName(title).DataChanged()


def in_one_column(lines: Iterable[np.ndarray]) -> np.ndarray:
    """(K, 2) polylines one after the other, a row of NaN after each: a plot interrupts its line there."""
    parts = [part for line in lines if len(line) for part in (np.asarray(line, float), GAP)]
    return np.concatenate(parts) if parts else GAP


def one_point(coordinates: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Columns (2,) of one point; the second row is empty, as VTK complains of a line of one point."""
    return {title: np.array([value, np.nan]) for title, value in coordinates.items()}


def show_series(
    store: NodeStore,
    role: str,
    name: str,
    table: slicer.vtkMRMLTableNode,
    x: str,
    y: str,
    look: Look,
    label: str | None = None,
) -> slicer.vtkMRMLPlotSeriesNode:
    """The plot series of that role: column `y` over column `x`, `label` being the column of its tool tips."""
    kind = slicer.vtkMRMLPlotSeriesNode
    node, made = store.obtain(role, "vtkMRMLPlotSeriesNode", name)
    modifying = node.StartModify()
    node.SetPlotType(kind.PlotTypeScatter)
    node.SetAndObserveTableNodeID(table.GetID())
    node.SetXColumnName(x)
    node.SetYColumnName(y)
    node.SetLabelColumnName(label or "")
    if made:
        node.SetColor(*look.colour)
        node.SetOpacity(look.opacity)
        node.SetLineWidth(look.width)
        node.SetMarkerSize(look.marker_size)
        node.SetLineStyle(getattr(kind, f"LineStyle{look.line}"))
        node.SetMarkerStyle(getattr(kind, f"MarkerStyle{look.marker}"))
    node.EndModify(modifying)
    return node


def show_chart_of(
    store: NodeStore,
    role: str,
    name: str,
    series: Iterable[slicer.vtkMRMLPlotSeriesNode],
    *,
    titles: tuple[str, str, str],
    x_range: tuple[float, float],
    y_range: tuple[float, float] | None = None,
    movable: bool = False,
) -> slicer.vtkMRMLPlotChartNode:
    """The chart of that role with these series in order, its legend right of the curves.

    Parameters
    ----------
    titles
        Of the chart, the x and the y axis.
    x_range, y_range
        What the curves cover; None = as the series have it. The x axis is longer by the legend.
    movable
        Whether points can be dragged, in the interaction mode "move points" of the view.
    """
    chart, made = store.obtain(role, "vtkMRMLPlotChartNode", name)
    modifying = chart.StartModify()
    chart.RemoveAllPlotSeriesNodeIDs()
    for node in series:
        chart.AddAndObservePlotSeriesNodeID(node.GetID())
    if made:
        title, x_title, y_title = titles
        chart.SetTitle(title)
        chart.SetXAxisTitle(x_title)
        chart.SetYAxisTitle(y_title)
        chart.SetLegendVisibility(True)
        chart.SetLegendFontSize(LEGEND_FONT)
        chart.SetEnablePointMoveAlongX(movable)
        chart.SetEnablePointMoveAlongY(movable)
    low, high = map(float, x_range)
    chart.SetXAxisRangeAuto(False)
    chart.SetXAxisRange(low, low + (high - low) / (1 - LEGEND_SHARE))
    if y_range is not None:
        chart.SetYAxisRangeAuto(False)
        chart.SetYAxisRange(*map(float, y_range))
    chart.EndModify(modifying)
    return chart
