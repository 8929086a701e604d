"""Reads the folder of a check, for the scene, the browser and scripts. Needs the standard library alone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.anatomy.result import CaseFolder, read_result, require_report
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION

__all__ = ["CheckedCase", "FoundViolation", "read_case", "read_tables"]

_AGAIN = "check the segmentation again"


@dataclass(frozen=True)
class FoundViolation:
    """A line of `violations.csv`.

    Attributes
    ----------
    frame, slice
        Numbers from 0; `slice` is None for a whole frame.
    structure, criterion, value, limit, unit
        What is wrong; see docs/formats.md.
    where
        LPS mm of the place to look at.
    acquisition
        Whether it is a property of the images.
    text
        A sentence.
    """

    frame: int
    slice: int | None
    structure: str
    criterion: str
    value: float
    limit: float
    unit: str
    where: tuple[float, float, float]
    acquisition: bool
    text: str


@dataclass(frozen=True, eq=False)
class CheckedCase(CaseFolder):
    """A case folder.

    Attributes
    ----------
    violations
        In the order of the file: by frame and slice.
    curves
        Values by column of `curves.csv`, one a frame; None where it is not known.
    """

    violations: list[FoundViolation]
    curves: dict[str, list[float | None]]


def read_case(folder: str | Path) -> CheckedCase:
    """Read the folder of a check.

    Raises
    ------
    InputError
        A file is missing or broken; the message names it.
    """
    folder = Path(folder)
    result = read_result(folder, SEGMENTATION.schema, _AGAIN)
    violations, curves = read_tables(folder)
    require_report(folder, _AGAIN)
    return CheckedCase(folder, result, violations, curves)


def read_tables(folder: Path) -> tuple[list[FoundViolation], dict[str, list[float | None]]]:
    """The violations, and the curves by column, of the tables in a folder; raises `InputError` as `read_case`."""
    violations = [_violation(row) for row in _rows(folder / "violations.csv")]
    rows = _rows(folder / "curves.csv")
    try:
        curves = {name: [float(row[name]) if row[name] else None for row in rows] for name in (rows[0] if rows else ())}
    except (TypeError, ValueError) as error:
        raise InputError(f"{folder / 'curves.csv'} is broken: {_AGAIN}.") from error
    return violations, curves


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is missing or broken: {_AGAIN}.") from error


def _violation(row: dict[str, str]) -> FoundViolation:
    try:
        return FoundViolation(
            int(row["frame"]),
            int(row["slice"]) if row["slice"] else None,
            row["structure"],
            row["criterion"],
            float(row["value"]),
            float(row["limit"]),
            row["unit"],
            (float(row["x_mm"]), float(row["y_mm"]), float(row["z_mm"])),
            row["kind"] == "acquisition",
            row["text"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"violations.csv is broken: {_AGAIN}.") from error
