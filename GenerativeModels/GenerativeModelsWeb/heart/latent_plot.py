"""The plot of the top latent level as SVG: both classes, lines of equal wall, the border of the population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from GenerativeModelsWeb.parts.plots import Plot

__all__ = ["latent_svg"]

MOST_DOTS = 250


def latent_svg(found: Mapping[str, Any]) -> str:
    """The element for an answer of the query `latent_map`."""
    plot = Plot(found["x"], found["y"])
    for name, one in found["classes"].items():
        points = np.asarray(one["points"])
        plot.dots(points[:: max(1, len(points) // MOST_DOTS)], f"gm-points gm-{name}")
    plot.lines(found["border"], "gm-border")
    for wall, lines in found["walls"].items():
        plot.lines(lines, "gm-wall")
        if lines:
            longest = max(lines, key=len)
            plot.words(_label_place(longest, found), f"{wall} mm", "gm-wall-label")
    plot.lines(found["even"], "gm-even")
    for name, one in found["classes"].items():
        for share, lines in one["contours"].items():
            plot.lines(lines, f"gm-contour gm-{name} gm-share-{share.replace('.', '')}")
    return plot.svg()


def _label_place(line: np.ndarray, found: Mapping[str, Any]) -> np.ndarray:
    """Where a line comes nearest to the lower left of the plot, inside it."""
    (left, right), (low, high) = found["x"], found["y"]
    share = (np.asarray(line) - [left, low]) / [right - left, high - low]
    inside = share[(share > 0.06).all(axis=1) & (share < 0.94).all(axis=1)]
    place = inside[np.argmin(inside[:, 1])] if len(inside) else share[len(share) // 2]
    return [left, low] + place * [right - left, high - low]
