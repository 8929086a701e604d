"""Table of a cohort: truth, planes, subject and part (train, calibration, test) of each case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar, get_args

import numpy as np

from GenerativeModelsLib.anatomy.entries import parse_age
from GenerativeModelsLib.batch.table import check_case_name, read_case_table
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.skull.plane_fields import parse_spacing
from GenerativeModelsLib.skull.request import PLANES, PlaneSource
from GenerativeModelsLib.skull.shape.from_labels import HC_RANGE_MM, Frame

__all__ = [
    "COLUMNS",
    "PARTS",
    "CohortRow",
    "RowErrors",
    "read_cohort_table",
    "read_rows",
    "require_whole_parts",
    "split",
    "split_words",
    "subject_names",
]

COLUMNS = (
    "case",
    "label_map",
    "hc_mm",
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
LEAST_TEST, FEWEST = 2, 5
"""Subjects for the test, at least, of a drawn split of `FEWEST` or more subjects; one subject has no interval."""


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
        Label map or mesh of the closed head; None: of the head the circumference alone is known.
    hc_mm
        Head circumference where there is no label map; NaN where there is one.
    frame
        Definition of the head frame, see `from_labels.Frame`.
    planes
        Pictures by plane, including the axial one; empty: they are simulated.
    subject
        Rows of one subject are in the same part: the column `subject` or, if it is empty, the label map or, without
        one, the axial picture.
    part
        One of `PARTS`; empty until `split`.
    weeks
        Gestational age; NaN if not given.
    """

    number: int
    case: str
    label_map: Path | None
    frame: Frame
    planes: dict[str, PlaneSource]
    subject: str
    part: str
    weeks: float
    hc_mm: float = float("nan")


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
    rows = read_rows(path, COLUMNS, ("case",), _row)
    _require_one_subject_a_picture(path, rows)
    return rows


class Parted(Protocol):
    """Row of a cohort of any anatomy, a dataclass."""

    number: int
    case: str
    subject: str
    part: str


Row = TypeVar("Row", bound=Parted)


def read_rows(
    path: Path,
    columns: Sequence[str],
    required: Sequence[str],
    row: Callable[[int, dict[str, str], Path], Row],
) -> list[Row]:
    """The rows of the table of a cohort of any anatomy, whose parts are given for all of them or for none.

    Parameters
    ----------
    columns, required
        Names of all columns, and of those that the table must have.
    row
        (number from 1, entries by column, folder of the table) -> the row; raises `InputError`.

    Raises
    ------
    InputError
        One sentence per invalid row, or one on the table as a whole.
    """
    table = read_case_table(path, columns, required)
    names = Counter(entries["case"].casefold() for entries in table)
    errors, rows = RowErrors(path), []
    for number, entries in enumerate(table, start=1):
        try:
            check_case_name(entries["case"], names)
            rows.append(row(number, entries, path.absolute().parent))
        except InputError as error:
            errors.add(number, entries["case"], error)
    errors.raise_any(len(table))
    require_whole_parts(path, rows)
    return rows


def require_whole_parts(path: Path, rows: Sequence[Parted]) -> None:
    """Refuse parts that are given for some rows only, or that divide a subject."""
    given = [row for row in rows if row.part]
    if given and len(given) < len(rows):
        missing = next(row for row in rows if not row.part)
        raise InputError(
            f"{path} gives a part for {len(given)} of {len(rows)} rows, but none in row {missing.number} (case "
            f"'{missing.case}'): fill the column part for every row or for none."
        )
    parts: dict[str, Parted] = {}
    for row in rows:
        first = parts.setdefault(row.subject, row)
        if first.part != row.part:
            raise InputError(
                f"{path} has the same head in two parts, {first.part} (row {first.number}) and {row.part} (row "
                f"{row.number}): put all rows of a subject into one part."
            )


_COUNTED = {
    "train": S_("train {count:d}"),
    "validation": S_("validation {count:d}"),
    "calibration": S_("calibration {count:d}"),
    "test": S_("test {count:d}"),
}


def split_words(rows: Sequence[Parted], parts: Sequence[str], given: bool, seed: int) -> str:
    """Sentence on what decided the parts, the table or a seed, and on their sizes."""
    counts = ", ".join(said(_COUNTED[part], count=sum(row.part == part for row in rows)) for part in parts)
    if given:
        return said("Parts by the column part of the table: {counts_list}.", counts_list=counts)
    return said(
        "Parts drawn over {subjects:d} subjects with split_seed {seed:d}: {counts_list}.",
        subjects=len({row.subject for row in rows}),
        seed=seed,
        counts_list=counts,
    )


def subject_names(rows: Sequence[Parted]) -> dict[str, str]:
    """Names of the subjects for others to read: of one that is the path of a file, the name of its first case."""
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.subject, row.case if Path(row.subject).is_absolute() else row.subject)
    return found


def _require_one_subject_a_picture(path: Path, rows: list[CohortRow]) -> None:
    """Refuse a picture under two subjects: it could train and test."""
    shown: dict[Path, CohortRow] = {}
    for row in rows:
        for source in row.planes.values():
            first = shown.setdefault(Path(source.image).resolve(), row)
            if first.subject != row.subject:
                raise InputError(
                    f"{path} names the picture {Path(source.image).name} in rows {first.number} and {row.number}, "
                    "which are different subjects: give both rows the same subject, or each its own picture."
                )


def split(rows: list[Row], shares: tuple[float, float], seed: int) -> list[Row]:
    """Rows with their part: that of the table or, if it has none, drawn by subject with this seed.

    Parameters
    ----------
    shares
        Shares of the subjects for calibration and test; the rest is for training. Unless its share is 0, the test gets
        `LEAST_TEST` of `FEWEST` or more subjects.

    Raises
    ------
    InputError
        No subject is left to train on.
    """
    if rows and not rows[0].part:
        subjects = sorted({row.subject for row in rows})
        order = np.random.default_rng(seed).permutation(len(subjects))
        calibration, test = (round(share * len(subjects)) for share in shares)
        if shares[1] and len(subjects) >= FEWEST:
            test = max(test, LEAST_TEST)
        held = {subjects[i]: "calibration" for i in order[:calibration]}
        held |= {subjects[i]: "test" for i in order[calibration : calibration + test]}
        rows = [replace(row, part=held.get(row.subject, "train")) for row in rows]
    if not any(row.part == "train" for row in rows):
        raise InputError(f"None of the {len(rows)} cases of the cohort has the part train: set it for at least one.")
    return rows


def _row(number: int, entries: dict[str, str], folder: Path) -> CohortRow:
    if not entries["label_map"] and not entries["hc_mm"]:
        raise InputError(
            "it has neither a label_map nor an hc_mm: name the label map or mesh of its head, or give its head "
            "circumference."
        )
    if entries["label_map"] and entries["hc_mm"]:
        raise InputError("it has a label_map and an hc_mm, which may disagree: leave one of them empty.")
    frame, part = entries["frame"] or "largest", entries["part"]
    if frame not in get_args(Frame):
        raise InputError(f"frame is '{frame}': expected {' or '.join(get_args(Frame))}.")
    if part and part not in PARTS:
        raise InputError(f"part is '{part}': expected {', '.join(PARTS[:-1])} or {PARTS[-1]}.")
    label_map = folder / entries["label_map"] if entries["label_map"] else None
    files = [] if label_map is None else [label_map]
    planes = {}
    for plane in PLANES:
        spacing = entries[f"{plane}_spacing_mm"]
        if entries[plane]:
            given = parse_spacing(spacing, f"{plane}_spacing_mm") if spacing else None
            planes[plane] = PlaneSource(folder / entries[plane], given)
            files.append(planes[plane].image)
    if planes and "axial" not in planes:
        raise InputError(f"it has a {next(iter(planes))} picture and no axial one: give that too, or none at all.")
    if label_map is None and set(planes) != {"axial"}:
        raise InputError("it has an hc_mm and no label_map, which needs its axial picture and no other one.")
    for file in files:
        if not file.is_file():
            raise InputError(f"{file} does not exist.")
    weeks = entries["gestational_age_weeks"]
    return CohortRow(
        number,
        entries["case"],
        label_map,
        frame,
        planes,
        entries["subject"] or str((label_map or files[0]).resolve()),
        part,
        parse_age(weeks) if weeks else float("nan"),
        _circumference(entries["hc_mm"]) if entries["hc_mm"] else float("nan"),
    )


def _circumference(text: str) -> float:
    low, high = HC_RANGE_MM
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise InputError(f"hc_mm is '{text}': give the head circumference in mm, {low:g} to {high:g}.")
    return value
