"""The lines between a worker and its child: one JSON object each, in ASCII, whatever the paths hold."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from GenerativeModelsLib.skull.request import SkullRequest

__all__ = ["from_line", "request_from_message", "request_to_message", "to_line"]

_PATHS = ("axial", "sagittal", "coronal", "output", "model")


def to_line(message: dict[str, Any]) -> bytes:
    """The message as one line that ends in a newline."""
    return json.dumps(message, ensure_ascii=True).encode("ascii") + b"\n"


def from_line(line: bytes) -> dict[str, Any] | None:
    """The message in a line; None for anything else, such as what a library printed."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def request_to_message(request: SkullRequest) -> dict[str, Any]:
    """The request as JSON values; relative paths become absolute, since the child works in another folder."""
    values = {entry.name: getattr(request, entry.name) for entry in fields(SkullRequest)}
    for name in _PATHS:
        if values[name] is not None:
            values[name] = str(Path(values[name]).absolute())
    return values | {"labels": dict(request.labels)}


def request_from_message(values: dict[str, Any]) -> SkullRequest:
    """Inverse of `request_to_message`; `InputError` as the request's own."""
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    paths = {name: Path(given[name]) for name in _PATHS if given.get(name) is not None}
    return SkullRequest(**(given | paths))
