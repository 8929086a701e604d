"""Entries that users type, read the same way on the command line, in tables, windows and scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.language import N_

__all__ = ["SEXES", "label_scheme", "number_parser", "parse_age", "parse_frame", "parse_sex", "whole_number"]

SEXES = (N_("male"), N_("female"))
_WEEKS_AND_DAYS = re.compile(r"(\d{1,2})\s*\+\s*([0-6])")


def parse_age(text: str, field: str = "gestational_age_weeks") -> float:
    """Decimal weeks of a gestational age, given as such or as completed weeks and days, "27+3".

    Raises
    ------
    InputError
        The text has another form.
    """
    found = _WEEKS_AND_DAYS.fullmatch(text.strip())
    if found:
        return int(found[1]) + int(found[2]) / 7
    return number_parser("decimal weeks such as 28.4, or weeks and days such as 28+3")(text, field)


def parse_sex(text: str, field: str = "sex") -> str:
    """One of `SEXES`, given as such or by its first letter, in capitals or not.

    Raises
    ------
    InputError
        The text has another form.

    Examples
    --------
    >>> parse_sex("M"), parse_sex("Female")
    ('male', 'female')
    """
    typed = text.strip().lower()
    for sex in SEXES:
        if typed in (sex, sex[0]):
            return sex
    raise InputError(f"{named(field)} is '{text}': give male or female (M or F), or leave it out.")


def parse_frame(text: str, field: str = "frame") -> int:
    """The number of a frame, from 0.

    Raises
    ------
    InputError
        The text is no whole number of up to six digits.
    """
    if not text.isascii() or not text.strip().isdigit() or len(text) > 6:
        raise InputError(f"{named(field)} is '{text}': give the number of a frame, from 0.")
    return int(text)


def whole_number(text: str, field: str) -> int:
    """A whole number of up to 19 digits.

    Raises
    ------
    InputError
        The text is none.
    """
    if not re.fullmatch(r"-?[0-9]{1,19}", str(text).strip()):
        raise InputError(f"{named(field)} is '{text}': give a whole number.")
    return int(text)


def number_parser(wanted: str) -> Callable[[str, str], float]:
    """Parser (text, name of the field) -> number; raises `InputError` that asks for `wanted`, "percent such as 50"."""

    def parse(text: str, field: str) -> float:
        try:
            return float(text)
        except ValueError as error:
            raise InputError(f"{named(field)} is '{text}': give {wanted}.") from error

    return parse


def label_scheme(presets: Iterable[str]) -> Any:
    """The field of a request that says what the values of a label map mean: a preset, or values by structure."""
    return asked(
        f"Meaning of the values; presets: {', '.join(presets)}.",
        default="acdc",
        metavar="PRESET|lv=3,myo=2,rv=1",
        called=N_("the label scheme"),
        column=True,
        batch=True,
    )
