"""Report on a training with own cases: a model before and after, on cases that never trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from GenerativeModelsLib import __version__
from GenerativeModelsLib.bundle.bundle import read_manifest
from GenerativeModelsLib.bundle.checksums import bundle_checksum
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.scores.paired import (
    LEAST_SUBJECTS,
    held_share,
    paired_change,
)
from GenerativeModelsLib.language import N_, said
from GenerativeModelsLib.resources import default_bundle

__all__ = [
    "SCHEMA",
    "CohortReport",
    "HeldOutCase",
    "Measure",
    "ModelName",
    "document",
    "headline",
    "not_compared",
    "shipped_before",
]

SCHEMA = "cohort-report/1"


@dataclass(frozen=True)
class Measure:
    """A number by which two models are compared, for each case; `better` is empty where neither direction is."""

    key: str
    label: str
    unit: str
    better: Literal["higher", "lower", ""]
    digits: int = 2


@dataclass(frozen=True)
class ModelName:
    """A model of the comparison."""

    name: str
    version: str
    bundle_sha256: str

    @staticmethod
    def of(bundle: Path) -> ModelName:
        """The model in a folder."""
        manifest = read_manifest(bundle)
        return ModelName(manifest.name, manifest.version, bundle_checksum(bundle))


def shipped_before(anatomy: str, written: Path) -> Path | None:
    """The shipped bundle, to compare a training with; None if there is none, or if the training has written it."""
    try:
        shipped = default_bundle(anatomy)
    except InputError:
        return None
    return None if shipped.resolve() == written.resolve() else shipped


@dataclass(frozen=True)
class HeldOutCase:
    """Results of both models on one case; those of the first are None in a report without it.

    Attributes
    ----------
    case : its name.
    subject : cases of one subject are averaged before models are compared.
    truth, inputs : words on what is known of it and what the models were given.
    values : by measure, of the model before and after; None where there is none.
    held : by measure, whether its 90 % interval holds the truth, before and after; None where there is no interval.
    verdicts : of the in-distribution checks before and after; empty for none.
    failures : why a model has no result; empty if it has one.
    """

    case: str
    subject: str
    truth: str
    inputs: str
    values: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    held: Mapping[str, tuple[bool | None, bool | None]] = field(default_factory=dict)
    verdicts: tuple[str, str] = ("", "")
    failures: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class CohortReport:
    """Content of the report.

    Attributes
    ----------
    anatomy : "skull" or "heart".
    title : of the page.
    before, after : the models; before is None if there is no model to compare with.
    decided_by : sentence on what decided which cases are held out, and on the parts.
    measures : in the order of the tables.
    held_measures : the measures of `held`, with their labels.
    cases : held-out own cases.
    simulated : held-out simulated cases, on which a fine-tuned model should not become worse; each like an own case.
    trained : how many own cases the model was trained or calibrated on, and how many of them it calls typical; None
        where that is not known.
    notes : sentences.
    """

    anatomy: str
    title: str
    before: ModelName | None
    after: ModelName
    decided_by: str
    measures: Sequence[Measure]
    held_measures: Mapping[str, str]
    cases: Sequence[HeldOutCase]
    simulated: Sequence[HeldOutCase] = ()
    trained: tuple[int, int] | None = None
    notes: Sequence[str] = ()


def document(report: CohortReport) -> dict[str, Any]:
    """The report as plain JSON values, without paths."""
    subjects = len({case.subject for case in report.cases})
    return {
        "schema": SCHEMA,
        "anatomy": report.anatomy,
        "models": {"before": None if report.before is None else asdict(report.before), "after": asdict(report.after)},
        "held_out": {"decided_by": report.decided_by, "cases": len(report.cases), "subjects": subjects},
        "headline": headline(report),
        "not_compared": not_compared(report),
        "measures": _changes(report.measures, report.cases),
        "intervals90": _held(report),
        "simulated": {"cases": len(report.simulated), "measures": _changes(report.measures, report.simulated)},
        "trained_on": None if report.trained is None else {"cases": report.trained[0], "typical": report.trained[1]},
        "cases": [_case(case) for case in report.cases],
        "notes": list(report.notes),
        "software": {"version": __version__},
    }


def headline(report: CohortReport) -> str:
    """One sentence on what the held-out cases with results by both models show."""
    subjects = len({case.subject for case in report.cases})
    if not report.cases:
        return said("No own case was held out, so nothing can be said about own cases.")
    if report.before is None:
        return said(
            "There is no model to compare with; these are the results of the new one on {subjects}.",
            subjects=_count(subjects),
        )
    changes = _changes(report.measures, report.cases)
    subjects = max((entry["subjects"] for entry in changes if entry["before"] is not None), default=0)
    if subjects < LEAST_SUBJECTS:
        return said(
            "{subjects} compared: too few to say whether the new model is better. Hold out at least {least:d}, better "
            "20.",
            subjects=_count(subjects).capitalize(),
            least=LEAST_SUBJECTS,
        )
    found = {
        verdict: [entry["label"] for entry in changes if entry["verdict"] == verdict] for verdict in ("better", "worse")
    }
    better, worse = ("; ".join(found[verdict]) for verdict in ("better", "worse"))
    count = _count(subjects)
    if better and worse:
        return said(
            "On {subjects} the new model is better in {better_list} and worse in {worse_list}.",
            subjects=count,
            better_list=better,
            worse_list=worse,
        )
    if better:
        return said("On {subjects} the new model is better in {better_list}.", subjects=count, better_list=better)
    if worse:
        return said("On {subjects} the new model is worse in {worse_list}.", subjects=count, worse_list=worse)
    return said("No difference between the models is shown by {subjects}.", subjects=count)


def not_compared(report: CohortReport) -> str:
    """How many held-out cases a model has no result for; "" if there are none."""
    before, after = (sum(bool(case.failures[number]) for case in report.cases) for number in (0, 1))
    if not before and not after:
        return ""
    if report.before is None:
        return said("No result for {after:d} of {cases:d} cases.", after=after, cases=len(report.cases))
    return said(
        "No result for {after:d} of {cases:d} cases by the new model and for {before_count:d} by the one before: these "
        "are not compared.",
        after=after,
        cases=len(report.cases),
        before_count=before,
    )


def _count(subjects: int) -> str:
    return said("one subject") if subjects == 1 else said("{count:d} subjects", count=subjects)


_ONE = N_("One subject")
"""`_count` at the beginning of a sentence."""


def _changes(measures: Sequence[Measure], cases: Sequence[HeldOutCase]) -> list[dict[str, Any]]:
    """Per measure the means of both models and their paired difference, or the mean of the new model alone."""
    found = []
    for measure in measures:
        pairs = [(case.values[measure.key], case.subject) for case in cases if measure.key in case.values]
        both = [(a, b, subject) for (a, b), subject in pairs if a is not None and b is not None]
        entry: dict[str, Any] = {"key": measure.key, "label": measure.label, "unit": measure.unit}
        entry["better"] = measure.better
        if both:
            change = asdict(paired_change(*map(list, zip(*both)), better=measure.better or "higher"))
            found.append(entry | change | ({} if measure.better else {"verdict": None}))
        elif alone := [(b, subject) for (_, b), subject in pairs if b is not None]:
            values, subjects = map(list, zip(*alone))
            change = paired_change(values, values, subjects, better="higher")
            nothing = dict.fromkeys(("before", "difference", "interval95", "verdict"))
            found.append(entry | asdict(change) | nothing)
    return found


def _held(report: CohortReport) -> list[dict[str, Any]]:
    found = []
    for key, label in report.held_measures.items():
        entry: dict[str, Any] = {"key": key, "label": label}
        for number, name in enumerate(("before", "after")):
            given = [case.held[key][number] for case in report.cases if key in case.held]
            share = held_share([one for one in given if one is not None])
            entry[name] = None if share is None else asdict(share)
        if entry["after"] is not None:
            found.append(entry)
    return found


def _case(case: HeldOutCase) -> dict[str, Any]:
    names = ("before", "after")
    return {
        "case": case.case,
        "subject": case.subject,
        "truth": case.truth,
        "inputs": case.inputs,
        "values": {key: dict(zip(names, pair)) for key, pair in case.values.items()},
        "held90": {key: dict(zip(names, pair)) for key, pair in case.held.items()},
        "verdict": dict(zip(names, case.verdicts)),
        "failure": dict(zip(names, case.failures)),
    }
