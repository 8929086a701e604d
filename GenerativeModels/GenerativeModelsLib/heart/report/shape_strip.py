"""Hearts side by side in one picture: cut open, coloured by wall thickness, end diastole above end systole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.anatomy import THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.report.cut_open import PictureFrame, heart_picture
from GenerativeModelsLib.page.colours import colour_map

__all__ = ["write_strip"]

MOST = 9
"""Largest number of shapes in a picture; of more shapes an even selection is shown."""
SIZE_PX = 300
ROWS = ("End diastole", "End systole")


def write_strip(shapes: Sequence[tuple[str, Sequence[Surface]]], path: Path) -> None:
    """Write a PNG of shapes, (caption, meshes of both phases in the heart frame) each, all on one scale of length."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    if len(shapes) > MOST:
        shapes = [shapes[k] for k in np.unique(np.linspace(0, len(shapes) - 1, MOST).round().astype(int))]
    frame = PictureFrame.around([surface for _, pair in shapes for surface in pair])
    side, left, below, above, bar = 1.9, 0.35, 0.1, 0.35, 0.9
    width, height = left + side * len(shapes) + bar, below + side * len(ROWS) + above
    figure = Figure((width, height), facecolor="white")
    FigureCanvasAgg(figure)
    for column, (caption, pair) in enumerate(shapes):
        centre = (left + side * (column + 0.5)) / width
        figure.text(centre, 1 - 0.5 * above / height, caption, ha="center", va="center", fontsize=9.5, color="#1d2329")
        for row, surface in enumerate(pair):
            place = (left + side * column, below + side * (len(ROWS) - 1 - row), side, side)
            axes = figure.add_axes((place[0] / width, place[1] / height, side / width, side / height))
            axes.imshow(heart_picture(surface, frame, SIZE_PX, (0.0, THICKNESS_RANGE_MM)), interpolation="lanczos")
            axes.set_axis_off()
    for row, label in enumerate(ROWS):
        middle = (below + side * (len(ROWS) - 0.5 - row)) / height
        figure.text(
            0.5 * left / width, middle, label, rotation=90, ha="center", va="center", fontsize=9.5, color="#55636c"
        )
    bar_axes = figure.add_axes(((width - bar + 0.15) / width, 0.2, 0.11 / width, 0.6))
    scale = figure.colorbar(ScalarMappable(Normalize(0, THICKNESS_RANGE_MM), colour_map()), cax=bar_axes)
    scale.outline.set_visible(False)
    scale.set_ticks(range(0, int(THICKNESS_RANGE_MM) + 1, 5))
    scale.set_label("Wall thickness (mm)", fontsize=9)
    scale.ax.tick_params(length=0, labelsize=9)
    figure.savefig(path, dpi=150, facecolor="white")
