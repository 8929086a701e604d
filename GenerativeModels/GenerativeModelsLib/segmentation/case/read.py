"""Reads the folder of a check, for the scene, the browser and scripts. Needs the standard library alone."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.anatomy.result import CaseFolder, read_result, require_report
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION

__all__ = ["CheckedCase", "FoundViolation", "parse_curves", "parse_violations", "read_case", "read_tables"]

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
    return parse_violations(_text(folder / "violations.csv")), parse_curves(_text(folder / "curves.csv"))


def parse_violations(text: str) -> list[FoundViolation]:
    """The violations of the content of `violations.csv`; raises `InputError` where it is broken."""
    return [_violation(row) for row in _rows(text, "violations.csv")]


def parse_curves(text: str) -> dict[str, list[float | None]]:
    """Values by column, one a frame, of the content of `curves.csv`; raises `InputError` where it is broken."""
    rows = _rows(text, "curves.csv")
    try:
        return {name: [float(row[name]) if row[name] else None for row in rows] for name in (rows[0] if rows else ())}
    except (TypeError, ValueError) as error:
        raise InputError(f"curves.csv is broken: {_AGAIN}.") from error


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is missing or broken: {_AGAIN}.") from error


def _rows(text: str, file: str) -> list[dict[str, str]]:
    try:
        return list(csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise InputError(f"{file} is broken: {_AGAIN}.") from error


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
