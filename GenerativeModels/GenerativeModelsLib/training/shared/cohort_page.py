"""The page of a cohort report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import N_, _, in_words_of_page
from GenerativeModelsLib.page.figures import INK, SOFT, page_svg
from GenerativeModelsLib.page.files import page_part, page_template, write_page
from GenerativeModelsLib.training.shared.cohort_report import CohortReport, Measure

__all__ = ["render_cohort", "write_cohort_page"]

_PACKAGE = "GenerativeModelsLib.training.shared"
_BETTER, _WORSE = "#030303", "#040404"
_COLOURS = {_BETTER: "var(--chart)", _WORSE: "var(--case)"}
MOST_CHARTS = 4
_WORDS = (
    *(N_("better"), N_("worse"), N_("no difference shown"), N_("too few to say")),
    *(N_("unusual"), N_("outside"), N_("hcm")),
)
"""Verdicts and classes of a report's document."""


def write_cohort_page(report: CohortReport, content: Mapping[str, Any], path: Path) -> Path:
    """Write the page as a self-contained HTML file; raises InputError if it cannot be written."""
    try:
        return write_page(render_cohort(report, content), path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror or error}): check the folder.") from error


def render_cohort(report: CohortReport, content: Mapping[str, Any]) -> str:
    """The page as text, from the report and its `document`."""
    from markupsafe import Markup

    charts = [Markup(svg) for measure in report.measures if (svg := _chart(report, measure))][:MOST_CHARTS]
    return page_template("cohort_page.html.j2", _PACKAGE, number=_number).render(
        r=report,
        d=content,
        digits={measure.key: measure.digits for measure in report.measures},
        charts=charts,
        title=in_words_of_page(report.title),
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        style=Markup(page_part("page.css")),
    )


def _number(value: float | None, digits: int, sign: bool = False) -> str:
    """A number as printed, zero without a sign; a dash for None."""
    if value is None:
        return "–"
    return format(round(value, digits) + 0.0, f"{'+' if sign else ''}.{digits}f").replace("-", "−")


def _chart(report: CohortReport, measure: Measure) -> str:
    """Both values of every case that has both, joined by a line; "" without such cases."""
    pairs = {
        case.case: case.values[measure.key]
        for case in report.cases
        if measure.key in case.values and None not in case.values[measure.key]
    }
    if not pairs:
        return ""
    import matplotlib
    from matplotlib.figure import Figure

    settings = {"svg.fonttype": "none", "svg.hashsalt": measure.key, "font.size": 9.5, "axes.edgecolor": SOFT}
    with matplotlib.rc_context(settings):
        figure = Figure((3.2, 2.8), facecolor="none")
        axes = figure.add_axes((0.2, 0.12, 0.76, 0.76), facecolor="none")
        for pair in pairs.values():
            before, after = (round(value, measure.digits) for value in pair)  # as printed
            good = not measure.better or (after > before) == (measure.better == "higher") or after == before
            axes.plot((0, 1), (before, after), "o-", color=_BETTER if good else _WORSE, linewidth=1.4, markersize=4)
        axes.set_xticks((0, 1), (_("before"), _("after")))
        axes.set_xlim(-0.25, 1.25)
        unit = f", {measure.unit}" if measure.unit else ""
        axes.set_title(f"{_(measure.label)}{unit}", color=INK, fontsize=10)
        axes.tick_params(colors=SOFT, labelcolor=INK, length=3)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color=SOFT, alpha=0.25, linewidth=0.5)
        words = ", ".join(f"{name} {_number(a, measure.digits)} → {_number(b, measure.digits)}"
                          for name, (a, b) in pairs.items())  # fmt: skip
        about = _("{measure} before and after: {values}", measure=_(measure.label), values=words)
        return page_svg(figure, "chart", about, _COLOURS)
