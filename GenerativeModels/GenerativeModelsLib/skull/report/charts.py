"""Growth charts of the report: one measurement among the percentiles of a chart, as inline SVG."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from GenerativeModelsLib.language import _
from GenerativeModelsLib.page.figures import INK, SOFT, page_svg
from GenerativeModelsLib.skull.growth.registry import Chart
from GenerativeModelsLib.skull.report.content import BiometryRow

PERCENTILES = (3, 10, 50, 90, 97)
WINDOW_WEEKS = 7.0
"""Weeks shown either side of a given gestational age."""

_CHART, _CASE = "#030303", "#040404"
_COLOURS = {_CHART: "var(--chart)", _CASE: "var(--case)"}


def on_chart(gestational_age_weeks: float | None, chart: Chart) -> bool:
    """Whether a gestational age is given and within the range of the chart."""
    return gestational_age_weeks is not None and chart.covers(gestational_age_weeks)


def percentile_curves(chart: Chart, quantity: str, weeks: np.ndarray) -> dict[int, np.ndarray]:
    """Values (W,) in mm over `weeks` (W,) by percentile, of a quantity such as "hc"."""
    curve = chart.curves[quantity]
    return {p: curve.value_mm(NormalDist().inv_cdf(p / 100), weeks) for p in PERCENTILES}


def shown_weeks(gestational_age_weeks: float | None, chart: Chart) -> tuple[float, float]:
    """The weeks that a chart is drawn over: about the age, or all where it is unknown."""
    low, high = chart.weeks
    if on_chart(gestational_age_weeks, chart):
        low = max(low, min(gestational_age_weeks - WINDOW_WEEKS, high - 2 * WINDOW_WEEKS))
        high = min(high, low + 2 * WINDOW_WEEKS)
    return low, high


def growth_chart_svg(row: BiometryRow, gestational_age_weeks: float | None, chart: Chart) -> str:
    """SVG element of `row` on its chart: a point with its 90 % interval at the age, or a band across all ages.

    Colours are the page's CSS variables --ink, --soft, --chart and --case.
    """
    import matplotlib
    from matplotlib.figure import Figure

    dated = on_chart(gestational_age_weeks, chart)
    low, high = shown_weeks(gestational_age_weeks, chart)
    weeks = np.linspace(low, high, 79)
    curves = percentile_curves(chart, row.chart, weeks)

    settings = {"svg.fonttype": "none", "svg.hashsalt": row.chart, "font.size": 9.5, "axes.edgecolor": SOFT}
    with matplotlib.rc_context(settings):
        figure = Figure((4.1, 3.0), facecolor="none")
        axes = figure.add_axes((0.125, 0.14, 0.785, 0.83), facecolor="none")
        for outer in (3, 10):
            axes.fill_between(weeks, curves[outer], curves[100 - outer], color=_CHART, alpha=0.16, linewidth=0)
        for percentile, values in curves.items():
            axes.plot(weeks, values, color=_CHART, linewidth=1.6 if percentile == 50 else 0.7)
        for percentile, shift in {3: -4, 50: 0, 97: 4}.items():
            axes.annotate(
                str(percentile),
                (high, curves[percentile][-1]),
                (4, shift),
                textcoords="offset points",
                color=INK,
                va="center",
                annotation_clip=False,
            )
        _draw_case(axes, row, gestational_age_weeks if dated else None, (low, high))
        axes.set_xlim(low, high)
        axes.set_xlabel(_("weeks"), color=INK, labelpad=1)
        axes.tick_params(colors=SOFT, labelcolor=INK, length=3)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color=SOFT, alpha=0.25, linewidth=0.5)
        return page_svg(figure, "chart", _description(row, gestational_age_weeks, chart), _COLOURS)


def _draw_case(axes, row: BiometryRow, age: float | None, weeks: tuple[float, float]) -> None:
    low, high = row.interval90 if row.interval90 is not None else (row.value, row.value)
    if age is None:
        axes.fill_between(weeks, low, high, color=_CASE, alpha=0.25, linewidth=0)
        axes.plot(weeks, (row.value, row.value), color=_CASE, linewidth=1.6)
        return
    errors = [[max(row.value - low, 0)], [max(high - row.value, 0)]]
    axes.errorbar(age, row.value, errors, color=_CASE, marker="o", markersize=5.5, capsize=4, linewidth=1.8, zorder=5)


def _description(row: BiometryRow, age: float | None, chart: Chart) -> str:
    dated = on_chart(age, chart)
    values = {"quantity": row.label, "value": row.value, "unit": row.unit, "chart": chart.title}
    if dated:
        return _(
            "{quantity} {value:.1f} {unit} at {age:.1f} weeks, over the 3rd, 10th, 50th, 90th and 97th percentiles of "
            "the {chart} chart",
            **values,
            age=age,
        )
    return _(
        "{quantity} {value:.1f} {unit} across all weeks, as no usable gestational age was given, over the 3rd, 10th, "
        "50th, 90th and 97th percentiles of the {chart} chart",
        **values,
    )
