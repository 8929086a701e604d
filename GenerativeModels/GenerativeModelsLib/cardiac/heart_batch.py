"""Many hearts from a table of cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from GenerativeModelsLib import batches
from GenerativeModelsLib.batches import BatchKind, BatchRow, CaseOutcome
from GenerativeModelsLib.cardiac.analysis_request import AnalysisRequest
from GenerativeModelsLib.case_table import read_case_table
from GenerativeModelsLib.errors import InputError

__all__ = ["COLUMNS", "SUMMARY_COLUMNS", "analyse_one", "read_heart_result", "read_heart_table", "run_heart_batch"]

COLUMNS = ("case", "ed", "es", "labels", "septum", "sex")
"""Of the table; all but the first two may be empty or left out."""
RESULT_SCHEMA = "heart-analysis/1"
_VOUCHERS = ("ed.vtp", "ed_reconstruction.vtp", "bullseye.png", "report.html")
_NUMBERS = ("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g", "hcm_probability")
SUMMARY_COLUMNS = (
    *("case", "status", "error", "device", "seconds"),
    *_NUMBERS,
    *(f"wall_{figure}_{phase}_mm" for phase in ("ed", "es") for figure in ("mean", "p95", "max")),
    *(f"{measure}_{phase}" for measure in ("dice", "hausdorff_mm") for phase in ("ed", "es")),
    *("z_top_1", "z_top_2", "in_distribution_score", "in_distribution_verdict", "warnings"),
)


def read_heart_table(path: Path, output: Path, common: AnalysisRequest) -> list[BatchRow]:
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
    return batches.rows_of(
        table, lambda entries: _request(entries, path.absolute().parent, output.absolute() / entries["case"], common)
    )


def analyse_one(request: AnalysisRequest) -> str:
    """Analyse a case into its folder; the sentence of the error when it cannot be done."""

    def work() -> None:
        from GenerativeModelsLib.cardiac.analysis import analyse_heart

        analyse_heart(request)

    return batches.failure_of(work)


def run_heart_batch(
    rows: Sequence[BatchRow],
    output: Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[CaseOutcome, float], None] = lambda outcome, fraction: None,
    work: batches.Work = analyse_one,
) -> list[CaseOutcome]:
    """`batches.run_batch` of hearts; `rows` from `read_heart_table`."""
    kind = BatchKind(SUMMARY_COLUMNS, summary_line, is_finished, work)
    return batches.run_batch(
        kind,
        rows,
        output,
        overwrite=overwrite,
        resume=resume,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )


def read_heart_result(folder: Path) -> dict[str, Any]:
    """Content of `result.json` of an analysed heart.

    Raises
    ------
    InputError
        There is none, or it is of another schema.
    """
    return batches.read_result(folder, RESULT_SCHEMA, "analyse the case again")


def is_finished(request: AnalysisRequest) -> bool:
    """Whether the output folder holds the whole result of these label maps with these labels and this seed."""
    vouchers = _VOUCHERS + (() if request.es is None else ("es.vtp", "es_reconstruction.vtp"))
    if not all((request.output / name).is_file() for name in vouchers):
        return False
    from GenerativeModelsLib.cardiac.labels import parse_labels

    wanted = {"ed": request.ed.name} | ({} if request.es is None else {"es": request.es.name})
    try:
        result = read_heart_result(request.output)
        inputs = {name: Path(entry["file"]).name for name, entry in result["inputs"].items()}
        found = (result["labels"], result["seed"], result["sex"], result["septum"])
    except (InputError, KeyError, TypeError, AttributeError):
        return False
    asked = (str(parse_labels(request.labels)), request.seed, request.sex, request.septum)
    return inputs == wanted and found == asked


def summary_line(outcome: CaseOutcome) -> dict[str, object]:
    """The line of a case by column; `InputError` when it says "done" and left no result."""
    line: dict[str, object] = {"case": outcome.case, "status": outcome.status, "error": outcome.error}
    if outcome.status != "done" or outcome.output is None:
        return line
    result = read_heart_result(outcome.output)
    line["device"] = result.get("device", "")
    line["seconds"] = _number(result.get("seconds", {}).get("total"))
    line |= {name: _number(result.get(name), 4) for name in _NUMBERS}
    for phase in ("ed", "es"):
        thickness = (result.get("wall_thickness_mm") or {}).get(phase) or {}
        line |= {f"wall_{figure}_{phase}_mm": _number(thickness.get(figure)) for figure in ("mean", "p95", "max")}
        agreement = result.get("reconstruction") or {}
        line[f"dice_{phase}"] = _number(agreement.get(f"dice_{phase}"), 4)
        line[f"hausdorff_mm_{phase}"] = _number(agreement.get(f"hausdorff_{phase}_mm"))
    top = (result.get("latent") or {}).get("z_top") or [None, None]
    line["z_top_1"], line["z_top_2"] = (_number(value, 4) for value in top[:2])
    line["in_distribution_score"] = _number(result.get("in_distribution", {}).get("score"), 4)
    line["in_distribution_verdict"] = result.get("in_distribution", {}).get("verdict", "")
    line["warnings"] = len(result.get("warnings", []))
    return line


def _request(entries: dict[str, str], folder: Path, output: Path, common: AnalysisRequest) -> AnalysisRequest:
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


def _number(value: float | None, digits: int = 3) -> object:
    return "" if value is None else round(value, digits)
