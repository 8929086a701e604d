"""`summary.csv` of a batch: one line a case, read back from what each case left on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from GenerativeModelsLib.batch import summary
from GenerativeModelsLib.batch.run import CaseOutcome
from GenerativeModelsLib.batch.summary import number

__all__ = ["RESULT_SCHEMA", "SUMMARY_COLUMNS", "read_result", "summary_line"]

RESULT_SCHEMA = "skull-reconstruction/1"
BIOMETRY = {
    "bpd_mm": "bpd",
    "ofd_mm": "ofd",
    "hc_mm": "hc",
    "cephalic_index_percent": "cephalic_index",
    "head_volume_ml": "head_volume",
}
"""Keys of the biometry in `result.json`, and the short names of the columns that go with each."""

SUMMARY_COLUMNS = (
    "case",
    "status",
    "error",
    "resumed",
    "device",
    "seconds",
    *(c for key, short in BIOMETRY.items() for c in (key, f"{short}_low90", f"{short}_high90", f"{short}_percentile")),
    "uncertainty_mean_mm",
    "in_distribution_score",
    "in_distribution_verdict",
    "warnings",
)


def read_result(folder: Path) -> dict[str, Any]:
    """Content of `result.json` of a finished case.

    Raises
    ------
    InputError
        There is none, or it is of another schema.
    """
    return summary.read_result(folder, RESULT_SCHEMA, "reconstruct the case again")


def summary_line(outcome: CaseOutcome) -> dict[str, object]:
    """The line of a case by column; `InputError` when it says "done" and left no result."""
    line: dict[str, object] = {"case": outcome.case, "status": outcome.status, "error": outcome.error}
    line["resumed"] = outcome.resumed
    if outcome.status != "done" or outcome.output is None:
        return line
    result = read_result(outcome.output)
    line["device"] = result.get("device", "")
    line["seconds"] = number(result.get("seconds", {}).get("total"))
    for key, short in BIOMETRY.items():
        measure = result.get("biometry", {}).get(key) or {}
        low, high = measure.get("interval90") or (None, None)
        line[key] = number(measure.get("value"))
        line[f"{short}_low90"], line[f"{short}_high90"] = number(low), number(high)
        line[f"{short}_percentile"] = number(measure.get("percentile"))
    line["uncertainty_mean_mm"] = number(result.get("uncertainty_mm", {}).get("mean"))
    line["in_distribution_score"] = number(result.get("in_distribution", {}).get("score"), digits=4)
    line["in_distribution_verdict"] = result.get("in_distribution", {}).get("verdict", "")
    line["warnings"] = len(result.get("warnings", []))
    return line
