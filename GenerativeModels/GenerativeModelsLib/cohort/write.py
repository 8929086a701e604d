"""Writes a cohort beside the folders of its cases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.cohort.document import SCHEMA, Cohort, cohort_of
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.language import DEFAULT, in_language
from GenerativeModelsLib.output.table_file import write_table

__all__ = ["DATA", "FILES", "PAGE", "SERIES", "read_cohort", "write_cohort"]

PAGE, DATA, SERIES = "cohort.html", "cohort.json", "series.csv"
FILES = (PAGE, DATA, SERIES)
"""Names of the files that a cohort may have."""


def write_cohort(anatomy: Anatomy, cases: Sequence[CohortCase], folder: Path, language: str = DEFAULT) -> Cohort:
    """Write `PAGE`, `DATA` and, if there are serial examinations, `SERIES` into `folder`; each appears whole.

    The page is in `language`, the data is English.

    Raises
    ------
    InputError
        A file cannot be written.
    """
    from GenerativeModelsLib.cohort.page import write_cohort_page
    from GenerativeModelsLib.page.files import write_page

    cohort = cohort_of(anatomy, folder.absolute().name, cases)
    try:
        write_page(json.dumps(cohort.document(), indent=2, ensure_ascii=False, allow_nan=False) + "\n", folder / DATA)
        with in_language(language):
            write_cohort_page(cohort, folder / PAGE)
        (folder / SERIES).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"Cannot write into {folder} ({error.strerror}): free some space or choose another {named('output')}."
        ) from error
    if cohort.series:
        write_table(folder / SERIES, cohort.series_columns(), cohort.series_lines())
    return cohort


def read_cohort(folder: Path) -> dict[str, Any]:
    """The content of `DATA` in a folder; empty without a readable file."""
    try:
        found = json.loads((folder / DATA).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.get("schema") == SCHEMA else {}
