"""An ellipse, a mask and a known length from clicks and key presses, the same in every window.

All functions take and return the texts of the command line, see `skull.corrections`, so that a field can show them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, degrees, dist, radians, sin

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.corrections import (
    EllipsePx,
    ellipse_text,
    length_text,
    mask_text,
    parse_ellipse,
    parse_length,
    parse_mask,
)

__all__ = ["ADJUSTMENTS", "added_to_mask", "adjusted", "drawn_ellipse", "measured_length", "outline_px"]

MOVE_PX, TURN_DEG, STRETCH = 4.0, 2.0, 1.02
"""One press of a button."""
ROUNDNESS = 0.79
"""Width over length of a drawn ellipse, the mean cephalic index; it is then stretched until it fits."""
ADJUSTMENTS = {
    "left": "Move left",
    "right": "Move right",
    "up": "Move up",
    "down": "Move down",
    "clockwise": "Turn clockwise",
    "anticlockwise": "Turn anticlockwise",
    "longer": "Longer",
    "shorter": "Shorter",
    "wider": "Wider",
    "narrower": "Narrower",
}
"""Names of the adjustments of an ellipse, and what a button says; "longer" and "shorter" are along its first axis."""
_MOVES = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_TURNS = {"clockwise": 1, "anticlockwise": -1}
_STRETCHES = {"longer": (1, 0), "shorter": (-1, 0), "wider": (0, 1), "narrower": (0, -1)}


def adjusted(text: str, how: str) -> str:
    """The ellipse of a text, moved, turned or stretched by one step; raises `InputError` for a text that is none.

    >>> adjusted("100,80,50,40,10", "right"), adjusted("100,80,50,40,10", "clockwise")
    ('104,80,50,40,10', '100,80,50,40,12')
    """
    ellipse = parse_ellipse(text)
    (x, y), turn, (along, across) = _MOVES.get(how, (0, 0)), _TURNS.get(how, 0), _STRETCHES.get(how, (0, 0))
    return _text(
        EllipsePx(
            ellipse.column + MOVE_PX * x,
            ellipse.row + MOVE_PX * y,
            ellipse.first * STRETCH**along,
            ellipse.second * STRETCH**across,
            (ellipse.angle_deg + TURN_DEG * turn) % 180,
        )
    )


def drawn_ellipse(points: Sequence[tuple[float, float]]) -> str:
    """An ellipse whose long axis joins two points (column, row); its width is that of an average head.

    Raises
    ------
    InputError
        The points are one.
    """
    (x0, y0), (x1, y1) = points
    half = dist(*points) / 2
    angle = degrees(atan2(y1 - y0, x1 - x0)) % 180
    return _text(parse_ellipse([(x0 + x1) / 2, (y0 + y1) / 2, half, ROUNDNESS * half, angle]))


def added_to_mask(text: str, points: Sequence[tuple[float, float]]) -> str:
    """The mask with the rectangle between two points (column, row); raises `InputError` for one without area."""
    (x0, y0), (x1, y1) = points
    new = mask_text(parse_mask([[round(value, 1) for value in (x0, y0, x1, y1)]]))
    return f"{text.strip().rstrip(';')};{new}" if text.strip() else new


def measured_length(points: Sequence[tuple[float, float]], mm: str) -> str:
    """The known length between two points (column, row).

    Raises
    ------
    InputError
        `mm` is no number, or the length cannot be used.
    """
    (x0, y0), (x1, y1) = points
    try:
        value = float(mm.replace(",", "."))
    except ValueError as error:
        raise InputError(f"The known length is “{mm}”: type millimetres, such as 50.") from error
    return length_text(parse_length([*(round(side, 1) for side in (x0, y0, x1, y1)), value]))


def outline_px(text: str, points: int = 72) -> list[tuple[float, float]]:
    """(column, row) of points along the ellipse of a text; raises `InputError` for a text that is none."""
    ellipse = parse_ellipse(text)
    turn = radians(ellipse.angle_deg)
    found = []
    for number in range(points):
        angle = radians(360 * number / points)
        along, across = ellipse.first * cos(angle), ellipse.second * sin(angle)
        column = ellipse.column + along * cos(turn) - across * sin(turn)
        found.append((column, ellipse.row + along * sin(turn) + across * cos(turn)))
    return found


def _text(ellipse: EllipsePx) -> str:
    return ellipse_text(EllipsePx(*(round(value, 1) for value in ellipse)))
