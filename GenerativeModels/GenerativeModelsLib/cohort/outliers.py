"""Which cases of a cohort stand out, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from GenerativeModelsLib.anatomy.numbers import z_text
from GenerativeModelsLib.anatomy.record import Quantity
from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.cohort.series import Series
from GenerativeModelsLib.errors import SCALE
from GenerativeModelsLib.language import S_, said

__all__ = ["Reason", "outliers"]

MOST_Z = 3.0
"""Largest z-score on the chart, either way, that does not stand out."""
MOST_MODIFIED_Z = 3.5
"""Largest modified z-score, 0.6745 (x - median) / MAD, that does not stand out among the others (Iglewicz and Hoaglin,
How to Detect and Handle Outliers, 1993)."""
FEWEST = 10
"""Fewest values of which one can stand out among the others."""


_VERDICTS = {
    "unusual": (S_("Unusual for the model"), S_("Unusual for the model: {reasons_list}")),
    "outside": (
        S_("Outside what the model was trained on"),
        S_("Outside what the model was trained on: {reasons_list}"),
    ),
}
"""Without and with reasons."""


@dataclass(frozen=True)
class Reason:
    """Why a case stands out.

    Attributes
    ----------
    kind
        "scale", "input", "chart", "cohort" or "ID".
    text
        In words, beginning with a capital, without a full stop.
    """

    kind: str
    text: str


def outliers(cases: Sequence[CohortCase], series: Sequence[Series] = ()) -> dict[str, tuple[Reason, ...]]:
    """The reasons of every case that stands out, by its name, in the order of the cases."""
    done = [case for case in cases if case.done]
    contradicting = {one.case.case: each.case_id for each in series if each.contradiction for one in each.examinations}
    among = _among_the_others(done)
    found = {}
    for case in done:
        reasons = [*_of_the_case(case), *([among[case.case]] if case.case in among else [])]
        if case.case in contradicting:
            reasons.append(
                Reason("ID", said("Other examinations under {id} contradict it", id=contradicting[case.case]))
            )
        if reasons:
            found[case.case] = tuple(reasons)
    return found


def _of_the_case(case: CohortCase) -> Iterator[Reason]:
    """What its own result says."""
    warnings = zip(case.result.get("warnings", ()), case.result.get("warning_kinds", ()))
    scale = [text.rstrip(".") for text, kind in warnings if kind == SCALE]
    yield from (Reason("scale", text) for text in scale)
    if case.verdict is not None and case.verdict["verdict"] != "typical":
        reasons = "; ".join(reason.rstrip(".") for reason in case.verdict.get("reasons") or ())
        texts = _VERDICTS[case.verdict["verdict"]]
        yield Reason("input", said(texts[1], reasons_list=reasons) if reasons else texts[0])
    if not scale:
        far = [
            said("{quantity} z-score {z}", quantity=quantity.short, z=z_text(reading.z_score))
            for quantity, reading in _read(case)
            if reading.z_score is not None and abs(reading.z_score) > MOST_Z
        ]
        if far:
            yield Reason("chart", ", ".join(far))


def _among_the_others(cases: Sequence[CohortCase]) -> dict[str, Reason]:
    """Values far from those of the others: z-scores of what depends on the age, otherwise the values themselves."""
    found: dict[str, list[str]] = {}
    for quantity in cases[0].anatomy.quantities if cases else ():
        plan = cases[0].anatomy.cohort
        by_score = bool(plan.age) and quantity.key not in plan.ageless
        if by_score and quantity.chart is None:
            continue
        readings = {case.case: case.readings[quantity.key] for case in cases if quantity.key in case.readings}
        values = {name: reading.z_score if by_score else reading.value for name, reading in readings.items()}
        for name, middle in _far({name: value for name, value in values.items() if value is not None}).items():
            words = (
                said(
                    "{quantity} z-score {z} (median {median})",
                    quantity=quantity.short,
                    z=z_text(values[name]),
                    median=z_text(middle),
                )
                if by_score
                else _value_and_median(quantity, values[name], middle)
            )
            found.setdefault(name, []).append(words)
    return {
        name: Reason("cohort", said("Far from the other cases: {far_list}", far_list=", ".join(texts)))
        for name, texts in found.items()
    }


def _value_and_median(quantity: Quantity, value: float, median: float) -> str:
    """A value and the median of the others, as printed."""
    shown, others = quantity.number(value), quantity.number(median)
    if not quantity.unit:
        return said("{quantity} {value:s} (median {median:s})", quantity=quantity.short, value=shown, median=others)
    return said(
        "{quantity} {value:s} {unit} (median {median:s})",
        quantity=quantity.short,
        value=shown,
        unit=quantity.unit,
        median=others,
    )


def _far(values: Mapping[str, float]) -> dict[str, float]:
    """The names of the values that stand out, each with the median of all."""
    if len(values) < FEWEST:
        return {}
    middle = median(values.values())
    spread = median(abs(value - middle) for value in values.values())
    if not spread:
        return {}
    return {name: middle for name, value in values.items() if 0.6745 * abs(value - middle) / spread > MOST_MODIFIED_Z}


def _read(case: CohortCase) -> Iterator[tuple[Quantity, object]]:
    for quantity in case.anatomy.quantities:
        if quantity.key in case.readings:
            yield quantity, case.readings[quantity.key]
