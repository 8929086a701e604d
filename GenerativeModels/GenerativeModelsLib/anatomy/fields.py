"""Descriptions of the fields of a request, shared by all front ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Field", "asked", "fields_of", "judged_fields", "option_of", "window_words"]

_UNITS = ("_mm", "_weeks", "_cm", "_kg", "_ms")


@dataclass(frozen=True)
class Field:
    """A field of a request as the front ends offer it.

    Attributes
    ----------
    help
        One sentence for the help of the command line.
    called
        Name in a window, such as "the number of samples"; "" = the name of the field with spaces.
    metavar
        Placeholder of the value in the help.
    parse
        (text, name of the field) -> the value; raises `InputError`; None = by the type of the field.
    image
        Whether the value is an image (`image_files.given.Source`), an input of the case.
    column
        Whether a table of cases has a column of the field's name.
    batch
        Whether the command for a table of cases has it as an option, for all cases.
    argument
        Whether the command for one case takes it as an argument instead of an option; messages call it by its metavar.
    default_text
        Text of the default in the help; None = the default itself.
    recomputes
        Whether another value needs a new computation. Without one a finished result is judged again (`Anatomy.judge`).
    choices
        What a window offers, value and words; empty = anything.
    """

    help: str
    called: str = ""
    metavar: str | None = None
    parse: Callable[[str, str], Any] | None = None
    image: bool = False
    column: bool = False
    batch: bool = False
    argument: bool = False
    default_text: str | None = None
    recomputes: bool = True
    choices: tuple[tuple[str, str], ...] = ()


def asked(help: str, *, default: Any = dataclasses.MISSING, **about: Any) -> Any:
    """A dataclass field that the front ends offer; `about` contains attributes of `Field`."""
    return dataclasses.field(default=default, metadata={"asked": Field(help, **about)})


def fields_of(request: type) -> Iterator[tuple[dataclasses.Field, Field]]:
    """The fields of a request class that front ends offer, in their order."""
    for field in dataclasses.fields(request):
        if "asked" in field.metadata:
            yield field, field.metadata["asked"]


def judged_fields(request: type) -> frozenset[str]:
    """Names of the fields of a request class whose change needs no computation."""
    return frozenset(field.name for field, about in fields_of(request) if not about.recomputes)


def option_of(field: str) -> str:
    """The option of the command line for a field: "axial_spacing_mm" -> "--axial-spacing"."""
    for unit in _UNITS:
        field = field.removesuffix(unit)
    return f"--{field.replace('_', '-')}"


def window_words(request: type) -> Callable[[str], str]:
    """Function from a field of a request class to its name in a window: `called`, else the name with spaces."""
    called = {field.name: about.called for field, about in fields_of(request) if about.called}
    return lambda name: called.get(name, name.replace("_", " "))
