"""Networks and parameters allowed in a bundle of one kind; they are checked before a network is built."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from GenerativeModelsLib.bundle.manifest import Component
from GenerativeModelsLib.errors import InputError

__all__ = ["MOST_LEVELS", "MOST_VALUES", "KnownParts", "require_architecture"]

MOST_LEVELS = 4
"""Largest nesting depth of lists and objects in the parameters of one component."""
MOST_VALUES = 256
"""Largest count of numbers, words, lists and objects in the parameters of one component."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True)
class KnownParts:
    """Components and parameters allowed in the bundles of one kind.

    Attributes
    ----------
    kind : such as "fetal-skull".
    parts : allowed class names by part.
    required : parts that every bundle of the kind has.
    largest : largest number allowed in the parameters; a larger one is a sign of a broken or malicious manifest.
    words : texts allowed in the parameters, such as names of activations.
    """

    kind: str
    parts: Mapping[str, Collection[str]]
    required: Collection[str]
    largest: int
    words: Collection[str] = ()


def require_architecture(components: Mapping[str, Component], known: KnownParts) -> None:
    """Refuse components that are not allowed; called by `bundle.read_bundle`.

    A parameter is an integer from 1 to `known.largest`, one of `known.words`, or a list or object of these, with up to
    `MOST_LEVELS` levels and `MOST_VALUES` values per component.

    Raises
    ------
    InputError
        A part is missing or unknown, or its class or a parameter is not allowed. The message states the path of the
        parameter, such as `skull.widths[2]`.
    """
    for part in known.required:
        if part not in components:
            raise InputError(
                f"The model bundle has no part '{part}': it was made for another version of this software, or is no "
                f"{known.kind} bundle; name another one."
            )
    for part, component in components.items():
        if component.class_name not in known.parts.get(part, ()):
            there = f"it knows {', '.join(known.parts[part])}" if part in known.parts else _parts_sentence(known)
            raise InputError(
                f"The model bundle's {part} is a {component.class_name}, which this software does not know there "
                f"({there}): update the software or name another bundle."
            )
        for count, _ in enumerate(_values(part, component.parameters, known, 0)):
            if count > MOST_VALUES:
                raise _refused(part, f"has more than {MOST_VALUES} values in its parameters")


def _values(path: str, value: JsonValue, known: KnownParts, depth: int) -> Iterator[JsonValue]:
    """Yield the value and all values within it, each after it was checked."""
    if isinstance(value, (dict, list)):
        if depth > MOST_LEVELS:
            raise _refused(path, f"is nested deeper than {MOST_LEVELS} levels")
        yield value
        for place, part in _places(path, value):
            yield from _values(place, part, known, depth + 1)
        return
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (0 < value <= known.largest if whole else isinstance(value, str) and value in known.words):
        words = "".join(f", or {word!r}" for word in known.words)
        raise _refused(path, f"is {reprlib.repr(value)}, expected whole numbers from 1 to {known.largest}{words}")
    yield value


def _places(path: str, value: dict[str, JsonValue] | list[JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    """Path and value of each member; a name that is not a Python identifier is refused."""
    if isinstance(value, list):
        yield from ((f"{path}[{number}]", part) for number, part in enumerate(value))
        return
    for name, part in value.items():
        if not _NAME.fullmatch(name):
            raise _refused(path, f"has a parameter {reprlib.repr(name)}, expected letters, digits and underscores")
        yield f"{path}.{name}", part


def _refused(path: str, fault: str) -> InputError:
    return InputError(f"The model bundle's {path} {fault}: get a fresh copy of the bundle.")


def _parts_sentence(known: KnownParts) -> str:
    return f"its parts are {', '.join(known.parts)}"
