"""What the user typed -> numbers, or the one sentence that says what is missing."""

from __future__ import annotations

from GenerativeModelsLib.anatomy.entries import parse_age
from GenerativeModelsLib.anatomy.fields import window_words
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.growth.registry import check_age
from GenerativeModelsLib.skull.request import MAX_SAMPLES, SkullRequest
from GenerativeModelsWeb.parts.words import number_or_none, whole_number
from GenerativeModelsWeb.skull.corrections import correction_fields
from GenerativeModelsWeb.skull.state import Inputs, PlaneCard, Settings, cards

__all__ = ["frame_of", "missing", "samples_of", "seed_of", "spacing_of", "weeks_of"]


def missing(inputs: Inputs, settings: Settings) -> str:
    """The one thing to do before a reconstruction can start, "" when it can."""
    planes = cards(inputs)
    if not inputs.axial.file_name:
        return "Add the axial picture to begin."
    for name, card in planes.items():
        if card.file_name:
            try:
                known = spacing_of(card, name)
            except InputError as error:
                return str(error)
            if known is None and not card.length.strip():
                return f"Type the spacing of the {name} picture in mm per pixel."
            try:
                frame_of(card, name)
                correction_fields(card, name)
            except InputError as error:
                return error.in_words(window_words(SkullRequest))
    try:
        weeks_of(settings.weeks)
        samples_of(settings.samples)
        seed_of(settings.seed)
    except InputError as error:
        return str(error)
    return ""


def frame_of(card: PlaneCard, plane: str) -> int | None:
    """The number of the frame of a clip as typed; None for the best one.

    Raises
    ------
    InputError
        It is no number of a frame.
    """
    text = card.frame.strip()
    if not text or card.frames < 2:
        return None
    return whole_number(text, f"frame of the {plane} clip", card.frames - 1)


def spacing_of(card: PlaneCard, plane: str) -> tuple[float, float] | None:
    """(row, col) mm per pixel as typed; a single number counts for both; None while nothing is typed.

    Raises
    ------
    InputError
        Something other than positive numbers is typed.
    """
    row, column = card.row_mm.strip(), card.column_mm.strip()
    if not row and not column:
        return None
    sides = [number_or_none(text) for text in (row or column, column or row)]
    if any(side is None or side <= 0 for side in sides):
        typed = " and ".join(f"“{text}”" for text in (row, column) if text)
        raise InputError(f"The {plane} spacing is {typed}: type millimetres per pixel, such as 0.22.")
    return sides[0], sides[1]


def weeks_of(text: str) -> float | None:
    """Decimal weeks of a gestational age typed as "27.4" or, in weeks and days, "27+3"; None when left out.

    Raises
    ------
    InputError
        It is neither, or no age of which there are heads to reconstruct.
    """
    text = text.strip()
    if not text:
        return None
    mistyped = f"The gestational age is “{text}”: type weeks such as 27.4 or 27+3, or leave it empty."
    try:
        weeks = parse_age(text) if "+" in text else number_or_none(text)
    except InputError as error:
        raise InputError(mistyped) from error
    if weeks is None:
        raise InputError(mistyped)
    try:
        check_age(weeks)
    except InputError as error:
        raise InputError(error.in_words(window_words(SkullRequest)), error.field) from error
    return weeks


def samples_of(text: str) -> int:
    """Number of draws; `InputError` for anything but a whole number in its range."""
    return whole_number(text, "number of samples", MAX_SAMPLES)


def seed_of(text: str) -> int:
    """Seed of the draws; `InputError` for anything but a whole number in its range."""
    return whole_number(text, "seed", 2**53)
