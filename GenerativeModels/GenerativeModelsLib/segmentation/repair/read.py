"""Reads the folder of a repair, for the scene, the browser and scripts. Needs the standard library alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.case.read import CheckedCase
from GenerativeModelsLib.segmentation.case.read import read_case as read_check
from GenerativeModelsLib.segmentation.repair.anatomy import REPAIR

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ListedChange", "RepairedCase", "parse_changes", "pictures", "read_case"]

_AGAIN = "repair the segmentation again"


@dataclass(frozen=True)
class ListedChange:
    """A line of `changes.csv`; see docs/formats.md. The frame is None for all frames, effects where not known.

    `criteria` are names of the rules that the slice broke; none in files of versions that did not write them.
    """

    frame: int | None
    slice: int
    step: str
    changed_mm2: float
    reason: str
    edv_change_ml: float | None
    esv_change_ml: float | None
    ef_change_percent: float | None
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RepairedCase:
    """A case folder: `repaired` is the label map file, `before` and `after` are the checks."""

    folder: Path
    result: dict[str, Any]
    repaired: Path
    changes: list[ListedChange]
    before: CheckedCase
    after: CheckedCase

    @property
    def warnings(self) -> list[str]:
        """Warnings for the user."""
        return self.result["warnings"]

    @property
    def report(self) -> Path:
        """The report, one HTML file."""
        return self.folder / "report.html"


def read_case(folder: str | Path) -> RepairedCase:
    """Read the folder of a repair.

    Raises
    ------
    InputError
        A file is missing or broken; the message names it.
    """
    folder = Path(folder)
    result = read_result(folder, REPAIR.schema, _AGAIN)
    changes = _changes(folder / "changes.csv")
    for name in ("repaired.nii.gz", "report.html"):
        if not (folder / name).is_file():
            raise InputError(f"{folder / name} is missing: {_AGAIN}.")
    before, after = (read_check(folder / name) for name in ("before", "after"))
    return RepairedCase(folder, result, folder / "repaired.nii.gz", changes, before, after)


def _changes(path: Path) -> list[ListedChange]:
    try:
        return parse_changes(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is missing or broken: {_AGAIN}.") from error


def parse_changes(text: str) -> list[ListedChange]:
    """The lines of the content of `changes.csv`; raises `InputError` where it is broken."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    try:
        return [
            ListedChange(
                int(row["frame"]) if row["frame"] else None,
                int(row["slice"]),
                row["step"],
                float(row["changed_mm2"]),
                row["reason"],
                *(number(row[name]) for name in ("edv_change_ml", "esv_change_ml", "ef_change_percent")),
                tuple((row.get("criteria") or "").split()),
            )
            for row in csv.DictReader(io.StringIO(text, newline=""))
        ]
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise InputError(f"changes.csv is broken: {_AGAIN}.") from error


def pictures(result: Mapping[str, Any], folder: Path) -> list[list[tuple[str, Image]]]:
    """Figures of the short report: those of the checks before and after, a row each."""
    from GenerativeModelsLib.language import _
    from GenerativeModelsLib.segmentation.case.pictures import pictures as of_check

    rows = []
    for name, words in (("before", _("Before")), ("after", _("After"))):
        check = read_result(folder / name, "segmentation-check/1", _AGAIN)
        rows += [
            [(f"{words}. {caption}", picture) for caption, picture in row] for row in of_check(check, folder / name)
        ]
    return rows
