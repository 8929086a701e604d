"""Corrections on the card of a plane: from clicks and typed texts to fields of the request."""

from __future__ import annotations

from typing import Any

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.adjusting import (
    added_to_mask,
    adjusted,
    drawn_ellipse,
    measured_length,
    outline_px,
)
from GenerativeModelsLib.skull.corrections import KINDS, PARSERS, parse_mask
from GenerativeModelsWeb.skull.state import PlaneCard

__all__ = ["adjust", "correction_fields", "draw_over", "forget_corrections", "mark", "overlay_of", "typed_corrections"]


def correction_fields(card: PlaneCard, plane: str) -> dict[str, Any]:
    """Fields of the request from the corrections of a card; raises `InputError` for a text that cannot be used."""
    return {f"{plane}_{kind}": PARSERS[kind](text, f"{plane}_{kind}") for kind, text in typed_corrections(card).items()}


def typed_corrections(card: PlaneCard) -> dict[str, str]:
    """The corrections of a card that are made, by kind, as typed."""
    typed = {kind: str(getattr(card, kind)).strip() for kind in KINDS}
    return {kind: text for kind, text in typed.items() if text}


def forget_corrections(card: PlaneCard) -> None:
    """Take all corrections of a card away."""
    for kind in KINDS:
        setattr(card, kind, "")
    card.marking, card.points, card.correction_problem = "", [], ""


def mark(card: PlaneCard, column: float, row: float) -> None:
    """Take a click on the picture; the second one completes what is marked.

    Raises
    ------
    InputError
        The two points cannot be used; they are forgotten.
    """
    points = [*card.points, [round(float(column), 1), round(float(row), 1)]][-2:]
    if len(points) < 2 or not card.marking:
        card.points = points if card.marking else []
        return
    card.points = []
    first, second = (tuple(point) for point in points)
    if card.marking == "ellipse":
        card.ellipse = drawn_ellipse((first, second))
    elif card.marking == "mask":
        card.mask = added_to_mask(card.mask, (first, second))
    else:
        card.length = measured_length((first, second), card.millimetres)
    card.marking = ""


def adjust(card: PlaneCard, how: str) -> None:
    """Move, turn or stretch the ellipse of a card, or at first the one that was found.

    Raises
    ------
    InputError
        There is none, or the text typed is none.
    """
    text = card.ellipse.strip() or card.found
    if not text:
        raise InputError("There is no ellipse yet: reconstruct first, or mark the two ends of the head.")
    card.ellipse = adjusted(text, how)


def draw_over(card: PlaneCard) -> None:
    """Bring what is drawn over the picture up to date."""
    card.overlay = overlay_of(card)


def overlay_of(card: PlaneCard) -> str:
    """SVG of the ellipse that was found, that of the user, the mask, the known length and the clicks so far.

    All of it is made of numbers; a text that cannot be read is not drawn.
    """
    if not card.columns:
        return ""
    parts = [_path(_outline(card.found), "found"), _path(_outline(card.ellipse), "ellipse")]
    parts += [_path(polygon, "mask") for polygon in _regions(card.mask)]
    parts.append(_path(_ends(card.length), "length"))
    radius = max(card.columns, card.rows) / 90
    parts += [f'<circle class="gm-point" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>' for x, y in card.points]
    return f'<svg viewBox="0 0 {card.columns} {card.rows}" aria-hidden="true">{"".join(parts)}</svg>'


def _path(points: Any, kind: str) -> str:
    if not points:
        return ""
    line = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path class="gm-over-{kind}" d="M{line}{"" if kind == "length" else " Z"}"/>'


def _outline(text: str) -> list[tuple[float, float]]:
    try:
        return outline_px(text) if text.strip() else []
    except InputError:
        return []


def _regions(text: str) -> tuple:
    try:
        return parse_mask(text) if text.strip() else ()
    except InputError:
        return ()


def _ends(text: str) -> list[tuple[float, float]]:
    try:
        length = PARSERS["length"](text) if text.strip() else None
    except InputError:
        return []
    return [] if length is None else [(length.x0, length.y0), (length.x1, length.y1)]
