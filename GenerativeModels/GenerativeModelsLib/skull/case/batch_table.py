"""The table of cases that `skull batch` reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from GenerativeModelsLib.batch.run import BatchRow, rows_of
from GenerativeModelsLib.batch.table import read_case_table
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import parse_spacing
from GenerativeModelsLib.skull.request import PLANES, SkullRequest, parse_age

__all__ = ["COLUMNS", "read_batch_table"]

COLUMNS = ("case", *PLANES, *(f"{plane}_spacing_mm" for plane in PLANES), "gestational_age_weeks")
_REQUIRED = ("case", "axial")


def read_batch_table(path: Path, output: Path, common: SkullRequest) -> list[BatchRow]:
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
    table = read_case_table(path, COLUMNS, _REQUIRED)
    return rows_of(
        table, lambda entries: _request(entries, path.absolute().parent, output.absolute() / entries["case"], common)
    )


def _request(entries: dict[str, str], folder: Path, output: Path, common: SkullRequest) -> SkullRequest:
    if not entries["axial"]:
        raise InputError(f"Case '{entries['case']}' has no axial image: the axial plane is required.")
    values: dict[str, object] = {"output": output, "gestational_age_weeks": _weeks(entries["gestational_age_weeks"])}
    for plane in PLANES:
        spacing = entries[f"{plane}_spacing_mm"]
        values[plane] = folder / entries[plane] if entries[plane] else None
        values[f"{plane}_spacing_mm"] = parse_spacing(spacing, f"{plane}_spacing_mm") if spacing else None
    return replace(common, **values)


def _weeks(text: str) -> float | None:
    return parse_age(text, "gestational_age_weeks") if text else None
