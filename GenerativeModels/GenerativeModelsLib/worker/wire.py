"""Messages between a worker and its child: one JSON object per line, in ASCII."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.request import CaseRequest

__all__ = ["from_line", "packed", "request_from_message", "request_to_message", "to_line", "unpacked"]


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


def packed(value: Any) -> Any:
    """JSON values from which `unpacked` restores the value.

    Parameters
    ----------
    value
        Of JSON types, tuples, paths (relative ones become absolute, since the child works in another folder), numpy
        arrays and numbers, and mappings and lists of these.

    Raises
    ------
    TypeError
        The value has another type.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Path):
        return {"$path": str(value.absolute())}
    if isinstance(value, tuple):
        return {"$tuple": [packed(entry) for entry in value]}
    if isinstance(value, list):
        return [packed(entry) for entry in value]
    if isinstance(value, Mapping):
        return {str(name): packed(entry) for name, entry in value.items()}
    if hasattr(value, "__array__"):
        import numpy as np

        array = np.asarray(value)
        if array.dtype.kind in "biuf":
            if isinstance(value, np.generic):
                return value.item()
            little = array.astype(array.dtype.newbyteorder("<"), copy=False)
            return {"$array": base64.b64encode(little.tobytes()).decode(), "of": little.dtype.str, "shape": array.shape}
    raise TypeError(f"A {type(value).__name__} cannot be sent to a worker: give files.")


def unpacked(value: Any) -> Any:
    """Inverse of `packed`; arrays are writable."""
    if isinstance(value, list):
        return [unpacked(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if "$path" in value:
        return Path(value["$path"])
    if "$tuple" in value:
        return tuple(unpacked(entry) for entry in value["$tuple"])
    if "$array" in value:
        import numpy as np

        return np.frombuffer(bytearray(base64.b64decode(value["$array"])), value["of"]).reshape(value["shape"])
    return {name: unpacked(entry) for name, entry in value.items()}


def request_to_message(request: CaseRequest) -> dict[str, Any]:
    """The request as JSON values; `TypeError` for one with images in memory."""
    return {entry.name: packed(getattr(request, entry.name)) for entry in fields(request)}


def request_from_message(kind: type[CaseRequest], values: dict[str, Any]) -> CaseRequest:
    """Inverse of `request_to_message` for requests of that class; raises `InputError` as the request."""
    return kind(**{name: unpacked(value) for name, value in values.items()})
