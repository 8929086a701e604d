"""Text that a config still has from the example it was copied from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

__all__ = ["placeholder_in"]

_MARKS = (
    re.compile(r"<[A-Za-z][^<>]*[A-Za-z.]>"),
    re.compile(r"\b(?:TODO|FIXME|TBD)\b"),
    # The example of earlier versions.
    re.compile(r"\(state number, age and origin\)|^State what your cohort does not contain\.?$"),
)
"""What marks a placeholder: a phrase in angle brackets, as in the examples, or a reminder of the writer."""


def placeholder_in(fields: Any) -> tuple[str, str] | None:
    """Name of the first field with placeholder text, such as `bundle.limits[0]`, and that text; None if there is none.

    Parameters
    ----------
    fields
        Content of a config: mappings and lists of any depth.
    """
    for name, text in _texts(fields, ""):
        found = next((match.group() for mark in _MARKS if (match := mark.search(text))), None)
        if found:
            return name, found
    return None


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(part, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _texts(part, f"{name}[{number}]")
