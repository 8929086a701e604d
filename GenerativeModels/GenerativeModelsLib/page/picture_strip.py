"""Pictures of shapes side by side in one file: a column per shape, a row per view or phase."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from GenerativeModelsLib.page.colours import colour_map

__all__ = ["MOST_COLUMNS", "even_selection", "write_picture_strip"]

MOST_COLUMNS = 9
"""Largest number of shapes in a picture; of more shapes an even selection is shown."""
SIDE, LEFT, BELOW, ABOVE, BAR = 1.9, 0.35, 0.1, 0.35, 0.9
"""Inches: side of a picture, space for the rows' labels, below, for a line of a caption, and for the colour scale."""

Shown = TypeVar("Shown")


def even_selection(shapes: Sequence[Shown]) -> list[Shown]:
    """All shapes, or `MOST_COLUMNS` of them at equal steps with the first and the last."""
    count = min(len(shapes), MOST_COLUMNS)
    return [shapes[k] for k in np.unique(np.linspace(0, len(shapes) - 1, count).round().astype(int))]


def write_picture_strip(
    columns: Sequence[tuple[str, Sequence[np.ndarray]]],
    rows: Sequence[str],
    path: Path,
    scale: tuple[str, float] | None = None,
) -> None:
    """Write a PNG of pictures.

    Parameters
    ----------
    columns
        Caption, of one or more lines, and pictures (P, P, 4) uint8 from top to bottom, of each shape.
    rows
        Label of each row.
    path
        The file.
    scale
        Label and end of a colour scale from 0, in steps of 5; None = no scale.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    above = ABOVE + 0.17 * max(caption.count("\n") for caption, _ in columns)
    bar = BAR if scale else 0.1
    width, height = LEFT + SIDE * len(columns) + bar, BELOW + SIDE * len(rows) + above
    figure = Figure((width, height), facecolor="white")
    FigureCanvasAgg(figure)
    for column, (caption, pictures) in enumerate(columns):
        centre = (LEFT + SIDE * (column + 0.5)) / width
        figure.text(centre, 1 - 0.5 * above / height, caption, ha="center", va="center", fontsize=9.5, color="#1d2329")
        for row, picture in enumerate(pictures):
            place = (LEFT + SIDE * column, BELOW + SIDE * (len(rows) - 1 - row), SIDE, SIDE)
            axes = figure.add_axes((place[0] / width, place[1] / height, SIDE / width, SIDE / height))
            axes.imshow(picture, interpolation="lanczos")
            axes.set_axis_off()
    for row, label in enumerate(rows):
        middle = (BELOW + SIDE * (len(rows) - 0.5 - row)) / height
        figure.text(
            0.5 * LEFT / width, middle, label, rotation=90, ha="center", va="center", fontsize=9.5, color="#55636c"
        )
    if scale:
        label, end = scale
        bar_axes = figure.add_axes(((width - bar + 0.15) / width, 0.2, 0.11 / width, 0.6))
        shown = figure.colorbar(ScalarMappable(Normalize(0, end), colour_map()), cax=bar_axes)
        shown.outline.set_visible(False)
        shown.set_ticks(range(0, int(end) + 1, 5))
        shown.set_label(label, fontsize=9)
        shown.ax.tick_params(length=0, labelsize=9)
    figure.savefig(path, dpi=150, facecolor="white")
