"""Serial examinations: the cases of one ID in the order of time, and whether they can be of one subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import hypot

from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.language import said

__all__ = ["Examination", "Series", "serial_examinations"]

MOST_DAYS = 7.0
"""Days by which the difference of two ages may depart from that of their dates: ages are often whole weeks."""
SMALLEST_SD = 0.015
"""Least standard deviation of the difference of two measurements, as a share of their size: experienced observers
repeat a head circumference to within 3 % in 95 of 100 cases (Sarris et al., Ultrasound Obstet Gynecol
2012;39:266-273)."""
MOST_SD = 3.0
"""Standard deviations by which a later measurement may be smaller."""


@dataclass(frozen=True, eq=False)
class Examination:
    """One examination of a series.

    Attributes
    ----------
    case
        The case.
    weeks
        Age in weeks, as given or by the dates; None = not known.
    by_date
        Whether `weeks` follows from the dates.
    since_first
        Weeks since the first examination of the series, by the dates where both have one, else by the ages; None = not
        known.
    """

    case: CohortCase
    weeks: float | None
    by_date: bool
    since_first: float | None

    def scores(self, key: str) -> tuple[float | None, float | None]:
        """z-score and percentile of a quantity: those of the result, or of the chart at the age by the dates."""
        reading, plan = self.case.readings[key], self.case.anatomy.cohort
        if reading.z_score is None and self.by_date and plan.chart is not None:
            return plan.chart(self.case.result).scores(key, reading.value, self.weeks) or (None, None)
        return reading.z_score, reading.percentile


@dataclass(frozen=True, eq=False)
class Series:
    """The examinations of one ID, in the order of time as far as it is known.

    Attributes
    ----------
    case_id
        The ID.
    examinations
        Two or more.
    contradiction
        Sentence that says why they cannot be of one subject; "" if they can.
    """

    case_id: str
    examinations: tuple[Examination, ...]
    contradiction: str = ""

    @property
    def placed(self) -> tuple[Examination, ...]:
        """Those whose time is known: their ages or, where fewer than two have one, their dates."""
        aged = tuple(one for one in self.examinations if one.weeks is not None)
        return aged if len(aged) > 1 else tuple(one for one in self.examinations if one.since_first is not None)

    @property
    def by_age(self) -> bool:
        """Whether the curve is drawn over the age; otherwise over the weeks since the first examination."""
        return sum(one.weeks is not None for one in self.examinations) > 1

    def per_week(self, index: int, key: str) -> float | None:
        """Change of a quantity per week since the examination before; None without one."""
        if not index:
            return None
        before, now = self.examinations[index - 1 : index + 1]
        span = _weeks_between(before, now)
        if not span or any(key not in one.case.readings for one in (before, now)):
            return None
        return (now.case.readings[key].value - before.case.readings[key].value) / span


def serial_examinations(cases: Iterable[CohortCase]) -> list[Series]:
    """The series among the finished cases: IDs with two examinations or more, in the order of their first row."""
    by_id: dict[str, list[CohortCase]] = {}
    for case in cases:
        if case.done and case.case_id:
            by_id.setdefault(case.case_id, []).append(case)
    return [_series(case_id, group) for case_id, group in by_id.items() if len(group) > 1]


def _series(case_id: str, group: Sequence[CohortCase]) -> Series:
    known = [case for case in group if case.weeks is not None and case.day is not None]
    anchor = min(known, key=lambda case: case.day, default=None)

    def age(case: CohortCase) -> float | None:
        """The age as given; without one, by the date and the first examination that has both."""
        if case.weeks is not None or case.day is None or anchor is None:
            return case.weeks
        return anchor.weeks + (case.day - anchor.day).days / 7

    ages = {case: age(case) for case in group}
    if all(case.day is not None for case in group):
        ordered = sorted(group, key=lambda case: (case.day, ages[case] or 0.0))
    elif any(found is not None for found in ages.values()):
        ordered = sorted(group, key=lambda case: (ages[case] is None, ages[case] or 0.0))
    else:
        ordered = sorted(group, key=lambda case: (case.day is None, case.day or date.min))
    first = ordered[0]
    examinations = tuple(
        Examination(case, ages[case], case.weeks is None and ages[case] is not None, _since(first, case, ages))
        for case in ordered
    )
    return Series(case_id, examinations, _contradiction(case_id, examinations))


def _since(first: CohortCase, case: CohortCase, ages: dict[CohortCase, float | None]) -> float | None:
    if first.day is not None and case.day is not None:
        return (case.day - first.day).days / 7
    known = ages[first] is not None and ages[case] is not None
    return ages[case] - ages[first] if known else None


def _weeks_between(before: Examination, now: Examination) -> float | None:
    """Weeks from one examination to the next, by the dates where both have one, else by the ages."""
    if before.case.day is not None and now.case.day is not None:
        return (now.case.day - before.case.day).days / 7
    return None if before.weeks is None or now.weeks is None else now.weeks - before.weeks


def _contradiction(case_id: str, examinations: Sequence[Examination]) -> str:
    reasons = [
        *_different_constants(examinations),
        *_ages_against_dates(examinations),
        *_too_far_apart(examinations),
        *_shrinking(examinations),
    ]
    if not reasons:
        return ""
    plan = examinations[0].case.anatomy.cohort
    return said(
        "Case ID {id} seems to hold two {subjects}: {reasons_list}. Check the IDs of these cases.",
        id=case_id,
        subjects=plan.subject[1],
        reasons_list="; ".join(reasons),
    )


def _different_constants(examinations: Sequence[Examination]) -> Iterator[str]:
    for entry, called in examinations[0].case.anatomy.cohort.constant.items():
        first: dict[str, str] = {}
        for one in examinations:
            if one.case.result.get(entry) is not None:
                first.setdefault(one.case.result[entry], one.case.case)
        if len(first) > 1:
            values = " and ".join(said("{value} in {case}", value=value, case=case) for value, case in first.items())
            yield said("the {called} is {values_list}", called=called, values_list=values)


def _ages_against_dates(examinations: Sequence[Examination]) -> Iterator[str]:
    """The first pair of examinations whose ages and dates disagree."""
    dated = [one for one in examinations if one.case.weeks is not None and one.case.day is not None]
    for before, now in pairwise(sorted(dated, key=lambda one: one.case.day)):
        by_date = (now.case.day - before.case.day).days
        by_age = 7 * (now.case.weeks - before.case.weeks)
        if abs(by_age - by_date) > MOST_DAYS + 1e-6:
            values = {
                "now": now.case.case,
                "before": before.case.case,
                "by_date": _span(by_date),
                "by_age": _span(abs(by_age)),
            }
            yield (
                said("{now} is {by_date} after {before} by the dates, but {by_age} younger by the ages", **values)
                if by_age < 0
                else said("{now} is {by_date} after {before} by the dates, but {by_age} older by the ages", **values)
            )
            return


def _too_far_apart(examinations: Sequence[Examination]) -> Iterator[str]:
    """The first pair of examinations that are further apart than the ages that one subject can have.

    An age that follows from the dates must be one of these ages; without ages, the dates must lie within their span.
    """
    ages = examinations[0].case.anatomy.cohort.ages
    if ages is None:
        return
    for one in examinations:
        if one.by_date and not ages[0] <= one.weeks <= ages[1]:
            known = next(other for other in examinations if other.weeks is not None and not other.by_date)
            yield (
                f"{one.case.case} is {_span(abs((one.case.day - known.case.day).days))} "
                f"{'after' if one.case.day > known.case.day else 'before'} {known.case.case} by the dates"
            )
            return
    dated = sorted((one for one in examinations if one.case.day is not None), key=lambda one: one.case.day)
    if any(one.case.weeks is not None for one in examinations) or not dated:
        return
    days = (dated[-1].case.day - dated[0].case.day).days
    if days > 7 * (ages[1] - ages[0]):
        yield f"{dated[-1].case.case} is {_span(days)} after {dated[0].case.case} by the dates"


def _shrinking(examinations: Sequence[Examination]) -> Iterator[str]:
    """The first pair of examinations of which the later is smaller, or of another size on the same day."""
    anatomy = examinations[0].case.anatomy
    for key in anatomy.cohort.growing:
        measured = [one for one in examinations if key in one.case.readings]
        for before, now in pairwise(measured):
            span = _weeks_between(before, now)
            if span is None:
                continue
            one, other = before.case.readings[key], now.case.readings[key]
            change, quantity = other.value - one.value, anatomy.quantity(key)
            spread = max(hypot(_sd(before, key), _sd(now, key)), SMALLEST_SD * one.value)
            sizes = {
                "quantity": quantity.short,
                "one": one.value,
                "unit": quantity.unit,
                "before": before.case.case,
                "other": other.value,
                "now": now.case.case,
            }
            if span == 0 and abs(change) > MOST_SD * spread:
                yield said(
                    "{quantity} goes from {one:.0f} {unit} in {before} to {other:.0f} in {now} on the same day", **sizes
                )
                return
            if span > 0 and change < -MOST_SD * spread:
                yield said("{quantity} shrinks from {one:.0f} {unit} in {before} to {other:.0f} in {now}", **sizes)
                return


def _sd(examination: Examination, key: str) -> float:
    """Standard deviation of a measurement; 0 where it is not known or means nothing."""
    return 0.0 if examination.case.unreliable else examination.case.readings[key].sd or 0.0


def _span(days: float) -> str:
    whole = round(days)
    if whole == 1:
        return said("1 day")
    if days < 14:
        return said("{days:d} days", days=whole)
    weeks, rest = divmod(whole, 7)
    if not rest:
        return said("{weeks:d} weeks", weeks=weeks)
    if rest == 1:
        return said("{weeks:d} weeks and 1 day", weeks=weeks)
    return said("{weeks:d} weeks and {days:d} days", weeks=weeks, days=rest)
