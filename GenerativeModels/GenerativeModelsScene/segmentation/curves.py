"""A curve of a check over the frames as a plot, with the frames that have a fault and the frame on show."""

from __future__ import annotations

import numpy as np
import slicer

from GenerativeModelsLib.segmentation.overview import curves_on_show
from GenerativeModelsScene.nodes.charts import Look, show_chart_of, show_numbers, show_series
from GenerativeModelsScene.nodes.hierarchy import add_to_folder
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.segmentation.case_nodes import CheckNodes

__all__ = ["curve_names", "mark_frame", "show_curve"]

CURVE = Look((0.42, 0.46, 0.50), marker="Circle", marker_size=6)
FAULTY = Look((0.70, 0.13, 0.13), "None", marker="Cross", marker_size=13)
SHOWN = Look((0.231, 0.431, 0.647), width=3)
FRAME = "frame"
ROOM = 0.08
"""Room above and below the curve, as share of its range."""


def curve_names(nodes: CheckNodes) -> dict[str, str]:
    """Label with its unit of the curves worth drawing, by column of `curves.csv`."""
    shown = curves_on_show(nodes.curves, nodes.result["view"])
    return {column: f"{label} ({unit})" for column, (label, unit) in shown.items()}


def show_curve(scene: slicer.vtkMRMLScene, nodes: CheckNodes, column: str, frame: int) -> slicer.vtkMRMLPlotChartNode:
    """Plot a curve of `curve_names`; the plot of the same check is brought up to date instead.

    Parameters
    ----------
    frame
        The one on show, from 0.
    """
    store, title = NodeStore(scene, nodes.key), nodes.title
    words = curve_names(nodes)[column]
    values = _values(nodes, column)
    frames = np.arange(len(values), dtype=float)
    faulty = sorted({found.frame for found in nodes.found if not found.acquisition})
    marked = np.full(len(values), np.nan)
    marked[faulty] = values[faulty]
    table = show_numbers(store, "curve", f"{title} curve", {FRAME: frames, words: values, "with a fault": marked})
    series = [
        show_series(store, "curve.series", words, table, FRAME, words, CURVE),
        show_series(store, "curve.faulty", "with a fault", table, FRAME, "with a fault", FAULTY),
    ]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = ROOM * ((high - low) or abs(high) or 1.0)
    ends = low - room, high + room
    series.append(_mark(store, title, words, values, frame, ends))
    chart = show_chart_of(
        store,
        "curve.chart",
        f"{title} over the frames",
        series,
        titles=("Over the frames", FRAME, words),
        x_range=(-0.5, len(values) - 0.5),
        y_range=ends,
    )
    chart.SetYAxisTitle(words)
    add_to_folder(store, title, {})
    return chart


def mark_frame(scene: slicer.vtkMRMLScene, nodes: CheckNodes, column: str, frame: int) -> None:
    """Move the mark of the frame on show; does nothing before `show_curve`."""
    store = NodeStore(scene, nodes.key)
    chart = store.get("curve.chart")
    if chart is None or store.get("curve.shown") is None or column not in nodes.curves:
        return
    ends = tuple(chart.GetYAxisRange())
    _mark(store, nodes.title, curve_names(nodes)[column], _values(nodes, column), frame, ends)


def _mark(
    store: NodeStore, title: str, words: str, values: np.ndarray, frame: int, ends: tuple[float, float]
) -> slicer.vtkMRMLPlotSeriesNode:
    """A line across the plot at a frame."""
    line = show_numbers(store, "curve.mark", f"{title} frame on show", {FRAME: [frame, frame], words: list(ends)})
    value = values[frame] if 0 <= frame < len(values) else np.nan
    name = f"frame {frame}: " + (f"{value:.1f}" if np.isfinite(value) else "not known")
    return show_series(store, "curve.shown", name, line, FRAME, words, SHOWN)


def _values(nodes: CheckNodes, column: str) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in nodes.curves[column]])
