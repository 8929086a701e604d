"""Sentences, numbers and file names between a page and the backend."""

from __future__ import annotations

import re
from math import isfinite

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.server.page_words import without_folders

__all__ = ["file_stem", "number_or_none", "on_page", "whole_number"]

LONGEST_STEM = 80


def on_page(anatomy: Anatomy, found: str | Exception) -> str:
    """A sentence or an error of the backend as the page shows it.

    Fields of the request are called as on the page; it names no folders of the server, and its first letter is large.
    """
    sentence = without_folders(anatomy.in_window_words(found) if isinstance(found, InputError) else str(found))
    return sentence[:1].upper() + sentence[1:]


def number_or_none(text: str) -> float | None:
    """The number typed, with a point or a comma; None for anything else."""
    try:
        number = float(str(text).strip().replace(",", "."))
    except ValueError:
        return None
    return number if isfinite(number) else None


def whole_number(text: str, what: str, largest: int, *, least: int = 0) -> int:
    """The whole number typed; `InputError` for anything else than one from `least` to `largest`."""
    text = str(text).strip()
    if not re.fullmatch(r"\d{1,16}", text) or not least <= int(text) <= largest:
        raise InputError(f"The {what} is “{text}”: type a whole number from {least} to {largest}.")
    return int(text)


def file_stem(title: str) -> str:
    """The title of a case as the first part of file names: letters, digits, dots, dashes and underscores.

    >>> file_stem("Jane Doe: 27+3"), file_stem("..")
    ('Jane_Doe_27_3', 'case')
    """
    return re.sub(r"[^\w.-]+", "_", title).strip("._-")[:LONGEST_STEM] or "case"
