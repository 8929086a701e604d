"""Plots as SVG in the page's colours, with points over them that are dragged (gm_views.js)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
from trame.widgets import html

from GenerativeModelsWeb.parts.markup import attributes

__all__ = ["Plot", "build_handle", "build_plot"]

WIDTH, HEIGHT = 400, 320


class Plot:
    """A plot that grows by lines, dots and words; `svg` is the element.

    Parameters
    ----------
    x, y
        (low, high) ends of the axes.
    height
        Of the drawing, 400 wide.
    """

    def __init__(self, x: Sequence[float], y: Sequence[float], height: int = HEIGHT) -> None:
        self._x, self._y, self._height = x, y, height
        self._parts: list[str] = []

    def lines(self, lines: Iterable[np.ndarray], kind: str) -> None:
        """Polylines (N, 2) of a class of the style sheet."""
        paths = "".join("M" + "L".join(self._at(point) for point in line) for line in lines if len(line) > 1)
        if paths:
            self._parts.append(f'<path class="{kind}" d="{paths}"/>')

    def dots(self, points: np.ndarray, kind: str) -> None:
        """Dots at (N, 2)."""
        if len(points):
            self._parts.append(f'<path class="{kind}" d="{"".join(f"M{self._at(point)}h0" for point in points)}"/>')

    def words(self, point: Sequence[float], text: str, kind: str, anchor: str = "middle") -> None:
        """Words at a point."""
        x, y = self._at(point).split(" ")
        self._parts.append(f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>')

    def svg(self) -> str:
        """The element; it fills its box whatever the shape of that."""
        return f'<svg viewBox="0 0 {WIDTH} {self._height}" aria-hidden="true">{"".join(self._parts)}</svg>'

    def _at(self, point: Sequence[float]) -> str:
        x = WIDTH * (float(point[0]) - self._x[0]) / (self._x[1] - self._x[0])
        y = self._height * (self._y[1] - float(point[1])) / (self._y[1] - self._y[0])
        return f"{x:.1f} {y:.1f}"


def build_plot(label: str, svg: str, x: str, y: str, *, height: int = HEIGHT):
    """A plot whose element is the state variable `svg`; what is built within lies over it.

    `x` and `y` are expressions of [low, high].
    """
    raw = attributes(data_gm_plot=True, v_data_gm_x=f"{x}.join()", v_data_gm_y=f"{y}.join()", aria_label=label)
    with html.Figure(classes="gm-plot", raw_attrs=[*raw, 'role="group"']):
        area = html.Div(classes="gm-area", style=f"aspect-ratio: {WIDTH} / {height}", raw_attrs=["data-gm-area"])
        with area:
            html.Div(v_html=svg, classes="gm-drawing")
    return area


def build_handle(
    value: str,
    x: str,
    y: str,
    at: tuple[str, str],
    label: str,
    *,
    axes: str = "xy",
    kind: str = "",
    shown: str = "true",
) -> None:
    """A point over a plot that is dragged, or moved by the arrow keys.

    Parameters
    ----------
    value
        State variable that it writes: [x, y], or the whole number x where `axes` is "x".
    x, y
        Expressions of the plot's [low, high].
    at
        Expressions of its place.
    """
    left = f"100 * ({at[0]} - {x}[0]) / ({x}[1] - {x}[0])"
    top = f"100 * ({y}[1] - {at[1]}) / ({y}[1] - {y}[0])"
    html.Button(
        type="button",
        v_if=shown,
        classes=f"gm-handle {kind}".strip(),
        style=(f"'left: ' + ({left}) + '%; top: ' + ({top}) + '%'",),
        title=label,
        raw_attrs=attributes(data_gm_handle=value, data_gm_axes=axes, aria_label=label),
    )
