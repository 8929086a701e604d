"""Strict reading of JSON files that may be damaged or malicious."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

__all__ = ["DEEPEST", "strict_json"]

DEEPEST = 64
"""Largest nesting depth of lists and objects; no file of this software has more than ten levels."""
_LONGEST_INTEGER = 20
"""Largest number of characters of an integer, enough for 64 bits."""


def strict_json(content: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises
    ------
    ValueError
        It is not JSON, or has a name twice in an object, NaN, infinity, a number that is out of range, an unpaired
        surrogate or more than `DEEPEST` levels. The message completes "the file is not readable as JSON (...)".
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8 text") from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
    except RecursionError as error:
        raise ValueError(f"it has more than {DEEPEST} levels") from error
    _require_shallow(value)
    if "\\u" in text:
        _require_whole_characters(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:  # readers differ in which of the two they use
            raise ValueError(f"it has {name[:40]!r} twice in one object")
        found[name] = value
    return found


def _integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        raise ValueError(f"it has a whole number of {len(text)} digits")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"its number {text[:40]} is out of range")
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(f"it has {name}, which is not a number of JSON")


def _require_shallow(value: Any) -> None:
    containers, depth = _containers([value]), 0
    while containers:
        depth += 1
        if depth > DEEPEST:
            raise ValueError(f"it has more than {DEEPEST} levels")
        containers = _containers(
            part for item in containers for part in (item.values() if isinstance(item, dict) else item)
        )


def _require_whole_characters(value: Any) -> None:
    """Refuse unpaired surrogates such as "\\ud800", which can be neither printed nor written to a file."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("it has an unpaired surrogate") from error


def _containers(items: Iterable[Any]) -> list[Any]:
    return [item for item in items if isinstance(item, (dict, list))]
