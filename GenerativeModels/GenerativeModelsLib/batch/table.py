"""Tables of cases as CSV text: read and checked as a whole."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = ["check_case_name", "read_case_table"]

_CASE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|summary\.csv", re.IGNORECASE)


def read_case_table(path: Path, columns: Sequence[str], required: Sequence[str]) -> list[dict[str, str]]:
    """Non-empty rows of a UTF-8 CSV file as text by column, every column present and stripped.

    Raises
    ------
    InputError
        The file is missing or not CSV, a column is missing, unknown or there twice, or there is no row.
    """
    if not path.is_file():
        raise InputError(f"The table {path} is not there: name a CSV file with the columns {', '.join(columns)}.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [line for line in csv.reader(file, strict=True) if any(cell.strip() for cell in line)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"The table {path} is not CSV text in UTF-8 ({error}): save it as 'CSV UTF-8'.") from error
    except OSError as error:
        raise InputError(f"The table {path} cannot be read ({error.strerror}): check the file.") from error
    header = [cell.strip() for cell in lines[0]] if lines else []
    _check_header(path, header, columns, required)
    if len(lines) == 1:
        raise InputError(f"The table {path} has a header and no rows: add a row for each case.")
    for number, line in enumerate(lines[1:], start=1):
        if len(line) > len(header):
            raise InputError(
                f"Row {number} of {path} has {len(line)} cells, where the header has {len(header)}: "
                'put a value that holds a comma, such as 0.2,0.2, in double quotes ("0.2,0.2").'
            )
    padded = (line + [""] * (len(header) - len(line)) for line in lines[1:])
    return [dict.fromkeys(columns, "") | {k: v.strip() for k, v in zip(header, line)} for line in padded]


def _check_header(path: Path, header: list[str], columns: Sequence[str], required: Sequence[str]) -> None:
    if len(header) == 1 and ";" in header[0]:
        raise InputError(f"The table {path} is separated by semicolons: save it with commas.")
    for column in required:
        if column not in header:
            raise InputError(f"The table {path} has no column '{column}': its columns are {', '.join(columns)}.")
    for column in header:
        if column not in columns:
            raise InputError(
                f"The table {path} has an unknown column '{column}': the columns are {', '.join(columns)}."
            )
        if header.count(column) > 1:
            raise InputError(f"The table {path} has the column '{column}' twice: keep one of them.")


def check_case_name(case: str, names: Counter[str]) -> None:
    """InputError unless `case` can name a folder and stands once in `names`, the case-folded names of the table."""
    if not _CASE_NAME.fullmatch(case) or _RESERVED.fullmatch(case) or case.endswith("."):
        raise InputError(
            f"The case name '{case}' cannot name a folder: use letters, digits, '_', '-', '+' and '.', up to 100 of "
            "them, not beginning or ending with a dot."
        )
    if names[case.casefold()] > 1:
        raise InputError(
            f"The case name '{case}' stands in {names[case.casefold()]} rows: give each row a name of its own."
        )
