"""Many hearts from a table of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from GenerativeModelsLib.batch import run, summary
from GenerativeModelsLib.batch.run import BatchKind, BatchRow, CaseOutcome, Work
from GenerativeModelsLib.batch.summary import number
from GenerativeModelsLib.batch.table import read_case_table
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.case.fingerprint import fingerprint_of
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.process.memory import ANALYSE_HEART

__all__ = [
    "COLUMNS",
    "SUMMARY_COLUMNS",
    "analyse_one",
    "batch_kind",
    "read_heart_result",
    "read_heart_table",
    "run_heart_batch",
]

COLUMNS = ("case", "ed", "es", "labels", "septum", "sex")
"""Of the table; all but the first two may be empty or left out."""
RESULT_SCHEMA = "heart-analysis/1"
_NUMBERS = ("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g", "hcm_probability")
SUMMARY_COLUMNS = (
    *("case", "status", "error", "resumed", "device", "seconds"),
    *_NUMBERS,
    *(f"wall_{figure}_{phase}_mm" for phase in ("ed", "es") for figure in ("mean", "p95", "max")),
    *(f"{measure}_{phase}" for measure in ("dice", "hausdorff_mm") for phase in ("ed", "es")),
    *("z_top_1", "z_top_2", "in_distribution_score", "in_distribution_verdict", "warnings"),
)


def read_heart_table(path: Path, output: Path, common: HeartRequest) -> list[BatchRow]:
    """Rows of the CSV file, in its order.

    Parameters
    ----------
    path
        UTF-8 CSV with the `COLUMNS`, empty = absent; relative paths are taken from its folder.
    output
        Folder of the results; a case goes to `output / case`.
    common
        Whatever the rows share: labels, model, device, seed. Its phases and output are replaced.

    Raises
    ------
    InputError
        The table as a whole cannot be used. What is wrong with one row is in that row's `error`.
    """
    table = read_case_table(path, COLUMNS, ("case", "ed"))
    return run.rows_of(
        table, lambda entries: _request(entries, path.absolute().parent, output.absolute() / entries["case"], common)
    )


def analyse_one(request: HeartRequest) -> str:
    """Analyse a case into its folder; the sentence of the error when it cannot be done."""

    def work() -> None:
        from GenerativeModelsLib.heart.case.run import analyse_heart

        analyse_heart(request)

    return run.failure_of(work)


def batch_kind(work: Work = analyse_one) -> BatchKind:
    """What a batch of hearts is."""
    return BatchKind(SUMMARY_COLUMNS, summary_line, RESULT_SCHEMA, fingerprint_of, work, ANALYSE_HEART)


def run_heart_batch(
    rows: Sequence[BatchRow], output: Path, *, work: Work = analyse_one, **options: Any
) -> list[CaseOutcome]:
    """`batch.run.run_batch` of hearts, with its options; `rows` from `read_heart_table`."""
    return run.run_batch(batch_kind(work), rows, output, **options)


def read_heart_result(folder: Path) -> dict[str, Any]:
    """Content of `result.json` of an analysed heart.

    Raises
    ------
    InputError
        There is none, or it is of another schema.
    """
    return summary.read_result(folder, RESULT_SCHEMA, "analyse the case again")


def summary_line(outcome: CaseOutcome) -> dict[str, object]:
    """The line of a case by column; `InputError` when it says "done" and left no result."""
    line: dict[str, object] = {"case": outcome.case, "status": outcome.status, "error": outcome.error}
    line["resumed"] = outcome.resumed
    if outcome.status != "done" or outcome.output is None:
        return line
    result = read_heart_result(outcome.output)
    line["device"] = result.get("device", "")
    line["seconds"] = number(result.get("seconds", {}).get("total"))
    line |= {name: number(result.get(name), 4) for name in _NUMBERS}
    for phase in ("ed", "es"):
        thickness = (result.get("wall_thickness_mm") or {}).get(phase) or {}
        line |= {f"wall_{figure}_{phase}_mm": number(thickness.get(figure)) for figure in ("mean", "p95", "max")}
        agreement = result.get("reconstruction") or {}
        line[f"dice_{phase}"] = number(agreement.get(f"dice_{phase}"), 4)
        line[f"hausdorff_mm_{phase}"] = number(agreement.get(f"hausdorff_{phase}_mm"))
    top = (result.get("latent") or {}).get("z_top") or [None, None]
    line["z_top_1"], line["z_top_2"] = (number(value, 4) for value in top[:2])
    line["in_distribution_score"] = number(result.get("in_distribution", {}).get("score"), 4)
    line["in_distribution_verdict"] = result.get("in_distribution", {}).get("verdict", "")
    line["warnings"] = len(result.get("warnings", []))
    return line


def _request(entries: dict[str, str], folder: Path, output: Path, common: HeartRequest) -> HeartRequest:
    if not entries["ed"]:
        raise InputError(f"Case '{entries['case']}' has no label map at end diastole: ed is required.")
    return replace(
        common,
        ed=folder / entries["ed"],
        es=folder / entries["es"] if entries["es"] else None,
        labels=entries["labels"] or common.labels,
        septum=entries["septum"] or common.septum,
        sex=entries["sex"].lower() or common.sex,
        output=output,
    )
