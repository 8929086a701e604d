"""The sign of the skull's pages."""

from __future__ import annotations

from trame.widgets import html

__all__ = ["mark", "sign"]

HEAD = (
    '<path d="M24 5C13 5 5.5 12.7 5.5 22.500c0 6 2.6 10.3 6.7 13.3 1.3 1 2.3 2.3 2.7 4l.7 3.200h16.8'
    'l.7-3.200c.4-1.7 1.4-3 2.7-4 4.1-3 6.7-7.3 6.7-13.300C42.5 12.7 35 5 24 5z" fill="none" stroke="{colour}" '
    'stroke-width="2.6"/><path d="M6 21c9 3.5 27 3.5 36 0M24 5v18.5" fill="none" stroke="{colour}" '
    'stroke-width="1.6" stroke-dasharray="3 2.4"/>'
)
"""A head with the two planes that cut it."""


def mark(colour: str) -> None:
    """The product's sign as an SVG element."""
    html.Div(sign(colour), style="display: contents")


def sign(colour: str, *, namespace: bool = False) -> str:
    """The sign as the text of an SVG element; with its namespace it can stand alone."""
    name = ' xmlns="http://www.w3.org/2000/svg"' if namespace else ' aria-hidden="true"'
    return f'<svg viewBox="0 0 48 48"{name}>{HEAD.format(colour=colour)}</svg>'
