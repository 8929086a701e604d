"""A cohort as data: the content of `cohort.json` and the lines of `series.csv`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.cohort.outliers import Reason, outliers
from GenerativeModelsLib.cohort.series import Examination, Series, serial_examinations

__all__ = ["SCHEMA", "Cohort", "cohort_of"]

SCHEMA = "cohort/1"


@dataclass(frozen=True, eq=False)
class Cohort:
    """The cases of a batch and what follows from all of them together.

    Attributes
    ----------
    anatomy
        Record of the anatomy.
    name
        Name of the folder of the batch.
    cases
        All rows, in their order.
    series
        Serial examinations.
    outliers
        Reasons by the name of the case.
    created
        Date and time, ISO 8601.
    """

    anatomy: Anatomy
    name: str
    cases: tuple[CohortCase, ...]
    series: tuple[Series, ...]
    outliers: Mapping[str, tuple[Reason, ...]]
    created: str

    @property
    def series_keys(self) -> tuple[str, ...]:
        """Quantities of the serial examinations that at least one of them has."""
        plan = self.anatomy.cohort
        wanted = plan.series or plan.plots or tuple(quantity.key for quantity in self.anatomy.quantities)
        present = {key for each in self.series for one in each.examinations for key in one.case.readings}
        return tuple(key for key in wanted if key in present)

    def with_status(self, status: str) -> tuple[CohortCase, ...]:
        """The cases of a status."""
        return tuple(case for case in self.cases if case.status == status)

    def document(self) -> dict[str, Any]:
        """The content of `cohort.json`, plain JSON values without paths."""
        return {
            "schema": SCHEMA,
            "anatomy": self.anatomy.name,
            "created": self.created,
            "software": {"version": __version__},
            "models": _models(self.cases),
            **{status: len(self.with_status(status)) for status in ("done", "failed", "waiting")},
            "cases": [self._case(case) for case in self.cases],
            "series": [self._series(each) for each in self.series],
        }

    def series_columns(self) -> tuple[str, ...]:
        """Columns of `series.csv`."""
        return (*_FIRST, *(name for key in self.series_keys for name in _columns(self.anatomy, key).values()))

    def series_lines(self) -> Iterable[dict[str, Any]]:
        """Lines of `series.csv`, one for an examination."""
        for each in self.series:
            for found in self._series(each)["examinations"]:
                line = {"case_id": each.case_id, **{name: found[name] for name in _FIRST if name in found}}
                for key, values in found["quantities"].items():
                    names = _columns(self.anatomy, key)
                    low, high = values["interval90"] or (None, None)
                    flat = {**values, "low90": low, "high90": high}
                    line |= {column: flat[name] for name, column in names.items()}
                yield {name: "" if value is None else value for name, value in line.items()}

    def _case(self, case: CohortCase) -> dict[str, Any]:
        identity = case.result.get("identity") or {}
        return {
            "case": case.case,
            "status": case.status,
            "error": case.error or None,
            "report": case.report,
            "case_id": identity.get("case_id"),
            "examination_date": identity.get("examination_date"),
            "age_weeks": case.weeks,
            "quantities": {
                key: {
                    "value": _rounded(reading.value),
                    "interval90": _interval(case, key),
                    "z_score": _rounded(reading.z_score),
                    "percentile": _rounded(reading.percentile),
                }
                for key, reading in case.readings.items()
            },
            "verdict": case.verdict["verdict"] if case.verdict else None,
            "warnings": len(case.result.get("warnings", ())),
            "outlier": [{"kind": one.kind, "text": one.text} for one in self.outliers.get(case.case, ())],
        }

    def _series(self, each: Series) -> dict[str, Any]:
        return {
            "case_id": each.case_id,
            "contradiction": each.contradiction or None,
            "examinations": [self._examination(each, index) for index in range(len(each.examinations))],
        }

    def _examination(self, each: Series, index: int) -> dict[str, Any]:
        one: Examination = each.examinations[index]
        return {
            "case": one.case.case,
            "examination_date": None if one.case.day is None else one.case.day.isoformat(),
            "age_weeks": _rounded(one.weeks),
            "age_by_date": one.by_date,
            "weeks_since_first": _rounded(one.since_first),
            "quantities": {
                key: {
                    "value": _rounded(one.case.readings[key].value),
                    "interval90": _interval(one.case, key),
                    **dict(zip(("z_score", "percentile"), map(_rounded, one.scores(key)))),
                    "per_week": _rounded(each.per_week(index, key)),
                }
                for key in self.series_keys
                if key in one.case.readings
            },
        }


_FIRST = ("case_id", "case", "examination_date", "age_weeks", "age_by_date", "weeks_since_first")


def cohort_of(anatomy: Anatomy, name: str, cases: Sequence[CohortCase]) -> Cohort:
    """The cohort of these cases."""
    series = tuple(serial_examinations(cases))
    created = datetime.now().astimezone().isoformat(timespec="seconds")
    return Cohort(anatomy, name, tuple(cases), series, outliers(cases, series), created)


def _columns(anatomy: Anatomy, key: str) -> dict[str, str]:
    """Columns of `series.csv` of a quantity, by what they hold: what the summary has of it, and its change per week."""
    quantity = anatomy.quantity(key)
    names = ("low90", "high90", *(("z_score",) if quantity.chart else ()), "percentile") if quantity.column else ()
    return {"value": key, **{name: f"{quantity.column or key}_{name}" for name in (*names, "per_week")}}


def _models(cases: Iterable[CohortCase]) -> list[dict[str, Any]]:
    """The models that the cases were computed with."""
    found = {str(model): model for case in cases if (model := case.result.get("model"))}
    return [{name: model.get(name) for name in ("name", "version", "sha256")} for model in found.values()]


def _interval(case: CohortCase, key: str) -> list[float] | None:
    interval = case.readings[key].interval90
    return None if interval is None else [round(end, 4) for end in interval]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
