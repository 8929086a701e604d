"""The files of a cohort report: a page, a table and a document."""

from __future__ import annotations

import json
from pathlib import Path

from GenerativeModelsLib.language import DEFAULT, in_language
from GenerativeModelsLib.output.table_file import write_table
from GenerativeModelsLib.training.shared.cohort_page import write_cohort_page
from GenerativeModelsLib.training.shared.cohort_report import CohortReport, HeldOutCase, document
from GenerativeModelsLib.training.shared.whole_file import whole_file

__all__ = ["FILES", "write_cohort_report"]

FILES = ("cohort-report.html", "cohort-report.csv", "cohort-report.json")


def write_cohort_report(report: CohortReport, folder: Path, language: str = DEFAULT) -> Path:
    """Write the page, in `language`, the table of cases and the document into a folder; returns the page.

    Raises
    ------
    InputError
        A file cannot be written.
    """
    content = document(report)
    page, table, data = (Path(folder) / name for name in FILES)
    lines = [_line(case, report) for case in report.cases]
    write_table(table, list(lines[0]) if lines else ["case"], lines)
    with in_language(language):
        write_cohort_page(report, content, page)
    with whole_file(data) as part:
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return page


def _line(case: HeldOutCase, report: CohortReport) -> dict[str, object]:
    """Row of the table: every measure before and after, empty where there is none."""
    row: dict[str, object] = {"case": case.case, "subject": case.subject, "truth": case.truth, "inputs": case.inputs}
    for number, name in enumerate(("before", "after")):
        for measure in report.measures:
            value = case.values.get(measure.key, (None, None))[number]
            row[f"{measure.key}_{name}"] = "" if value is None else round(value, 6)
        for key in report.held_measures:
            held = case.held.get(key, (None, None))[number]
            row[f"{key}_held90_{name}"] = "" if held is None else ("yes" if held else "no")
        row[f"verdict_{name}"], row[f"failure_{name}"] = case.verdicts[number], case.failures[number]
    return row
