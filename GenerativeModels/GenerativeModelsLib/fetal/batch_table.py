"""The table of cases that `skull batch` reads."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.fetal.case_request import PLANES, CaseRequest
from GenerativeModelsLib.fetal.planes import parse_spacing

__all__ = ["COLUMNS", "BatchRow", "read_batch_table"]

COLUMNS = ("case", *PLANES, *(f"{plane}_spacing_mm" for plane in PLANES), "gestational_age_weeks")
_REQUIRED = ("case", "axial")
_CASE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|summary\.csv", re.IGNORECASE)


@dataclass(frozen=True)
class BatchRow:
    """One row: the request it makes, or the sentence that says why it makes none."""

    case: str
    request: CaseRequest | None
    error: str = ""


def read_batch_table(path: Path, output: Path, common: CaseRequest) -> list[BatchRow]:
    """Rows of the CSV file, in its order.

    Parameters
    ----------
    path
        UTF-8 CSV with the `COLUMNS`, empty = absent; relative image paths are taken from its folder.
    output
        Folder of the results; a case goes to `output / case`.
    common
        Whatever the rows share: model, samples, device, seed, overwrite. Its planes and output are replaced.

    Raises
    ------
    InputError
        The table as a whole cannot be used. What is wrong with one row is in that row's `error`.
    """
    table = _read_csv(path)
    names = Counter(entries["case"].casefold() for entries in table)
    rows = []
    for entries in table:
        case = entries["case"]
        try:
            _check_case(case, names)
            rows.append(BatchRow(case, _request(entries, path.absolute().parent, output.absolute() / case, common)))
        except InputError as error:
            rows.append(BatchRow(case, None, str(error)))
    return rows


def _read_csv(path: Path) -> list[dict[str, str]]:
    """Non-empty rows as text by column, every column present and stripped."""
    if not path.is_file():
        raise InputError(f"The table {path} is not there: name a CSV file with the columns {', '.join(COLUMNS)}.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [line for line in csv.reader(file, strict=True) if any(cell.strip() for cell in line)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"The table {path} is not CSV text in UTF-8 ({error}): save it as 'CSV UTF-8'.") from error
    except OSError as error:
        raise InputError(f"The table {path} cannot be read ({error.strerror}): check the file.") from error
    header = [cell.strip() for cell in lines[0]] if lines else []
    _check_header(path, header)
    if len(lines) == 1:
        raise InputError(f"The table {path} has a header and no rows: add a row for each case.")
    for number, line in enumerate(lines[1:], start=1):
        if len(line) > len(header):
            raise InputError(
                f"Row {number} of {path} has {len(line)} cells, where the header has {len(header)}: "
                'put a value that holds a comma, such as 0.2,0.2, in double quotes ("0.2,0.2").'
            )
    padded = (line + [""] * (len(header) - len(line)) for line in lines[1:])
    return [dict.fromkeys(COLUMNS, "") | {k: v.strip() for k, v in zip(header, line)} for line in padded]


def _check_header(path: Path, header: list[str]) -> None:
    if len(header) == 1 and ";" in header[0]:
        raise InputError(f"The table {path} is separated by semicolons: save it with commas.")
    for column in _REQUIRED:
        if column not in header:
            raise InputError(f"The table {path} has no column '{column}': its columns are {', '.join(COLUMNS)}.")
    for column in header:
        if column not in COLUMNS:
            raise InputError(
                f"The table {path} has an unknown column '{column}': the columns are {', '.join(COLUMNS)}."
            )
        if header.count(column) > 1:
            raise InputError(f"The table {path} has the column '{column}' twice: keep one of them.")


def _check_case(case: str, names: Counter[str]) -> None:
    if not _CASE_NAME.fullmatch(case) or _RESERVED.fullmatch(case) or case.endswith("."):
        raise InputError(
            f"The case name '{case}' cannot name a folder: use letters, digits, '_', '-', '+' and '.', up to 100 of "
            "them, not beginning or ending with a dot."
        )
    if names[case.casefold()] > 1:
        raise InputError(
            f"The case name '{case}' stands in {names[case.casefold()]} rows: give each row a name of its own."
        )


def _request(entries: dict[str, str], folder: Path, output: Path, common: CaseRequest) -> CaseRequest:
    if not entries["axial"]:
        raise InputError(f"Case '{entries['case']}' has no axial image: the axial plane is required.")
    values: dict[str, object] = {"output": output, "gestational_age_weeks": _weeks(entries["gestational_age_weeks"])}
    for plane in PLANES:
        spacing = entries[f"{plane}_spacing_mm"]
        values[plane] = folder / entries[plane] if entries[plane] else None
        values[f"{plane}_spacing_mm"] = parse_spacing(spacing, f"{plane}_spacing_mm") if spacing else None
    return replace(common, **values)


def _weeks(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"gestational_age_weeks is '{text}': give decimal weeks, such as 28.4.") from error
