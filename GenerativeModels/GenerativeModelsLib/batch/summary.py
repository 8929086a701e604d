"""The results of a batch: `result.json` of each case, and `summary.csv` of them all."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from GenerativeModelsLib.errors import InputError

__all__ = ["number", "read_result", "write_summary"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula."""


def read_result(folder: Path, schema: str, again: str) -> dict[str, Any]:
    """Content of a case's `result.json`; `again` is the remedy, such as "analyse the case again".

    Raises
    ------
    InputError
        There is none, or it is of another schema.
    """
    path = folder / "result.json"
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is missing or broken: {again}.") from error
    if not isinstance(result, dict) or result.get("schema") != schema:
        raise InputError(f"{path} does not say schema {schema}: {again}.")
    return result


def write_summary(path: Path, columns: Sequence[str], lines: Iterable[Mapping[str, object]]) -> None:
    """Write the table anew, whole or not at all; `InputError` when it cannot be written.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    temporary = path.with_name(f".{path.name}.partial")
    try:
        with temporary.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows({name: _as_text(value) for name, value in line.items()} for line in lines)
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(
            f"Cannot write {path} ({error.strerror}): free some space or choose another --output."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def number(value: float | None, digits: int = 3) -> object:
    """The value as the table has it: rounded, or empty."""
    return "" if value is None else round(value, digits)


def _as_text(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
