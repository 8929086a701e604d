"""Pixel spacings as people type them: "0.22", or "0.22, 0.25" for row and column."""

from __future__ import annotations

import re

from GenerativeModelsLib.errors import InputError

__all__ = ["parse_spacing", "spacing_text"]

_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")


def parse_spacing(text: str) -> tuple[float, float]:
    """(row, col) spacing in mm of a typed text; units, "x" and ";" between the numbers are tolerated.

    Raises
    ------
    InputError
        The text is not one or two positive numbers.
    """
    words = [word for word in re.split(r"[,;x×\s]+", text.lower().replace("mm", " ").strip()) if word]
    numbers = [float(word) for word in words if _NUMBER.fullmatch(word)]
    if len(numbers) != len(words) or len(numbers) not in (1, 2) or min(numbers) <= 0:
        raise InputError(
            f"The pixel spacing '{text.strip()}' cannot be read: type one number in mm, such as 0.22, "
            "or row and column, such as 0.22, 0.25."
        )
    return numbers[0], numbers[-1]


def spacing_text(spacing_mm: tuple[float, float]) -> str:
    """The shortest text of a (row, col) spacing in mm that `parse_spacing` reads back to 1 in 10 000."""
    row, column = (f"{value:.4g}" for value in spacing_mm)
    return row if row == column else f"{row}, {column}"
