"""The page of a cohort: table, plots, outliers, serial examinations and failures in one self-contained file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from GenerativeModelsLib.anatomy.numbers import percentile_text, weeks_and_days, with_unit, z_text
from GenerativeModelsLib.anatomy.record import Quantity
from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.cohort.document import Cohort
from GenerativeModelsLib.cohort.outliers import FEWEST, MOST_MODIFIED_Z, MOST_Z, Reason
from GenerativeModelsLib.cohort.plots import MOST_DRAWN, Plot, ages_of, cohort_plots, common_chart, series_plots
from GenerativeModelsLib.cohort.series import Examination, Series
from GenerativeModelsLib.language import N_, _, in_words_of_page
from GenerativeModelsLib.page.files import page_part, page_template, write_page
from GenerativeModelsLib.page.print_edges import print_edges

__all__ = ["render", "write_cohort_page"]

_HERE = "GenerativeModelsLib.cohort"


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, what a short head stands for, and whether it holds numbers."""

    head: str
    whole: str = ""
    number: bool = True


@dataclass(frozen=True)
class Cell:
    """A cell: text as printed, and what it is sorted by; "" is sorted last.

    Attributes
    ----------
    css
        Class of the cell, such as "unusual".
    """

    text: str
    by: str = ""
    css: str = ""


@dataclass(frozen=True)
class Line:
    """A line of the table of the cases.

    Attributes
    ----------
    case, link
        Name of the case, and address of its report.
    cells
        One for each column after the first.
    kinds
        Kinds of the reasons why it stands out.
    grey
        Whether its numbers are not to be relied upon.
    """

    case: str
    link: str
    cells: tuple[Cell, ...]
    kinds: tuple[str, ...]
    grey: bool


@dataclass(frozen=True)
class SeriesPart:
    """The part of the page of one ID."""

    series: Series
    facts: str
    plots: tuple[Plot, ...]
    why_no_plot: str
    lines: tuple[Line, ...]


def write_cohort_page(cohort: Cohort, path: str | os.PathLike) -> Path:
    """Write the page as a self-contained HTML file that appears whole or not at all; returns its path.

    Raises
    ------
    OSError
        When the folder cannot be written to.
    """
    return write_page(render(cohort), path)


def render(cohort: Cohort) -> str:
    """The page as text: inline style, script and pictures; the only addresses are those of the cases' reports."""
    from markupsafe import Markup

    anatomy, plots = cohort.anatomy, cohort_plots(cohort)
    series = [_series_part(cohort, each) for each in cohort.series]
    chart, of_others = common_chart(cohort)
    kind = _("{anatomy}: cohort", anatomy=_(anatomy.title))
    done, columns, ages = cohort.with_status("done"), _columns(cohort), ages_of(cohort)
    return _template().render(
        cohort=cohort,
        kind=kind,
        plan=anatomy.cohort,
        counts=[(text, len(cohort.with_status(text))) for text in ("done", "failed", "waiting")],
        notices=[each.contradiction for each in cohort.series if each.contradiction],
        plots=plots,
        over_age=bool(anatomy.cohort.age and ages),
        without_age=[case for case in done if case not in ages] if anatomy.cohort.age else [],
        chart=chart,
        of_others=of_others,
        has_ranges=_has_ranges(cohort),
        outliers=[(name, _link(name), reasons) for name, reasons in cohort.outliers.items()],
        reason_text=reason_text,
        series=series,
        series_columns=_series_columns(cohort),
        drawn=len(cohort.series) <= MOST_DRAWN or len(cohort.series_keys) < 2,
        first_key=_(anatomy.quantity(cohort.series_keys[0]).label) if cohort.series_keys else "",
        columns=columns,
        lines=[_line(cohort, case, columns) for case in done],
        not_computed=[case for case in cohort.cases if not case.done],
        models=cohort.document()["models"],
        limits={"z": MOST_Z, "modified": MOST_MODIFIED_Z, "fewest": FEWEST},
        data=_data(cohort, [*plots, *(plot for part in series for plot in part.plots)]),
        style=Markup(page_part("page.css") + page_part("cohort.css", _HERE) + print_edges(kind, cohort.name, ())),
        script=Markup(page_part("cohort.js", _HERE)),
    )


_KINDS = (N_("scale"), N_("input"), N_("chart"), N_("cohort"), N_("ID"))
"""Of reasons, see `outliers.Reason`."""


def reason_text(reason: Reason) -> str:
    """A reason in the language of the page, beginning with a capital."""
    # Warnings on the scale are sentences, here without their full stop.
    warning = reason.kind == "scale"
    text = in_words_of_page(f"{reason.text}.").removesuffix(".") if warning else in_words_of_page(reason.text)
    return f"{text[:1].upper()}{text[1:]}"


def _quantities(cohort: Cohort) -> list[Quantity]:
    """The quantities in the table that at least one case has."""
    plan, present = cohort.anatomy.cohort, {key for case in cohort.cases for key in case.readings}
    wanted = plan.columns or tuple(quantity.key for quantity in cohort.anatomy.quantities)
    return [cohort.anatomy.quantity(key) for key in wanted if key in present]


def _scored(cohort: Cohort, quantity: Quantity) -> bool:
    """Whether a case has a z-score of the quantity."""
    return any((found := case.readings.get(quantity.key)) and found.z_score is not None for case in cohort.cases)


def _columns(cohort: Cohort) -> dict[str, Column]:
    """Columns after the name of the case, by what they show."""
    done = cohort.with_status("done")
    columns = {}
    if any(case.case_id for case in done):
        columns["case_id"] = Column(_("Case ID"), number=False)
    if any(case.day for case in done):
        columns["day"] = Column(_("Date"), _("Examination date"))
    if any(case.weeks is not None for case in done):
        columns["age"] = Column(_("Age"), _("Age in weeks + days"))
    for quantity in _quantities(cohort):
        columns[quantity.key] = Column(f"{_(quantity.short)} {quantity.unit}".rstrip(), _(quantity.label))
        if _scored(cohort, quantity):
            columns[f"{quantity.key} z"] = Column("z", _("z-score, {quantity}", quantity=_(quantity.label)))
    if any(case.verdict for case in done):
        columns["verdict"] = Column(_("Input"), _("How usual the input is for the model"), number=False)
    columns["warnings"] = Column(_("Warn\u00adings"), _("Number of warnings in the report"))
    columns["outlier"] = Column(_("Outlier"), _("Kinds of reasons"), number=False)
    return columns


def _line(cohort: Cohort, case: CohortCase, columns: Mapping[str, Column]) -> Line:
    reasons = cohort.outliers.get(case.case, ())
    kinds = tuple(dict.fromkeys(reason.kind for reason in reasons))
    cells: dict[str, Cell] = {
        "case_id": Cell(case.case_id or "", case.case_id or ""),
        "day": Cell(*([case.day.isoformat()] * 2 if case.day else ("", ""))),
        "age": Cell("", "")
        if case.weeks is None
        else Cell(weeks_and_days(case.weeks, short=True), f"{case.weeks:.4f}"),
        "verdict": _verdict_cell(case),
        "warnings": Cell(*[str(len(case.result.get("warnings", ())))] * 2),
        "outlier": Cell(*[", ".join(map(_, kinds))] * 2, "outlier" if kinds else ""),
    }
    for key, reading in case.readings.items():
        cells[key] = Cell(cohort.anatomy.quantity(key).number(reading.value), f"{reading.value:.6g}")
        if reading.z_score is not None:
            far = "far" if abs(reading.z_score) > MOST_Z else ""
            cells[f"{key} z"] = Cell(z_text(reading.z_score), f"{reading.z_score:.4f}", far)
    row = tuple(cells.get(name, Cell("")) for name in columns)
    return Line(case.case, _link(case.case), row, kinds, case.unreliable)


def _verdict_cell(case: CohortCase) -> Cell:
    if case.verdict is None:
        return Cell("")
    word = case.verdict["verdict"]
    order = ("typical", "unusual", "outside")
    return Cell(_(word), str(order.index(word)) if word in order else word, word)


def _series_columns(cohort: Cohort) -> list[Column]:
    columns = [Column(_("Date"), _("Examination date"))]
    if _has_ages(cohort):
        columns.append(Column(_("Age"), _("Age in weeks + days")))
    for key in cohort.series_keys:
        quantity = cohort.anatomy.quantity(key)
        columns.append(Column(f"{_(quantity.short)} {quantity.unit}".rstrip(), _(quantity.label)))
        if _has_percentiles(cohort, key):
            columns.append(Column(_("Percentile"), _("Percentile, {quantity}", quantity=_(quantity.label))))
        change = with_unit(_("Change per week, {quantity}", quantity=_(quantity.label)), quantity.unit)
        columns.append(Column(_("per week"), change))
    return columns


def _has_ages(cohort: Cohort) -> bool:
    return any(one.weeks is not None for each in cohort.series for one in each.examinations)


def _has_percentiles(cohort: Cohort, key: str) -> bool:
    examinations = (one for each in cohort.series for one in each.examinations if key in one.case.readings)
    return any(one.scores(key)[1] is not None for one in examinations)


def _series_part(cohort: Cohort, each: Series) -> SeriesPart:
    lines = tuple(_series_line(cohort, each, index) for index in range(len(each.examinations)))
    plots, why = tuple(series_plots(cohort, each)), ""
    if not plots:
        why = (
            _("No curve: fewer than two of its examinations have an age or a date.")
            if cohort.anatomy.cohort.age
            else _("No curve: fewer than two of its examinations have a date.")
        )
        if len(each.placed) > 1:
            why = _("No curve: no quantity is known in two of its examinations.")
    ages = [weeks_and_days(one.weeks, short=True) for one in each.examinations if one.weeks is not None]
    facts = _("{count} examinations", count=len(each.examinations))
    if len(ages) > 1:
        facts += ", " + _("{first} to {last} weeks", first=ages[0], last=ages[-1])
    return SeriesPart(each, facts, plots, why, lines)


def _series_line(cohort: Cohort, each: Series, index: int) -> Line:
    one: Examination = each.examinations[index]
    case = one.case
    age = "" if one.weeks is None else weeks_and_days(one.weeks, short=True)
    cells = [Cell(case.day.isoformat() if case.day else "")]
    if _has_ages(cohort):
        cells.append(Cell(_("{age} by date", age=age) if one.by_date else age))
    for key in cohort.series_keys:
        reading, change = case.readings.get(key), each.per_week(index, key)
        cells.append(Cell("" if reading is None else cohort.anatomy.quantity(key).number(reading.value)))
        if _has_percentiles(cohort, key):
            cells.append(Cell("" if reading is None else percentile_text(one.scores(key)[1], "")))
        cells.append(Cell("" if change is None or reading is None else z_text(change)))
    return Line(case.case, _link(case.case), tuple(cells), (), case.unreliable)


def _has_ranges(cohort: Cohort) -> bool:
    plan, done = cohort.anatomy.cohort, cohort.with_status("done")
    groups = {str(case.result.get(plan.group)) for case in done} if plan.group else set()
    return any(plan.ranges(key, group) for key in plan.plots for group in groups)


def _link(case: str) -> str:
    """Address of the report of a case, from the page."""
    return f"{quote(case)}/report.html"


def _data(cohort: Cohort, plots: Sequence[Plot]) -> dict[str, Any]:
    """What `cohort.js` reads: by plot the places of its points, and by case its link and what it says."""
    cases = {case.case: case for case in cohort.with_status("done")}
    shown = dict.fromkeys(name for plot in plots for name, _, _ in plot.points)
    return {
        "plots": [[list(point) for point in plot.points] for plot in plots],
        "cases": {
            name: {
                "link": _link(name),
                "values": {
                    plot.key: _said(cases[name], plot.key) for plot in plots if plot.key in cases[name].readings
                },
                "why": _why(cohort.outliers.get(name, ())),
            }
            for name in shown
        },
        "keys": [plot.key for plot in plots],
    }


def _said(case: CohortCase, key: str) -> str:
    """Value, interval and score of a quantity in words."""
    quantity, reading, interval = case.anatomy.quantity(key), case.readings[key], case.interval(key)
    text = f"{_(quantity.short)} {quantity.text(reading.value)}"
    if interval:
        text += " (" + _("{low:.1f} to {high:.1f}", low=interval[0], high=interval[1]) + ")"
    if reading.z_score is not None:
        text += f", z {z_text(reading.z_score)}"
    if case.weeks is None:
        return text
    return _("{text}, at {age}", text=text, age=weeks_and_days(case.weeks, short=True))


def _why(reasons: Iterable[Reason]) -> str:
    return "; ".join(reason_text(reason) for reason in reasons)


@lru_cache(maxsize=1)
def _template():
    return page_template("cohort.html.j2", _HERE)
