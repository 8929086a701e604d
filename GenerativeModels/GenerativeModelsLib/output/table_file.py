"""Tables as CSV files that appear whole and hold no formulas."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from GenerativeModelsLib.errors import InputError, named

__all__ = ["write_table"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Characters that begin a formula in a spreadsheet."""


def write_table(path: Path, columns: Sequence[str], lines: Iterable[Mapping[str, object]]) -> None:
    """Write the table, completely or not at all; raises `InputError` if it cannot be written.

    A text that a spreadsheet would read as a formula is prefixed with an apostrophe.
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
            f"Cannot write {path} ({error.strerror}): close it in other programs, free some space or choose another "
            f"{named('output')}."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _as_text(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
