"""The bull's-eye of the left ventricle: 17 segments seen from the apex, septum on the left, anterior wall on top."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from GenerativeModelsLib.heart.shape.segments import SEGMENTS
from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.page.colours import colour_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["bullseye_figure", "bullseye_svg", "write_bullseye_png"]

RINGS = (1.0, 2.0, 3.0, 4.0)
"""Outer radii of the apex, the apical, the middle and the basal ring."""

WHEEL_INCHES = 3.45
_TEXT = ("#ffffff", "#14202b")
"""Colours of text in a segment; the one of more contrast is taken."""

_INK, _SOFT, _EMPTY, _GAP = "#010101", "#020202", "#030303", "#040404"
_PAGE = {
    _INK: "var(--ink, #1d2329)",
    _SOFT: "var(--soft, #6b7680)",
    _EMPTY: "var(--empty, #e6e9ec)",
    _GAP: "var(--paper, #ffffff)",
}
"""Placeholder colours in an SVG, and the CSS variables of the page, which may be dark, that replace them."""
_PRINT = {stand_in: re.search("#[0-9a-f]+", colour)[0] for stand_in, colour in _PAGE.items()}


def bullseye_figure(
    ed_values: Sequence[float],
    es_values: Sequence[float] | None = None,
    *,
    limits: tuple[float, float] | None = None,
    label: str = N_("Wall thickness (mm)"),
    titles: tuple[str, str] = (N_("End diastole"), N_("End systole")),
    decimals: int = 1,
) -> Figure:
    """A bull's-eye at end diastole and, if given, at end systole beside it, on one colour scale.

    Texts are in the language of the page.

    Parameters
    ----------
    ed_values, es_values
        (17,) of the segments 1 to 17; NaN is drawn grey without a number.
    limits
        Ends of the colour scale; None for whole numbers around all the values.
    decimals
        Decimals of the numbers in the segments.

    Raises
    ------
    ValueError
        There are not 17 values, or the limits are not ascending.
    """
    return _figure(ed_values, es_values, limits, label, titles, decimals, _PRINT)


def bullseye_svg(
    ed_values: Sequence[float],
    es_values: Sequence[float] | None = None,
    *,
    limits: tuple[float, float] | None = None,
    label: str = N_("Wall thickness (mm)"),
    titles: tuple[str, str] = (N_("End diastole"), N_("End systole")),
    decimals: int = 1,
) -> str:
    """`bullseye_figure` as an SVG element with text elements.

    Text and gaps use the page's CSS variables --ink, --soft, --empty and --paper if it defines them.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "bullseye"}):
        figure = _figure(ed_values, es_values, limits, label, titles, decimals, {})
        stream = io.StringIO()
        FigureCanvasSVG(figure).print_svg(stream, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return _page_svg(stream.getvalue(), _("{quantity}, 17 segments", quantity=_(label)))


def write_bullseye_png(figure: Figure, path: str | Path | BinaryIO, *, dpi: int = 160) -> None:
    """Write a figure of `bullseye_figure` as a PNG on white."""
    figure.savefig(path, format="png", dpi=dpi, facecolor="white")


def _page_svg(svg: str, description: str) -> str:
    """The SVG element in the page's colours, without prologue and without styles and ids that affect the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    opening = f'<svg class="bullseye" role="img" aria-label="{escape(description)}" viewBox'
    svg = opening + svg[svg.index("viewBox") + len("viewBox") :]
    for stand_in, colour in _PAGE.items():
        svg = svg.replace(stand_in, colour)
    return re.sub(r"\n\s*", "\n", svg)


def _figure(ed_values, es_values, limits, label, titles, decimals, colours) -> Figure:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    phases = [_checked(values) for values in (ed_values, es_values) if values is not None]
    norm = Normalize(*(_limits(phases) if limits is None else _rising(limits)))
    ink, soft = (colours.get(c, c) for c in (_INK, _SOFT))
    scale = ScalarMappable(norm, colour_map())
    width = WHEEL_INCHES * len(phases) + 0.85
    height = WHEEL_INCHES + 0.3
    figure = Figure((width, height), facecolor="none")
    for number, (values, title) in enumerate(zip(phases, titles)):
        left = WHEEL_INCHES * number
        axes = figure.add_axes((left / width, 0.0, WHEEL_INCHES / width, WHEEL_INCHES / height))
        _draw(axes, values, scale, decimals, colours)
        figure.text(
            (left + WHEEL_INCHES / 2) / width, 0.965, _(title), ha="center", va="center", fontsize=11.5, color=ink
        )
    bar_axes = figure.add_axes(((WHEEL_INCHES * len(phases) + 0.12) / width, 0.2, 0.11 / width, 0.52))
    bar = figure.colorbar(scale, cax=bar_axes)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, pad=4, labelsize=9, labelcolor=ink)
    bar.ax.yaxis.get_major_locator().set_params(integer=True, nbins=6)
    bar.set_label(_(label), fontsize=9, color=soft, labelpad=5)
    return figure


def _checked(values: Sequence[float]) -> np.ndarray:
    values = np.asarray(values, float)
    if values.shape != (SEGMENTS,):
        raise ValueError(f"The bull's-eye got values of shape {values.shape}, expected one for each of 17 segments.")
    return values


def _limits(phases: Sequence[np.ndarray]) -> tuple[float, float]:
    known = np.concatenate(phases)
    known = known[np.isfinite(known)]
    if not len(known):
        return 0.0, 1.0
    low = float(np.floor(known.min()))
    return low, max(float(np.ceil(known.max())), low + 1.0)


def _rising(limits: tuple[float, float]) -> tuple[float, float]:
    low, high = map(float, limits)
    if not low < high:
        raise ValueError(f"limits is {limits}, expected the lower end before the higher one.")
    return low, high


def _sectors():
    """Segment, ring (0 the apex) and the screen angles in degrees at which its sector begins and ends."""
    yield 17, 0, 0.0, 360.0
    for first, ring, count, start in ((13, 1, 4, 45.0), (7, 2, 6, 60.0), (1, 3, 6, 60.0)):
        for k in range(count):  # numbered from the anterior wall over the septum
            yield first + k, ring, start + 360.0 / count * k, start + 360.0 / count * (k + 1)


def _contrast(one, other) -> float:
    """Contrast ratio of two colours as WCAG defines it, 1 to 21."""
    from matplotlib.colors import to_rgb

    linear = [
        np.where((c := np.array(to_rgb(each))) <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        for each in (one, other)
    ]
    dark, light = sorted(float(colour @ (0.2126, 0.7152, 0.0722)) for colour in linear)
    return (light + 0.05) / (dark + 0.05)


def _draw(axes: Axes, values: np.ndarray, scale, decimals: int, colours) -> None:
    from matplotlib.patches import Wedge

    soft, empty, gap = (colours.get(c, c) for c in (_SOFT, _EMPTY, _GAP))
    for segment, ring, start, end in _sectors():
        value = values[segment - 1]
        known = np.isfinite(value)
        face = scale.to_rgba(value) if known else empty
        width = RINGS[ring] - (RINGS[ring - 1] if ring else 0.0)
        axes.add_patch(Wedge((0, 0), RINGS[ring], start, end, width=width, facecolor=face, edgecolor=gap, lw=1.4))
        angle, radius = np.radians((start + end) / 2), RINGS[ring] - width / 2 if ring else 0.0
        x, y = radius * np.cos(angle), radius * np.sin(angle)
        colour = soft
        if known:
            colour = max(_TEXT, key=lambda ink: _contrast(ink, face))
        text = f"{value:.{decimals}f}" if known else "\N{EN DASH}"
        axes.text(x, y + 0.09, text, ha="center", va="center", fontsize=9.2, color=colour)
        axes.text(x, y - 0.27, str(segment), ha="center", va="center", fontsize=5.8, color=colour, alpha=0.75)
    walls = (
        *((0, 1, 0, N_("anterior")), (-1, 0, 90, N_("septal"))),
        *((0, -1, 0, N_("inferior")), (1, 0, -90, N_("lateral"))),
    )
    for x, y, turn, wall in walls:
        axes.text(4.33 * x, 4.33 * y, _(wall), rotation=turn, ha="center", va="center", fontsize=9, color=soft)
    axes.set(xlim=(-4.65, 4.65), ylim=(-4.65, 4.65), aspect="equal")
    axes.set_axis_off()
