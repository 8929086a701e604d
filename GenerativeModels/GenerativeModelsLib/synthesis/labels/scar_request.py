"""Segments of the wall that a scar takes, as users name them."""

from __future__ import annotations

from GenerativeModelsLib.errors import InputError, named

__all__ = ["TERRITORIES", "parse_segments"]

SEGMENTS = 17
TERRITORIES = {
    "lad": (1, 2, 7, 8, 13, 14, 17),
    "rca": (3, 4, 9, 10, 15),
    "lcx": (5, 6, 11, 12, 16),
}
"""Segments by coronary artery (Cerqueira et al., Circulation 2002;105:539-542, figure 5)."""


def parse_segments(text: str, field: str = "scar") -> tuple[int, ...]:
    """Numbers of segments, 1 to 17, in a text such as "7,8,13", "lad" or "rca,16".

    Raises
    ------
    InputError
        The text names something else.
    """
    found: set[int] = set()
    for part in (part.strip().lower() for part in text.split(",")):
        if part in TERRITORIES:
            found |= set(TERRITORIES[part])
        elif part.isascii() and part.isdigit() and len(part) < 3 and 1 <= int(part) <= SEGMENTS:
            found.add(int(part))
        else:
            raise InputError(
                f"{named(field)} is '{text}': give segments from 1 to {SEGMENTS}, or {', '.join(TERRITORIES).upper()}, "
                "separated by commas."
            )
    return tuple(sorted(found))
