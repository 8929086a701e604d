"""The volume of the cavity over a heart cycle as a plot, with the two frames that are analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import slicer

from GenerativeModelsLib.heart.anatomy import PHASES
from GenerativeModelsScene.heart.colours import FOLDERS
from GenerativeModelsScene.nodes.charts import Look, one_point, show_chart_of, show_numbers, show_series
from GenerativeModelsScene.nodes.hierarchy import add_to_folder
from GenerativeModelsScene.nodes.store import NodeStore

if TYPE_CHECKING:
    from GenerativeModelsScene.heart.cine_nodes import CavityCurve

__all__ = ["show_cavity_curve"]

CURVE_COLOUR = (0.42, 0.46, 0.50)
PHASE_COLOURS = {"ed": (0.231, 0.431, 0.647), "es": (0.784, 0.333, 0.239)}
VOLUME = "cavity (ml)"
MARGIN = 0.04
"""Room before the first frame for its mark, as share of the time."""
ROOM = 1.1
"""End of the volume axis over the largest volume."""


def show_cavity_curve(
    scene: slicer.vtkMRMLScene,
    curve: CavityCurve,
    *,
    key: str,
    title: str,
    ed: int | None = None,
    es: int | None = None,
) -> slicer.vtkMRMLPlotChartNode:
    """Plot the volume of the cavity over the frames of a cine; the plot of the same key is brought up to date instead.

    Parameters
    ----------
    ed, es
        Frames that are analysed, as in `curve.frames`; None = those of the largest and the smallest cavity.
    """
    store = NodeStore(scene, key)
    time = f"time ({curve.unit})" if curve.unit else "frame"
    table = show_numbers(store, "cavity.curve", f"{title} cavity volumes", {time: curve.times, VOLUME: curve.cavity_ml})
    look = Look(CURVE_COLOUR, marker="Circle", marker_size=6)
    series = [show_series(store, "cavity.series.curve", "cavity", table, time, VOLUME, look)]
    for phase, frame in (("ed", curve.ed if ed is None else ed), ("es", curve.es if es is None else es)):
        place, words = curve.frames.index(frame), PHASES[phase].lower()
        columns = one_point({time: curve.times[place], VOLUME: curve.cavity_ml[place]})
        mark = show_numbers(store, f"cavity.{phase}", f"{title} {words}", columns)
        look = Look(PHASE_COLOURS[phase], "None", marker="Diamond", marker_size=18)
        name = f"{words}, frame {frame + 1}: {curve.cavity_ml[place]:.0f} ml"
        series.append(show_series(store, f"cavity.series.{phase}", name, mark, time, VOLUME, look))
    margin = MARGIN * (max(curve.times) - min(curve.times))
    chart = show_chart_of(
        store,
        "cavity.chart",
        f"{title} cavity over time",
        series,
        titles=("Volume of the left ventricle's cavity", time, VOLUME),
        x_range=(min(curve.times) - margin, max(curve.times)),
        y_range=(0, ROOM * max(np.max(curve.cavity_ml), 1.0)),
    )
    add_to_folder(store, title, FOLDERS)
    return chart
