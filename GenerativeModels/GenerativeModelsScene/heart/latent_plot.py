"""The top level of the latent space as a plot: the population by class, the wall, a heart, and a point to be moved.

In Slicer's plot view, in its interaction mode "move points", the user drags the explored point. VTK lets the points of
every series be dragged, so what is drawn is a copy: `watch_point` puts the others back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.report.latent_figures import CLASS_COLOURS, CLASS_WORDS, INK, SOFT
from GenerativeModelsLib.page.colours import rgb
from GenerativeModelsScene.heart.colours import FOLDERS
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
from GenerativeModelsScene.nodes.hierarchy import add_to_folder
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["LatentPlot", "find_latent_plot", "move_point", "point_of", "settle", "show_latent_plot", "watch_point"]

X, Y = "dimension 1", "dimension 2"
POINT_COLOUR = (0.96, 0.65, 0.14)
OWN, POINT = "this heart", "explored"
WALL, BORDER, EVEN = "wall", "99 % of the population", "probability of HCM 0.5"
TIPS = f"{WALL} mm"
MARGIN = 0.05
"""Room beside a point outside the map, as share of the axis."""


@dataclass(frozen=True)
class LatentPlot:
    """The plot of the top level.

    Attributes
    ----------
    chart
        vtkMRMLPlotChartNode.
    point_table
        vtkMRMLTableNode whose first row is the explored point.
    drawn, computed
        vtkMRMLTableNode of all other series: what the chart shows, and what it is put back to.
    """

    chart: slicer.vtkMRMLPlotChartNode
    point_table: slicer.vtkMRMLTableNode
    drawn: slicer.vtkMRMLTableNode
    computed: slicer.vtkMRMLTableNode


def show_latent_plot(
    scene: slicer.vtkMRMLScene,
    latent_map: dict[str, Any],
    *,
    key: str,
    title: str,
    own: Sequence[float] | None = None,
    point: Sequence[float] | None = None,
) -> LatentPlot:
    """Show the top level of the latent space; the nodes of the same key are brought up to date instead.

    Parameters
    ----------
    latent_map
        Answer of the query of that name.
    own
        Point of the heart; None = no heart.
    point
        Explored point; None = that of the heart, or the mean of the healthy hearts.
    """
    store = NodeStore(scene, key)
    start = next(each for each in (point, own, latent_map["classes"]["healthy"]["mean"]) if each is not None)
    lines, looks = _lines(latent_map, own)
    columns = {f"{name} {axis}": values for name, line in lines.items() for axis, values in zip("xy", line.T)}
    length = max(map(len, columns.values()))
    columns = {name: np.pad(v, (0, length - len(v)), constant_values=np.nan) for name, v in columns.items()}
    labels = {TIPS: [text for text, _ in zip_longest(_wall_labels(latent_map), range(length), fillvalue="")]}
    show_numbers(store, "latent.computed", f"{title} latent space", columns, labels)
    drawn = show_numbers(store, "latent.drawn", f"{title} latent space as drawn", columns, labels)
    table = show_numbers(store, "latent.point", f"{title} explored point", one_point({X: start[0], Y: start[1]}))
    for role in store.roles("latent.series."):
        if role.removeprefix("latent.series.") not in (*lines, POINT):
            store.drop(role)
    series = [
        show_series(
            store,
            f"latent.series.{name}",
            _series_name(name, latent_map),
            drawn,
            f"{name} x",
            f"{name} y",
            looks[name],
            TIPS if name == WALL else None,
        )
        for name in lines
    ]
    look = Look(POINT_COLOUR, line="None", marker="Circle", marker_size=14)
    series.append(show_series(store, f"latent.series.{POINT}", POINT, table, X, Y, look))
    show_chart_of(
        store,
        "latent.chart",
        f"{title} latent space",
        series,
        titles=("Latent space, top level", X, Y),
        x_range=latent_map["x"],
        y_range=latent_map["y"],
        movable=True,
    )
    plot = find_latent_plot(scene, key)
    _bring_in_sight(plot.chart, start)
    add_to_folder(store, title, FOLDERS)
    return plot


def find_latent_plot(scene: slicer.vtkMRMLScene, key: str) -> LatentPlot | None:
    """The plot of the key, also in a loaded scene; None when it is not there, or part of it was deleted."""
    store = NodeStore(scene, key)
    nodes = [store.get(f"latent.{role}") for role in ("chart", "point", "drawn", "computed")]
    return None if any(node is None for node in nodes) else LatentPlot(*nodes)


def point_of(plot: LatentPlot) -> tuple[float, float]:
    """The explored point, on the first two dimensions of the top level."""
    return float(numbers_of(plot.point_table, X)[0]), float(numbers_of(plot.point_table, Y)[0])


def move_point(plot: LatentPlot, z_top: Sequence[float]) -> None:
    """Move the explored point, in place; a point that is there already changes nothing."""
    if point_of(plot) == tuple(map(float, z_top[:2])):
        return
    for name, values in one_point({X: z_top[0], Y: z_top[1]}).items():
        set_numbers(plot.point_table, name, values)
    plot.point_table.GetTable().Modified()
    _bring_in_sight(plot.chart, z_top)


def settle(plot: LatentPlot) -> None:
    """Put back what the user dragged of all series but the explored point."""
    moved = False
    for index in range(plot.computed.GetNumberOfColumns()):
        name = plot.computed.GetColumnName(index)
        if name == TIPS:
            continue
        values = numbers_of(plot.computed, name)
        if not np.array_equal(values, numbers_of(plot.drawn, name), equal_nan=True):
            set_numbers(plot.drawn, name, values)
            moved = True
    if moved:
        plot.drawn.GetTable().Modified()


def watch_point(plot: LatentPlot, moved: Callable[[tuple[float, float]], None]) -> Callable[[], None]:
    """Call `moved` with the explored point whenever it was moved, and keep all other points in their places.

    Returns
    -------
    What ends it.
    """
    last = point_of(plot)

    def point_changed(*_) -> None:
        nonlocal last
        now = point_of(plot)
        if now != last:
            last = now
            moved(now)

    nodes = {plot.point_table: point_changed, plot.drawn: lambda *_: settle(plot)}
    tags = [(node, node.AddObserver("ModifiedEvent", call)) for node, call in nodes.items()]

    def end() -> None:
        for node, tag in tags:
            node.RemoveObserver(tag)

    return end


def _bring_in_sight(chart: slicer.vtkMRMLPlotChartNode, point: Sequence[float]) -> None:
    """Widen the axes for a point outside them."""
    for axis, value in zip("XY", point, strict=False):
        low, high = getattr(chart, f"Get{axis}AxisRange")()
        margin = MARGIN * (high - low)
        if not low <= value <= high:
            getattr(chart, f"Set{axis}AxisRange")(min(low, value - margin), max(high, value + margin))


def _lines(latent_map: dict[str, Any], own: Sequence[float] | None) -> tuple[dict[str, np.ndarray], dict[str, Look]]:
    """(K, 2) of every series but the explored point, in the order of drawing, and their looks."""
    lines, looks = {}, {}
    for name in CLASSES:
        lines[f"{name} hearts"] = np.asarray(latent_map["classes"][name]["points"], float)
        looks[f"{name} hearts"] = Look(rgb(CLASS_COLOURS[name]), "None", 1, "Circle", 3, 0.25)
    lines[WALL] = in_one_column(_walls(latent_map))
    looks[WALL] = Look(rgb(SOFT), "Solid", 1, opacity=0.6)
    for name, key, line in ((BORDER, "border", "Dash"), (EVEN, "even", "DashDot")):
        lines[name], looks[name] = in_one_column(latent_map.get(key, ())), Look(rgb(INK), line, 1)
    for name in CLASSES:
        contours = [line for found in latent_map["classes"][name]["contours"].values() for line in found]
        lines[name], looks[name] = in_one_column(contours), Look(rgb(CLASS_COLOURS[name]), "Solid", 2)
    if own is not None:
        lines[OWN] = in_one_column([np.asarray([own[:2]], float)])
        looks[OWN] = Look(rgb(INK), "None", 1, "Diamond", 22)  # seen behind the explored point
    return lines, looks


def _walls(latent_map: dict[str, Any]) -> list[np.ndarray]:
    return [line for lines in latent_map["walls"].values() for line in lines if len(line)]


def _wall_labels(latent_map: dict[str, Any]) -> list[str]:
    """The tool tip of each row of the lines of equal wall."""
    texts = []
    for thickness, lines in latent_map["walls"].items():
        for line in lines:
            texts += [f"{thickness} mm"] * (len(line) + 1 if len(line) else 0)
    return texts


def _series_name(name: str, latent_map: dict[str, Any]) -> str:
    if name == WALL:
        return f"wall {', '.join(latent_map['walls'])} mm"
    of_class = next((each for each in CLASSES if name in (each, f"{each} hearts")), None)
    return name if of_class is None else name.replace(of_class, CLASS_WORDS[of_class])
