"""The options of a command, made from the fields of a request."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from GenerativeModelsLib.anatomy.fields import fields_of, option_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest, ModelRequest
from GenerativeModelsLib.cli.console import JsonOption
from GenerativeModelsLib.resources import bundle_at

__all__ = [
    "DEVICE",
    "MODEL",
    "OUTPUT",
    "OVERWRITE",
    "SEED",
    "bundle_named",
    "command_from",
    "json_parameter",
    "parameters_of",
    "parameters_of_anatomy",
    "values_of",
]

_TYPES = {"int": int, "str": str, "float": float, "bool": bool, "str | None": str | None, "Path | None": Path | None}


def parameters_of_anatomy(
    anatomy: Anatomy, wanted: Callable[[Any], bool] = lambda about: True
) -> Iterator[inspect.Parameter]:
    """As `parameters_of` its request; the help of `--export` names the exports that there are."""
    return parameters_of(anatomy.request, wanted, {"export": f": {', '.join(anatomy.exporters)}."})


def parameters_of(
    request: type[CaseRequest],
    wanted: Callable[[Any], bool] = lambda about: True,
    ends: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[inspect.Parameter]:
    """typer parameter of each `wanted` field of a request; the fields common to all requests come last.

    `ends` holds, by field, what takes the place of the last full stop of its help.
    """
    shared = {field.name for field in fields(ModelRequest)}
    ordered = sorted(fields_of(request), key=lambda pair: pair[0].name in shared)
    for field, about in ordered:
        if not wanted(about):
            continue
        kind = Path if about.image else _TYPES.get(field.type, str) if about.parse is None else str
        default = field.default
        # A case that a command computes is always written.
        required = default is MISSING or field.name == "output"
        if not required and default is None:
            kind = kind | None
        elif field.name == "output":
            kind = Path
        text = about.help.removesuffix(".") + ends.get(field.name, ".")
        text += "" if about.default_text is None else f"  [default: {about.default_text}]"
        callback = bundle_named if field.name == "model" else None
        if about.argument:
            option = typer.Argument(metavar=about.metavar, help=text)
        else:
            option = typer.Option(option_of(field.name), metavar=about.metavar, help=text, callback=callback)
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if required else default,
            annotation=Annotated[kind, option],
        )


def values_of(request: type[CaseRequest], given: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a request from the values of its options; texts are parsed, which may raise `InputError`."""
    parse = {field.name: about.parse for field, about in fields_of(request)}
    return {
        name: parse[name](value, name) if parse.get(name) and value is not None else value
        for name, value in given.items()
        if name in parse
    }


def bundle_named(given: Path | None) -> Path | None:
    """Folder of the bundle that `--model` names, which may be the name of a shipped one."""
    return None if given is None else bundle_at(given)


def _parameter(name: str) -> Any:
    return next(p.annotation for p in parameters_of(ModelRequest) if p.name == name)


OUTPUT, MODEL, DEVICE, SEED, OVERWRITE = map(_parameter, ("output", "model", "device", "seed", "overwrite"))
"""Types of the options shared by all commands, for commands with an explicit signature."""


def json_parameter() -> inspect.Parameter:
    """The parameter of `--json`."""
    return inspect.Parameter("json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=JsonOption)


def command_from(
    run: Callable[..., None], name: str, help: str, parameters: Iterable[inspect.Parameter]
) -> Callable[..., None]:
    """A function for typer that has these parameters and passes their values to `run`.

    Parameters
    ----------
    run
        Takes the values by name.
    name, help
        Name and help of the command.
    parameters
        Annotated with their typer options, those without a default first.
    """

    def command(**given: Any) -> None:
        run(**given)

    ordered = sorted(parameters, key=lambda parameter: parameter.default is not inspect.Parameter.empty)
    command.__name__, command.__doc__ = name, help
    command.__signature__ = inspect.Signature(ordered)
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
    return command
