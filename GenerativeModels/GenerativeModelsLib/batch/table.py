"""CSV tables of cases: validation of the table, then one request per row."""

from __future__ import annotations

import csv
import dataclasses
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.fields import Field, fields_of, option_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import FieldWords, InputError, named

__all__ = ["BatchRow", "check_case_name", "read_case_table", "read_rows", "table_columns", "table_words"]

_CASE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|(summary|series)\.csv|cohort\.(html|json)", re.IGNORECASE)


@dataclass(frozen=True)
class BatchRow:
    """One row of a table: its request, or the message of its error."""

    case: str
    request: CaseRequest | None
    error: str = ""


def read_rows(anatomy: Anatomy, path: Path, output: Path, common: Mapping[str, Any]) -> list[BatchRow]:
    """Rows of a CSV file in their order, with their requests.

    Parameters
    ----------
    path
        UTF-8 CSV with `table_columns`; an empty cell is an absent value; paths are relative to its folder.
    output
        Folder of the results; a case is written to `output / case`.
    common
        Fields common to all rows, such as the model; a non-empty cell overrides its field.

    Raises
    ------
    InputError
        The table, or a value in `common`, cannot be used. An error of one row is in its `error`.
    """
    required = [field.name for field, about in _columns(anatomy) if field.default is MISSING]
    table = read_case_table(path, table_columns(anatomy), ("case", *required))
    # Raises for values that are invalid in all rows; a first image stands for those of a row.
    images = [field.name for field, about in _columns(anatomy) if about.image]
    anatomy.request(**dict.fromkeys(required or images[:1], path), **common, output=output)
    names = Counter(entries["case"].casefold() for entries in table)
    words = table_words(anatomy.request)
    rows = []
    for entries in table:
        case = entries["case"]
        try:
            check_case_name(case, names)
            values = _values(anatomy, entries, path.absolute().parent)
            rows.append(BatchRow(case, anatomy.request(**{**common, **values, "output": output.absolute() / case})))
        except InputError as error:
            # The table of outcomes must not say where the images lie on this machine.
            rows.append(BatchRow(case, None, error.in_words(words).replace(f"{path.absolute().parent}{os.sep}", "")))
    return rows


def table_columns(anatomy: Anatomy) -> tuple[str, ...]:
    """Columns of a table of cases."""
    return ("case", *(field.name for field, _ in _columns(anatomy)))


def table_words(request: type[CaseRequest]) -> FieldWords:
    """Names of the fields of a request in messages on tables: columns by name, others as options."""
    columns = {field.name for field, about in fields_of(request) if about.column}
    options = {field.name for field, about in fields_of(request) if about.batch} | {"output", "overwrite"}
    return lambda name: name if name in columns else option_of(name) if name in options else "a file that carries it"


def _columns(anatomy: Anatomy) -> list[tuple[dataclasses.Field, Field]]:
    """The fields with a column; those common to all anatomies come last."""
    shared = {field.name for field in dataclasses.fields(CaseRequest)}
    columns = [(field, about) for field, about in fields_of(anatomy.request) if about.column]
    return sorted(columns, key=lambda pair: pair[0].name in shared)


def _values(anatomy: Anatomy, entries: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Fields given by a row."""
    values: dict[str, Any] = {}
    for field, about in _columns(anatomy):
        text = entries[field.name]
        if not text:
            if field.default is MISSING:
                raise InputError(f"Case '{entries['case']}' has no {field.name}: {named(field.name)} is required.")
            continue
        values[field.name] = folder / text if about.image else about.parse(text, field.name) if about.parse else text
    return values


def read_case_table(path: Path, columns: Sequence[str], required: Sequence[str]) -> list[dict[str, str]]:
    """Non-empty rows of a UTF-8 CSV file as text by column, every column present and stripped.

    Raises
    ------
    InputError
        The file is missing or not CSV, a column is missing, unknown or duplicate, or there is no row.
    """
    if not path.is_file():
        raise InputError(f"The table {path} does not exist: give a CSV file with the columns {', '.join(columns)}.")
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
    """Raise InputError unless `case` is valid as a folder name and occurs once in `names`, the case-folded names."""
    if not _CASE_NAME.fullmatch(case) or _RESERVED.fullmatch(case) or case.endswith("."):
        raise InputError(
            f"The case name '{case}' cannot name a folder: use letters, digits, '_', '-', '+' and '.', up to 100 of "
            "them, not beginning or ending with a dot."
        )
    if names[case.casefold()] > 1:
        raise InputError(
            f"The case name '{case}' stands in {names[case.casefold()]} rows: give each row a name of its own."
        )
