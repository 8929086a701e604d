"""Curves of the report as inline SVG, with the frames that have a fault."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from GenerativeModelsLib.language import _
from GenerativeModelsLib.page.figures import INK, SOFT, page_svg

__all__ = ["curve_svg"]

_LINE, _FAULT = "#030303", "#040404"
_COLOURS = {_LINE: "var(--chart)", _FAULT: "var(--case)"}


def curve_svg(
    label: str,
    unit: str,
    values: np.ndarray,
    faulty: Sequence[int],
    marks: dict[str, int | None],
    frame_s: float,
    before: np.ndarray | None = None,
) -> str:
    """SVG element of values over the frames; faulty frames are dots, `marks` are frames with a word, such as ED.

    `label` and `unit` are texts of the catalogue; values `before` are a thin dashed line, on which the faulty frames
    are then marked.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    frames = np.arange(len(values))
    settings = {"svg.fonttype": "none", "svg.hashsalt": label, "font.size": 9.5, "axes.edgecolor": SOFT}
    with matplotlib.rc_context(settings):
        figure = Figure((4.1, 2.6), facecolor="none")
        axes = figure.add_axes((0.145, 0.17, 0.82, 0.79), facecolor="none")
        axes.plot(frames, values, color=_LINE, linewidth=1.6, marker="o", markersize=2.5)
        marked = values if before is None else before
        if before is not None:
            axes.plot(frames, before, color=SOFT, linewidth=1.0, linestyle=(0, (4, 2)))
        wrong = [frame for frame in faulty if np.isfinite(marked[frame])]
        axes.plot(wrong, marked[wrong], color=_FAULT, linestyle="none", marker="o", markersize=6)
        known = np.concatenate([values, marked])
        known = known[np.isfinite(known)]
        room = 0.08 * (float(np.ptp(known)) or abs(float(known[0])) or 1.0)
        axes.set_ylim(known.min() - room, known.max() + 2 * room)
        for word, frame in marks.items():
            if frame is not None and np.isfinite(values[frame]):
                at = (frame, values[frame])
                axes.annotate(word, at, (0, 6), textcoords="offset points", ha="center", color=INK)
        axes.set_xlabel(_("frame (every {ms:.0f} ms)", ms=1000 * frame_s), color=INK, labelpad=1)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.tick_params(colors=SOFT, labelcolor=INK, length=3)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color=SOFT, alpha=0.25, linewidth=0.5)
        words = _(
            "{quantity} in {unit} over {count} frames, {faulty} of them with a fault",
            quantity=_(label),
            unit=_(unit),
            count=len(values),
            faulty=len(wrong),
        )
        return page_svg(figure, "chart", words, _COLOURS)
