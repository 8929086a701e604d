"""Table of a cohort: label map, planes, subject and part (train, calibration, test) of each case."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np

from GenerativeModelsLib.batch.table import check_case_name, read_case_table
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import PLANES, PlaneSource, parse_spacing
from GenerativeModelsLib.skull.shape.from_labels import Frame

__all__ = ["COLUMNS", "PARTS", "CohortRow", "RowErrors", "read_cohort_table", "split"]

COLUMNS = (
    "case",
    "label_map",
    *PLANES,
    *(f"{plane}_spacing_mm" for plane in PLANES),
    "frame",
    "subject",
    "part",
    "gestational_age_weeks",
)
PARTS = ("train", "calibration", "test")
SHOWN = 5
"""Largest number of invalid rows quoted in a message; the others are counted."""


@dataclass(frozen=True)
class CohortRow:
    """One case of a cohort.

    Attributes
    ----------
    number
        Row of the table, the first after the header is 1.
    case
        Name of the case.
    label_map
        Label map or mesh of the closed head.
    frame
        Definition of the head frame, see `from_labels.Frame`.
    planes
        Pictures by plane, including the axial one; empty: they are simulated.
    subject
        Rows of one subject are in the same part: the column `subject` or, if it is empty, the label map.
    part
        One of `PARTS`; empty until `split`.
    weeks
        Gestational age; NaN if not given.
    """

    number: int
    case: str
    label_map: Path
    frame: Frame
    planes: dict[str, PlaneSource]
    subject: str
    part: str
    weeks: float


class RowErrors:
    """Collects the errors of all rows, so that they are reported together."""

    def __init__(self, table: Path) -> None:
        self.table, self.sentences = table, []

    def add(self, number: int, case: str, error: Exception) -> None:
        self.sentences.append(f"row {number} (case '{case}'): {error}")

    def raise_any(self, rows: int) -> None:
        """Raise InputError with the first `SHOWN` sentences, if there are any."""
        if self.sentences:
            more = len(self.sentences) - SHOWN
            raise InputError(
                f"{len(self.sentences)} of the {rows} rows of {self.table} cannot be used: "
                + " | ".join(self.sentences[:SHOWN])
                + (f" | and {more} more" if more > 0 else "")
            )


def read_cohort_table(path: Path) -> list[CohortRow]:
    """Read a CSV file with the `COLUMNS`. Relative paths start at its folder; the files are not opened.

    Raises
    ------
    InputError
        One sentence per invalid row, or one on the table as a whole.
    """
    path = Path(path)
    table = read_case_table(path, COLUMNS, ("case", "label_map"))
    names = Counter(entries["case"].casefold() for entries in table)
    errors, rows = RowErrors(path), []
    for number, entries in enumerate(table, start=1):
        try:
            check_case_name(entries["case"], names)
            rows.append(_row(number, entries, path.absolute().parent))
        except InputError as error:
            errors.add(number, entries["case"], error)
    errors.raise_any(len(table))
    given = [row for row in rows if row.part]
    if given and len(given) < len(rows):
        missing = next(row for row in rows if not row.part)
        raise InputError(
            f"{path} gives a part for {len(given)} of {len(rows)} rows, but none in row {missing.number} (case "
            f"'{missing.case}'): fill the column part for every row or for none."
        )
    parts: dict[str, CohortRow] = {}
    for row in rows:
        first = parts.setdefault(row.subject, row)
        if first.part != row.part:
            raise InputError(
                f"{path} has the same head in two parts, {first.part} (row {first.number}) and {row.part} (row "
                f"{row.number}): put all rows of a subject into one part."
            )
    return rows


def split(rows: list[CohortRow], shares: tuple[float, float], seed: int) -> list[CohortRow]:
    """Rows with their part: that of the table or, if it has none, drawn by subject with this seed.

    Parameters
    ----------
    shares
        Shares of the subjects for calibration and test; the rest is for training.

    Raises
    ------
    InputError
        No subject is left to train on.
    """
    if rows and not rows[0].part:
        subjects = sorted({row.subject for row in rows})
        order = np.random.default_rng(seed).permutation(len(subjects))
        calibration, test = (round(share * len(subjects)) for share in shares)
        held = {subjects[i]: "calibration" for i in order[:calibration]}
        held |= {subjects[i]: "test" for i in order[calibration : calibration + test]}
        rows = [replace(row, part=held.get(row.subject, "train")) for row in rows]
    if not any(row.part == "train" for row in rows):
        raise InputError(f"None of the {len(rows)} cases of the cohort has the part train: set it for at least one.")
    return rows


def _row(number: int, entries: dict[str, str], folder: Path) -> CohortRow:
    if not entries["label_map"]:
        raise InputError("it has no label_map: name the label map or mesh of its head.")
    frame, part = entries["frame"] or "largest", entries["part"]
    if frame not in get_args(Frame):
        raise InputError(f"frame is '{frame}': expected {' or '.join(get_args(Frame))}.")
    if part and part not in PARTS:
        raise InputError(f"part is '{part}': expected {', '.join(PARTS[:-1])} or {PARTS[-1]}.")
    label_map = folder / entries["label_map"]
    files = [label_map]
    planes = {}
    for plane in PLANES:
        spacing = entries[f"{plane}_spacing_mm"]
        if entries[plane]:
            given = parse_spacing(spacing, f"{plane}_spacing_mm") if spacing else None
            planes[plane] = PlaneSource(folder / entries[plane], given)
            files.append(planes[plane].image)
    if planes and "axial" not in planes:
        raise InputError(f"it has a {next(iter(planes))} picture and no axial one: give that too, or none at all.")
    for file in files:
        if not file.is_file():
            raise InputError(f"{file} does not exist.")
    return CohortRow(
        number,
        entries["case"],
        label_map,
        frame,
        planes,
        entries["subject"] or str(label_map.resolve()),
        part,
        _weeks(entries["gestational_age_weeks"]),
    )


def _weeks(text: str) -> float:
    try:
        return float(text) if text else float("nan")
    except ValueError:
        raise InputError(f"gestational_age_weeks is '{text}': give decimal weeks, such as 28.4.") from None
