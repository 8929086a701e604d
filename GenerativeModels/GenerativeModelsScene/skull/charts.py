"""Growth charts: the case's head circumference and diameters among the INTERGROWTH-21st centiles, as plot nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.skull.report.charts import CENTILES, WINDOW_WEEKS, centile_curves, on_chart
from GenerativeModelsLib.skull.report.content import BiometryRow
from GenerativeModelsLib.skull.shape.growth_charts import MAX_WEEKS, MIN_WEEKS
from GenerativeModelsScene.nodes.charts import Look, show_chart_of, show_numbers, show_series
from GenerativeModelsScene.nodes.store import NodeStore

WEEKS = "weeks"
VALUE, INTERVAL = "this head", "90 % interval"
CURVE_COLOUR, CASE_COLOUR = (0.208, 0.416, 0.541), (0.702, 0.149, 0.118)
"""The report's."""
STEPS = 79
"""Points of a curve."""


def show_chart(store: NodeStore, row: BiometryRow, result: dict[str, Any], title: str) -> slicer.vtkMRMLPlotChartNode:
    """`row` of a `result.json` on its growth chart, as plot nodes.

    A point with its 90 % interval at the gestational age, or without a usable one a band across all weeks.
    """
    gestational_age_weeks = result.get("gestational_age_weeks")
    axis = curve_weeks(gestational_age_weeks)
    curves = {str(centile): values for centile, values in centile_curves(row.chart, axis).items()}
    curve_table = show_numbers(
        store, f"chart_curves.{row.chart}", f"{title} {row.name} centiles", {WEEKS: axis, **curves}
    )
    age = gestational_age_weeks if on_chart(gestational_age_weeks) else None
    case_table = show_numbers(store, f"chart_case.{row.chart}", f"{title} {row.name}", case_columns(row, age))
    series = [_curve(store, row.chart, centile, curve_table) for centile in CENTILES]
    series += [_case(store, row.chart, name, case_table, dated=age is not None) for name in (INTERVAL, VALUE)]
    return show_chart_of(
        store,
        f"chart.{row.chart}",
        f"{title} {row.name} growth chart",
        series,
        titles=(f"{row.label} ({row.name})", WEEKS, f"{row.name} ({row.unit})"),
        x_range=(axis[0], axis[-1]),
    )


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


def _curve(store: NodeStore, chart: str, centile: int, table: slicer.vtkMRMLTableNode):
    look = Look(CURVE_COLOUR, width=3 if centile == 50 else 1)
    return show_series(store, f"chart_series.{chart}.{centile}", ordinal(centile), table, WEEKS, str(centile), look)


def _case(store: NodeStore, chart: str, column: str, table: slicer.vtkMRMLTableNode, *, dated: bool):
    look, kind = Look(CASE_COLOUR, marker_size=11), slicer.vtkMRMLPlotSeriesNode
    node = show_series(store, f"chart_series.{chart}.{column}", column, table, WEEKS, column, look)
    node.SetMarkerStyle(kind.MarkerStyleCircle if dated and column == VALUE else kind.MarkerStyleNone)
    node.SetLineStyle(kind.LineStyleSolid if dated or column == VALUE else kind.LineStyleDash)
    return node
