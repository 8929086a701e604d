"""Growth charts: the case's head circumference and diameters among the percentiles of its chart, as plot nodes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.anatomy.verdict import is_outside
from GenerativeModelsLib.skull.growth.registry import Chart
from GenerativeModelsLib.skull.growth.words import chart_in
from GenerativeModelsLib.skull.report.charts import PERCENTILES, on_chart, percentile_curves, shown_weeks
from GenerativeModelsLib.skull.report.content import BiometryRow
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

    A point with its 90 % interval at the gestational age, or without a usable one a band across all weeks; without the
    interval for an input outside the model's training.
    """
    chart, gestational_age_weeks = chart_in(result), result.get("gestational_age_weeks")
    axis = curve_weeks(gestational_age_weeks, chart)
    curves = {str(p): values for p, values in percentile_curves(chart, row.chart, axis).items()}
    curve_table = show_numbers(
        store, f"chart_curves.{row.chart}", f"{title} {row.name} percentiles", {WEEKS: axis, **curves}
    )
    age = gestational_age_weeks if on_chart(gestational_age_weeks, chart) else None
    shown = replace(row, interval90=None) if is_outside(result) else row
    columns = case_columns(shown, age, chart)
    case_table = show_numbers(store, f"chart_case.{row.chart}", f"{title} {row.name}", columns)
    series = [_curve(store, row.chart, percentile, curve_table) for percentile in PERCENTILES]
    series += [_case(store, row.chart, name, case_table, dated=age is not None) for name in (INTERVAL, VALUE)]
    return show_chart_of(
        store,
        f"chart.{row.chart}",
        f"{title} {row.name} growth chart",
        series,
        titles=(f"{row.label} ({row.name}), {chart.title}", WEEKS, f"{row.name} ({row.unit})"),
        x_range=(axis[0], axis[-1]),
    )


def drop_chart(store: NodeStore, quantity: str) -> None:
    """Remove what an earlier run showed of a quantity that the chart has not."""
    series = [f"chart_series.{quantity}.{name}" for name in (*PERCENTILES, INTERVAL, VALUE)]
    for role in (f"chart.{quantity}", *series, f"chart_curves.{quantity}", f"chart_case.{quantity}"):
        store.drop(role)


def ordinal(percentile: int) -> str:
    """Name of a curve, such as "3rd percentile"."""
    ending = "th" if 10 <= percentile % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(percentile % 10, "th")
    return f"{percentile}{ending} percentile"


def curve_weeks(gestational_age_weeks: float | None, chart: Chart) -> np.ndarray:
    """(79,) weeks over which the curves are drawn: about the age, or all of the chart where it is unknown."""
    return np.linspace(*shown_weeks(gestational_age_weeks, chart), STEPS)


def case_columns(row: BiometryRow, age: float | None, chart: Chart) -> dict[str, np.ndarray]:
    """The case as two lines over weeks: its value, and its interval; upright at `age`, or a box over all weeks."""
    low, high = row.interval90 if row.interval90 is not None else (row.value, row.value)
    if age is not None:
        weeks, interval = [age, age], [low, high]
    else:
        first, last = chart.weeks
        weeks = [first, last, last, first, first]
        interval = [low, low, high, high, low]
    return {
        WEEKS: np.array(weeks, float),
        VALUE: np.full(len(weeks), float(row.value)),
        INTERVAL: np.array(interval, float),
    }


def _curve(store: NodeStore, quantity: str, percentile: int, table: slicer.vtkMRMLTableNode):
    look = Look(CURVE_COLOUR, width=3 if percentile == 50 else 1)
    role = f"chart_series.{quantity}.{percentile}"
    return show_series(store, role, ordinal(percentile), table, WEEKS, str(percentile), look)


def _case(store: NodeStore, chart: str, column: str, table: slicer.vtkMRMLTableNode, *, dated: bool):
    look, kind = Look(CASE_COLOUR, marker_size=11), slicer.vtkMRMLPlotSeriesNode
    node = show_series(store, f"chart_series.{chart}.{column}", column, table, WEEKS, column, look)
    node.SetMarkerStyle(kind.MarkerStyleCircle if dated and column == VALUE else kind.MarkerStyleNone)
    node.SetLineStyle(kind.LineStyleSolid if dated or column == VALUE else kind.LineStyleDash)
    return node
