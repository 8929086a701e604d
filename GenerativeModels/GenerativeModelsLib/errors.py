"""Errors and warnings for users, both as sentences that every front end can put into its own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

__all__ = ["SCALE", "Caution", "FieldWords", "InputError", "in_words", "named", "scale_first"]

FieldWords = Callable[[str], str]
"""Name of a field of a request -> what a front end calls it, such as "--axial-spacing"."""

SCALE = "scale"
"""Kind of the warnings that stand above all others."""
_MARK = "\x1f"
_MARKED = re.compile(f"{_MARK}([a-z0-9_]+){_MARK}")


def named(field: str) -> str:
    """The name of a request's field, marked within the text of an `InputError` so that a front end can replace it."""
    return f"{_MARK}{field}{_MARK}"


def in_words(text: str, words: FieldWords) -> str:
    """A text with every field that it names called as `words` returns; a phrase at its beginning gets a capital."""
    sentence, first = _MARKED.sub(lambda found: words(found[1]), text), _MARKED.match(text)
    return sentence[:1].upper() + sentence[1:] if first and " " in words(first[1]) else sentence


class InputError(ValueError):
    """An argument or an input file that cannot be used.

    The text is one sentence that names the field or file, says what was found and how to mend it. The command line
    prints it alone and exits with 2.

    Parameters
    ----------
    text
        The sentence; fields of the request are written as `named("samples")`.
    field
        The field at fault; None = the first one that the text names, if any.

    Examples
    --------
    >>> error = InputError(f"{named('samples')} is -1: give 0 or more.")
    >>> str(error), error.field
    ('samples is -1: give 0 or more.', 'samples')
    >>> error.in_words("--{}".format)
    '--samples is -1: give 0 or more.'
    """

    def __init__(self, text: str, field: str | None = None) -> None:
        found = _MARKED.search(text)
        self.text, self.field = text, field or (found[1] if found else None)
        super().__init__(self.text, self.field)  # pickled by these

    def __str__(self) -> str:
        return self.in_words(str)

    def in_words(self, words: FieldWords) -> str:
        """The sentence with every field called as `words` returns."""
        return in_words(self.text, words)


class Caution(str):
    """A warning: one sentence, and the kind of it, by which code may look for it.

    Kinds: "input" (the default), "scale" (the scale or the age cannot be right; shown above all others), "verdict"
    (the input is unusual for the model), "device", "missing" (a result that could not be computed), "quality" (a
    result to be read with care), "apex" (a stack that ends before the apex), "identity" (headers that name other
    patients), "text" (text is burnt into a picture).
    """

    kind: str

    def __new__(cls, sentence: str, kind: str = "input") -> Caution:
        made = super().__new__(cls, sentence)
        made.kind = kind
        return made


def scale_first(warnings: Iterable[str]) -> list[str]:
    """Warnings of the kind `SCALE` first, otherwise in their order."""
    return sorted(warnings, key=lambda warning: getattr(warning, "kind", "") != SCALE)
