"""matplotlib figures as parts of a page: the page's own colours, which follow light and dark, and its own type."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

__all__ = ["INK", "SOFT", "page_svg", "picture_of"]

INK, SOFT = "#010101", "#020202"
"""Colours to draw with, that the page's take the place of."""
_DPI = 200
_ALWAYS = {INK: "var(--ink)", SOFT: "var(--soft)"}


def page_svg(figure: Figure, css_class: str, description: str, colours: Mapping[str, str] | None = None) -> str:
    """The figure as an SVG element: no prologue, no ids but those referred to, a description for readers.

    Draw it within `matplotlib.rc_context` with "svg.fonttype": "none", so that words stay text, and a fixed
    "svg.hashsalt". `colours` says by what further stand-ins, such as "#030303", are replaced, such as "var(--case)".
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)  # it would style the whole page
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    opening = f'<svg class="{css_class}" role="img" aria-label="{escape(description)}" viewBox'
    svg = opening + svg[svg.index("viewBox") + len("viewBox") :]
    for stand_in, colour in {**_ALWAYS, **(colours or {})}.items():
        svg = svg.replace(stand_in, colour)
    return re.sub(r"\n\s*", "\n", svg)


def picture_of(figure: Figure) -> Image:
    """The figure as a picture."""
    from PIL import Image

    made = io.BytesIO()
    figure.savefig(made, format="png", dpi=_DPI)
    made.seek(0)
    return Image.open(made).convert("RGB")
