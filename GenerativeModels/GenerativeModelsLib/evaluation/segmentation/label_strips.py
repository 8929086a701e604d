"""Figure of traversals: a strip of maps for every attribute, decoded along its dimension."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.segmentation.label_scores import STEPS, traversed
from GenerativeModelsLib.segmentation.attributes import attributes
from GenerativeModelsLib.segmentation.label_model import LabelModel
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.report.pictures import LABEL_COLOURS

__all__ = ["draw_traversals"]

INK, SOFT = "#1d2329", "#6b7680"


def draw_traversals(model: LabelModel, base: np.ndarray, path: Path) -> None:
    """Write the figure as PNG: a row for every attribute, from -2 to 2 deviations of its dimension about `base` (d,).

    Under each map stands the attribute as measured on it, in mm, mm2 or degrees.
    """
    from matplotlib.figure import Figure

    names = model.attributes
    figure = Figure((1.12 * STEPS + 2.2, 1.3 * len(names) + 0.4), facecolor="white", layout="constrained")
    axes = figure.subplots(len(names), STEPS)
    for dimension, (row, name) in enumerate(zip(axes, names, strict=True)):
        maps = model.decode(traversed(model, base, dimension))
        measured = attributes(maps, model.pixel_mm, model.view)[:, dimension]
        for axis, values, value in zip(row, maps, measured, strict=True):
            axis.imshow(_coloured(values), interpolation="nearest")
            axis.set_xlabel("–" if np.isnan(value) else f"{value:.0f}", fontsize=8, color=SOFT, labelpad=2)
            axis.set(xticks=[], yticks=[])
            for side in axis.spines.values():
                side.set_color("#c4cbd1")
        words = name.rsplit("_", 1)
        row[0].set_ylabel(
            f"{words[0].replace('_', ' ')}\n{words[1].replace('mm2', 'mm²')}",
            fontsize=8.5, color=INK, rotation=0, ha="right", va="center",
        )  # fmt: skip
    figure.savefig(path, dpi=110)


def _coloured(values: np.ndarray) -> np.ndarray:
    """(rows, columns, 3) uint8 picture of a map."""
    table = np.full((1 + len(CODES), 3), 250, np.uint8)
    for name, colour in LABEL_COLOURS.items():
        table[CODES[name]] = colour
    return table[values]
