"""Outcomes of a batch, and its `summary.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.anatomy.record import Anatomy, Quantity
from GenerativeModelsLib.anatomy.result import read_result

__all__ = ["CaseOutcome", "summary_columns", "summary_line"]


@dataclass(frozen=True)
class CaseOutcome:
    """State of a case in a batch.

    Attributes
    ----------
    status
        "waiting", "done" or "failed".
    output
        Folder of its results.
    error
        Message of the error of a failed case.
    resumed
        With `resume`, the use of an earlier result: "kept", or "computed anew" and the reason; "" without one.
    outlier
        Why the case stands out among the others; known when all are done.
    """

    case: str
    status: str
    output: Path | None = None
    error: str = ""
    resumed: str = ""
    outlier: str = ""


def summary_columns(anatomy: Anatomy) -> tuple[str, ...]:
    """Columns of the summary of an anatomy's cases."""
    quantities = [column for quantity in anatomy.quantities for column in _columns_of(quantity)]
    return (*_FIRST, *quantities, *anatomy.summary_columns, *_LAST)


def summary_line(anatomy: Anatomy, outcome: CaseOutcome) -> dict[str, object]:
    """Line of a case by column; raises `InputError` if it is "done" without a result."""
    line: dict[str, object] = dict(zip(_FIRST, (outcome.case, outcome.status, outcome.error, outcome.resumed)))
    if outcome.status != "done" or outcome.output is None:
        return line
    result = read_result(outcome.output, anatomy.schema)
    line["device"] = result.get("device", "")
    line["seconds"] = _cell(result.get("seconds", {}).get("total"))
    for quantity in anatomy.quantities:
        found = quantity.of(result)
        values = (found.value, *(found.interval90 or (None, None)), found.percentile, found.z_score)
        line |= {column: _cell(value) for column, value in zip(_columns_of(quantity), values)}
    line |= {column: _cell(value) for column, value in anatomy.summary(result).items()}
    judged = result.get("in_distribution", {})
    line["in_distribution_score"], line["in_distribution_verdict"] = (
        _cell(judged.get("score")),
        judged.get("verdict", ""),
    )
    line["warnings"] = len(result.get("warnings", []))
    identity = result.get("identity") or {}
    line |= {name: _cell(identity.get(name)) for name in ("case_id", "examination_date")}
    line["outlier"] = outcome.outlier
    return line


_FIRST = ("case", "status", "error", "resumed", "device", "seconds")
_LAST = ("in_distribution_score", "in_distribution_verdict", "warnings", "case_id", "examination_date", "outlier")


def _columns_of(quantity: Quantity) -> list[str]:
    """The value's column, and those of its 90 % interval, percentile and z-score where the quantity has them."""
    more = ("low90", "high90", "percentile", *(("z_score",) if quantity.chart else ())) if quantity.column else ()
    return [quantity.key, *(f"{quantity.column}_{name}" for name in more)]


def _cell(value: object) -> object:
    """The value in the table: numbers are rounded, None is empty."""
    return "" if value is None else round(value, 4) if isinstance(value, float) else value
