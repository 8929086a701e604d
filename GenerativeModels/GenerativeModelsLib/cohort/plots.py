"""Plots of a cohort as SVG: quantities over the age among percentiles, distributions, growth curves of one subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.anatomy.numbers import with_unit
from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.cohort.document import Cohort
from GenerativeModelsLib.cohort.series import Series
from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.page.figures import INK, SOFT, page_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from GenerativeModelsLib.anatomy.cohort_plan import ReferenceChart
    from GenerativeModelsLib.anatomy.record import Quantity

__all__ = ["Plot", "cohort_plots", "common_chart", "series_plots"]

_CHART, _CASE, _POINT = "#030303", "#040404", "#050505"
_COLOURS = {_CHART: "var(--chart)", _CASE: "var(--case)", _POINT: "var(--accent)"}
_MARGIN_WEEKS = 1.0
_FEWEST_WEEKS = 4.0
"""Least width of the axis of the ages."""
_LEAST_RANGE = 0.2
_SIZE = (4.1, 3.0)
MOST_DRAWN = 6
"""Most series of which all quantities are drawn; of more series the first quantity is."""
_MOST_PLOTS = 6


@dataclass(frozen=True)
class Plot:
    """A plot.

    Attributes
    ----------
    key
        Quantity that is drawn.
    caption
        "Head circumference (HC), mm".
    svg
        The element.
    points
        Name of a case, and its place from the left and the top as shares of the picture.
    """

    key: str
    caption: str
    svg: str
    points: tuple[tuple[str, float, float], ...]


def cohort_plots(cohort: Cohort) -> list[Plot]:
    """A plot of each quantity of the record's plan that a case has: over the age, or the distribution."""
    plan, done = cohort.anatomy.cohort, cohort.with_status("done")
    present = {key for case in done for key in case.readings}
    wanted = plan.plots or tuple(q.key for q in cohort.anatomy.quantities if q.key in present)[:_MOST_PLOTS]
    ages = ages_of(cohort)
    if plan.age and ages:
        return [_over_age(cohort, key, ages) for key in wanted if any(key in case.readings for case in ages)]
    return [_distribution(cohort, key) for key in wanted if key in present]


def series_plots(cohort: Cohort, each: Series) -> list[Plot]:
    """The curves of one subject; none where fewer than two examinations have a place in time."""
    keys = cohort.series_keys if len(cohort.series) <= MOST_DRAWN else cohort.series_keys[:1]
    if len(each.placed) < 2:
        return []
    return [_curve(cohort, each, key) for key in keys if sum(key in one.case.readings for one in each.placed) > 1]


def ages_of(cohort: Cohort) -> dict[CohortCase, float]:
    """Ages of the finished cases that have one, as given or by the dates of serial examinations."""
    by_series = {one.case: one.weeks for each in cohort.series for one in each.examinations}
    found = {case: case.weeks or by_series.get(case) for case in cohort.with_status("done")}
    return {case: weeks for case, weeks in found.items() if weeks is not None}


def common_chart(cohort: Cohort) -> tuple[ReferenceChart | None, int]:
    """The chart of most cases, and the number of cases of other charts; None where the anatomy has no charts."""
    make, done = cohort.anatomy.cohort.chart, cohort.with_status("done")
    if make is None or not done:
        return None, 0
    charts = [make(case.result) for case in done]
    (title, count), *_others = Counter(chart.title for chart in charts).most_common(1)
    return next(chart for chart in charts if chart.title == title), len(charts) - count


def _over_age(cohort: Cohort, key: str, ages: Mapping[CohortCase, float]) -> Plot:
    quantity, (chart, _others) = cohort.anatomy.quantity(key), common_chart(cohort)
    shown = {case: weeks for case, weeks in ages.items() if key in case.readings}
    low, high = _weeks_shown(shown.values(), chart)

    def draw(axes: Axes) -> dict[CohortCase, tuple[float, float]]:
        axes.set_xlim(low, high)
        _draw_percentiles(axes, chart, key, (low, high))
        places = {case: (weeks, case.readings[key].value) for case, weeks in shown.items()}
        _draw_points(axes, places, cohort.outliers)
        axes.set_xlabel(_(cohort.anatomy.cohort.age_label), color=INK, labelpad=1)
        return places

    about = {"quantity": _(quantity.label), "count": len(shown), "low": low, "high": high}
    words = (
        _(
            "{quantity} of {count} cases by age, {low:.0f} to {high:.0f} weeks over the percentiles of the chart",
            **about,
        )
        if _percentiles(chart, key, (low, high)) is not None
        else _("{quantity} of {count} cases by age, {low:.0f} to {high:.0f} weeks", **about)
    )
    return _plot(quantity, words, f"{key} over age", draw)


def _distribution(cohort: Cohort, key: str) -> Plot:
    plan, quantity = cohort.anatomy.cohort, cohort.anatomy.quantity(key)
    cases = [case for case in cohort.with_status("done") if key in case.readings]
    groups: dict[str, list[CohortCase]] = {}
    for case in cases:
        groups.setdefault(str(case.result.get(plan.group) or "") if plan.group else "", []).append(case)
    names = sorted(groups, key=lambda name: (not name, name))
    unknown = _("{group} not given", group=_(plan.group)) if plan.group and len(names) > 1 else ""

    def draw(axes: Axes) -> dict[CohortCase, tuple[float, float]]:
        places = {}
        for row, name in enumerate(names):
            values = np.array([case.readings[key].value for case in groups[name]])
            if (ends := plan.ranges(key, name)) is not None:
                axes.fill_between(ends, row - 0.42, row + 0.42, color=_CHART, alpha=0.16, linewidth=0)
            lower, middle, upper = np.percentile(values, (25, 50, 75))
            axes.fill_between((lower, upper), row - 0.3, row + 0.3, color=SOFT, alpha=0.22, linewidth=0)
            axes.plot((middle, middle), (row - 0.3, row + 0.3), color=INK, linewidth=1.4)
            order = np.argsort(np.argsort(values, kind="stable"))
            aside = 0.5 * ((0.618034 * order) % 1 - 0.5) if len(values) > 2 else np.zeros(len(values))
            places |= {case: (float(v), row + float(a)) for case, v, a in zip(groups[name], values, aside)}
        _draw_points(axes, places, cohort.outliers)
        axes.set_yticks(range(len(names)), [_(name) or unknown for name in names])
        axes.set_ylim(len(names) - 0.45, -0.55)
        axes.set_xlabel(quantity.unit, color=INK, labelpad=1)
        return places

    values = [case.readings[key].value for case in cases]
    words = _(
        "{quantity} of {count} cases, {low} to {high}, median {median:.1f}",
        quantity=_(quantity.label),
        count=len(cases),
        low=quantity.number(min(values)),
        high=quantity.text(max(values)),
        median=np.median(values),
    )
    return _plot(quantity, words, f"{key} distribution", draw, left=0.24 if any(names) and len(names) > 1 else 0.06)


def _curve(cohort: Cohort, each: Series, key: str) -> Plot:
    """Measurements of one subject with their 90 % intervals; joined unless they contradict each other."""
    quantity = cohort.anatomy.quantity(key)
    shown = [one for one in each.placed if key in one.case.readings]
    times = [one.weeks if each.by_age else one.since_first for one in shown]
    values = [one.case.readings[key].value for one in shown]
    make = cohort.anatomy.cohort.chart
    chart = make(shown[0].case.result) if each.by_age and make is not None else None
    low, high = _weeks_shown(times, chart) if each.by_age else (min(times) - 0.5, max(times) + 0.5)

    def draw(axes: Axes) -> dict[CohortCase, tuple[float, float]]:
        axes.set_xlim(low, high)
        _draw_percentiles(axes, chart, key, (low, high))
        ends = [one.case.interval(key) or (value, value) for one, value in zip(shown, values)]
        errors = [
            [max(value - end[0], 0) for value, end in zip(values, ends)],
            [max(end[1] - value, 0) for value, end in zip(values, ends)],
        ]
        line = "none" if each.contradiction else "-"
        axes.errorbar(
            times, values, errors, color=_CASE, marker="o", markersize=5, capsize=3, linewidth=1.5, linestyle=line
        )
        if _percentiles(chart, key, (low, high)) is None:
            _keep_small_changes_small(axes, values)
        label = cohort.anatomy.cohort.age_label if each.by_age else N_("Weeks since the first examination")
        axes.set_xlabel(_(label), color=INK, labelpad=1)
        return {one.case: (time, value) for one, time, value in zip(shown, times, values)}

    steps = (
        _("{value} at {time:.1f} weeks", value=quantity.number(value), time=time) for time, value in zip(times, values)
    )
    words = _(
        "{quantity} of case ID {id}: {steps}",
        quantity=with_unit(_(quantity.label), quantity.unit),
        id=each.case_id,
        steps=", ".join(steps),
    )
    return _plot(quantity, words, f"{key} {each.case_id}", draw)


def _keep_small_changes_small(axes: Axes, values: Sequence[float]) -> None:
    """Show at least `_LEAST_RANGE` of the mean value either way, as nothing else on the axis tells what is much."""
    low, high = axes.get_ylim()
    middle = float(np.mean(values))
    reach = _LEAST_RANGE * abs(middle)
    axes.set_ylim(min(low, middle - reach), max(high, middle + reach))


def _plot(
    quantity: Quantity,
    words: str,
    salt: str,
    draw: Callable[[Axes], Mapping[CohortCase, tuple[float, float]]],
    left: float = 0.125,
) -> Plot:
    import matplotlib
    from matplotlib.figure import Figure

    settings = {"svg.fonttype": "none", "svg.hashsalt": salt, "font.size": 9.5, "axes.edgecolor": SOFT}
    with matplotlib.rc_context(settings):
        figure = Figure(_SIZE, facecolor="none")
        axes = figure.add_axes((left, 0.14, 0.91 - left, 0.83), facecolor="none")
        places = draw(axes)
        axes.tick_params(colors=SOFT, labelcolor=INK, length=3)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color=SOFT, alpha=0.25, linewidth=0.5)
        svg = page_svg(figure, "chart", words, _COLOURS)
        points = tuple(_shares(figure, axes, places))
    return Plot(quantity.key, with_unit(quantity.long_label, quantity.unit), svg, points)


def _shares(figure: Any, axes: Axes, places: Mapping[CohortCase, tuple[float, float]]) -> Iterable:
    if not places:
        return
    into = axes.transData + figure.transFigure.inverted()
    for case, (x, y) in zip(places, into.transform(list(places.values()))):
        yield case.case, round(float(x), 4), round(1 - float(y), 4)


def _weeks_shown(weeks: Iterable[float], chart: ReferenceChart | None) -> tuple[float, float]:
    """The ages with a margin, at least `_FEWEST_WEEKS` wide, within the chart if there is one."""
    weeks = list(weeks)
    low, high = min(weeks) - _MARGIN_WEEKS, max(weeks) + _MARGIN_WEEKS
    wider = max(0.0, _FEWEST_WEEKS - (high - low)) / 2
    low, high = low - wider, high + wider
    if chart is None:
        return low, high
    return max(low, min(chart.weeks[0], min(weeks))), min(high, max(chart.weeks[1], max(weeks)))


def _percentiles(
    chart: ReferenceChart | None, key: str, weeks: tuple[float, float]
) -> tuple[np.ndarray, dict[int, np.ndarray]] | None:
    """The shown ages that a chart holds for, and its percentiles there; None where it has none."""
    if chart is None or (low := max(weeks[0], chart.weeks[0])) >= (high := min(weeks[1], chart.weeks[1])):
        return None
    at = np.linspace(low, high, 41)
    curves = chart.percentiles(key, at)
    return (at, curves) if curves else None


def _draw_percentiles(axes: Axes, chart: ReferenceChart | None, key: str, weeks: tuple[float, float]) -> None:
    found = _percentiles(chart, key, weeks)
    if found is None:
        return
    at, curves = found
    for outer in sorted(p for p in curves if p < 50):
        axes.fill_between(at, curves[outer], curves[100 - outer], color=_CHART, alpha=0.16, linewidth=0)
    for percentile, values in curves.items():
        axes.plot(at, values, color=_CHART, linewidth=1.6 if percentile == 50 else 0.7)
    for percentile, shift in {3: -4, 50: 0, 97: 4}.items():
        if percentile in curves:
            axes.annotate(
                str(percentile),
                (at[-1], curves[percentile][-1]),
                (4, shift),
                textcoords="offset points",
                color=INK,
                va="center",
                annotation_clip=False,
            )


def _draw_points(
    axes: Axes, places: Mapping[CohortCase, tuple[float, float]], outliers: Mapping[str, Sequence]
) -> None:
    """Points of the cases, outliers as diamonds of another colour on top."""
    usual = [place for case, place in places.items() if case.case not in outliers]
    strange = [place for case, place in places.items() if case.case in outliers]
    if usual:
        size = 22 if len(usual) < 100 else 12
        axes.scatter(*zip(*usual), s=size, color=_POINT, alpha=0.75, linewidths=0, zorder=3, clip_on=False)
    if strange:
        axes.scatter(*zip(*strange), s=34, marker="D", color=_CASE, linewidths=0, zorder=4, clip_on=False)
