"""Figure of translated pictures of heads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["Shown", "draw_translation"]

ROWS = (
    *("simulated", "with the look of HC18", "nearest real picture"),
    *("real (HC18)", "with the look of the simulator", "nearest simulated picture"),
)


class Shown(NamedTuple):
    """Pictures (rows, columns): before, after, and the picture of the other domain that looks most like the latter."""

    before: np.ndarray
    after: np.ndarray
    near: np.ndarray


def draw_translation(simulated: Sequence[Shown], real: Sequence[Shown], path: Path) -> None:
    """Write the figure as PNG: a column a picture, a row each of `ROWS`."""
    from matplotlib.figure import Figure

    columns = max(len(simulated), len(real), 1)
    figure = Figure((2.6 * columns, 1.85 * len(ROWS)), facecolor="white", layout="constrained")
    axes = figure.subplots(len(ROWS), columns, squeeze=False)
    for row, words in enumerate(ROWS):
        some = simulated if row < 3 else real
        for column, each in enumerate(axes[row]):
            each.set(xticks=[], yticks=[])
            each.set_frame_on(False)
            if column < len(some):
                each.imshow(some[column][row % 3], cmap="gray", vmin=0, vmax=255, aspect="equal")
        axes[row, 0].set_ylabel(words, fontsize=8)
    figure.savefig(path, dpi=110)
