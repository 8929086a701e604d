"""Entries that users type, read the same way on the command line, in tables, windows and scripts."""

from __future__ import annotations

import re

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.language import N_

__all__ = ["SEXES", "parse_age", "parse_sex"]

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
    try:
        return float(text)
    except ValueError as error:
        raise InputError(
            f"{named(field)} is '{text}': give decimal weeks such as 28.4, or weeks and days such as 28+3."
        ) from error


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
