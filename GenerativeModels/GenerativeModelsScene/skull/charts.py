"""Growth charts: the case's head circumference and diameters among the INTERGROWTH-21st centiles, as plot nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk

from GenerativeModelsLib.skull.report.charts import CENTILES, WINDOW_WEEKS, centile_curves, on_chart
from GenerativeModelsLib.skull.report.content import BiometryRow
from GenerativeModelsLib.skull.shape.growth_charts import MAX_WEEKS, MIN_WEEKS
from GenerativeModelsScene.nodes.store import NodeStore

WEEKS = "weeks"
VALUE, INTERVAL = "this head", "90 % interval"
CURVE_COLOUR, CASE_COLOUR = (0.208, 0.416, 0.541), (0.702, 0.149, 0.118)
"""The report's."""
LEGEND_SHARE = 0.4
"""Share of the chart's width right of the curves. The legend of a plot is in its upper right corner."""
LEGEND_FONT = 10
STEPS = 79
"""Points of a curve."""


def show_chart(store: NodeStore, row: BiometryRow, result: dict[str, Any], title: str) -> slicer.vtkMRMLPlotChartNode:
    """`row` of a `result.json` on its growth chart, as plot nodes.

    A point with its 90 % interval at the gestational age, or without a usable one a band across all weeks.
    """
    gestational_age_weeks = result.get("gestational_age_weeks")
    axis = curve_weeks(gestational_age_weeks)
    curves = {str(centile): values for centile, values in centile_curves(row.chart, axis).items()}
    curve_table = _table(store, f"chart_curves.{row.chart}", f"{title} {row.name} centiles", {WEEKS: axis, **curves})
    age = gestational_age_weeks if on_chart(gestational_age_weeks) else None
    case_table = _table(store, f"chart_case.{row.chart}", f"{title} {row.name}", case_columns(row, age))
    chart, made = store.obtain(f"chart.{row.chart}", "vtkMRMLPlotChartNode", f"{title} {row.name} growth chart")
    series = [_curve(store, row.chart, centile, curve_table) for centile in CENTILES]
    series += [_case(store, row.chart, name, case_table, dated=age is not None) for name in (INTERVAL, VALUE)]
    modifying = chart.StartModify()
    chart.RemoveAllPlotSeriesNodeIDs()
    for node in series:
        chart.AddAndObservePlotSeriesNodeID(node.GetID())
    if made:
        chart.SetTitle(f"{row.label} ({row.name})")
        chart.SetXAxisTitle("weeks")
        chart.SetYAxisTitle(f"{row.name} ({row.unit})")
        chart.SetLegendVisibility(True)
        chart.SetLegendFontSize(LEGEND_FONT)
    chart.SetXAxisRangeAuto(False)
    chart.SetXAxisRange(float(axis[0]), float(axis[0] + (axis[-1] - axis[0]) / (1 - LEGEND_SHARE)))
    chart.EndModify(modifying)
    return chart


def ordinal(centile: int) -> str:
    """Name of a curve, such as "3rd centile"."""
    ending = "th" if 10 <= centile % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(centile % 10, "th")
    return f"{centile}{ending} centile"


def curve_weeks(gestational_age_weeks: float | None) -> np.ndarray:
    """(79,) weeks over which the curves are drawn: about the age, or all of the charts where it is unknown."""
    low, high = MIN_WEEKS, MAX_WEEKS
    if on_chart(gestational_age_weeks):
        low = max(low, min(gestational_age_weeks - WINDOW_WEEKS, high - 2 * WINDOW_WEEKS))
        high = min(high, low + 2 * WINDOW_WEEKS)
    return np.linspace(low, high, STEPS)


def case_columns(row: BiometryRow, age: float | None) -> dict[str, np.ndarray]:
    """The case as two lines over weeks: its value, and its interval; upright at `age`, or a box over all weeks."""
    low, high = row.interval90 if row.interval90 is not None else (row.value, row.value)
    if age is not None:
        weeks, interval = [age, age], [low, high]
    else:
        weeks = [MIN_WEEKS, MAX_WEEKS, MAX_WEEKS, MIN_WEEKS, MIN_WEEKS]
        interval = [low, low, high, high, low]
    return {
        WEEKS: np.array(weeks, float),
        VALUE: np.full(len(weeks), float(row.value)),
        INTERVAL: np.array(interval, float),
    }


def _table(store: NodeStore, role: str, name: str, columns: Mapping[str, Sequence[float]]) -> slicer.vtkMRMLTableNode:
    node, _ = store.obtain(role, "vtkMRMLTableNode", name)
    table = vtk.vtkTable()
    for title, values in columns.items():
        column = numpy_to_vtk(np.asarray(values, float), deep=True)
        column.SetName(title)
        table.AddColumn(column)
    modifying = node.StartModify()
    node.SetAndObserveTable(table)
    for title in columns:
        node.SetColumnType(title, vtk.VTK_DOUBLE)  # written beside the table, so that numbers are read back as such
    node.SetLocked(True)
    node.EndModify(modifying)
    return node


def _curve(store: NodeStore, chart: str, centile: int, table: slicer.vtkMRMLTableNode):
    node, made = store.obtain(f"chart_series.{chart}.{centile}", "vtkMRMLPlotSeriesNode", ordinal(centile))
    modifying = node.StartModify()
    _connect(node, table, str(centile))
    if made:
        node.SetColor(*CURVE_COLOUR)
        node.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone)
        node.SetLineWidth(3 if centile == 50 else 1)
        node.SetLineStyle(slicer.vtkMRMLPlotSeriesNode.LineStyleSolid)
    node.EndModify(modifying)
    return node


def _case(store: NodeStore, chart: str, column: str, table: slicer.vtkMRMLTableNode, *, dated: bool):
    node, made = store.obtain(f"chart_series.{chart}.{column}", "vtkMRMLPlotSeriesNode", column)
    kind = slicer.vtkMRMLPlotSeriesNode
    modifying = node.StartModify()
    _connect(node, table, column)
    if made:
        node.SetColor(*CASE_COLOUR)
        node.SetMarkerSize(11)
        node.SetLineWidth(2)
    node.SetMarkerStyle(kind.MarkerStyleCircle if dated and column == VALUE else kind.MarkerStyleNone)
    node.SetLineStyle(kind.LineStyleSolid if dated or column == VALUE else kind.LineStyleDash)
    node.EndModify(modifying)
    return node


def _connect(node: slicer.vtkMRMLPlotSeriesNode, table: slicer.vtkMRMLTableNode, column: str) -> None:
    node.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeScatter)
    node.SetAndObserveTableNodeID(table.GetID())
    node.SetXColumnName(WEEKS)
    node.SetYColumnName(column)
