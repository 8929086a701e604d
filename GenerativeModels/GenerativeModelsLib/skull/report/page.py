"""Fills the template of the page and writes the file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from GenerativeModelsLib.page.colour_scale import GRADIENT, scale_of
from GenerativeModelsLib.page.files import page_part, page_template, write_page
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.report.charts import growth_chart_svg, on_chart
from GenerativeModelsLib.skull.report.content import BiometryRow, ReportContent
from GenerativeModelsLib.skull.report.figures import VIEWS, plane_figure, saturated_share, still_views
from GenerativeModelsLib.skull.report.scene import scene, thinned


@dataclass(frozen=True)
class Notice:
    """A line at the top of the page; `severity` is "serious" or "caution"."""

    severity: str
    text: str


def write_report(content: ReportContent, path: str | os.PathLike) -> Path:
    """Write the report of one reconstruction as a self-contained HTML file, completely or not at all; returns its path.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    return write_page(render(content), path)


def render(content: ReportContent) -> str:
    """The page as text: inline style, script, pictures and data; nothing is loaded from elsewhere."""
    from markupsafe import Markup

    charts = [row for row in content.biometry if row.chart is not None]
    values = content.surface.uncertainty_mm
    scale = scale_of(SKULL.meshes[0], [values])
    return _template().render(
        c=content,
        notices=notices(content),
        planes=[(plane, plane_figure(plane)) for plane in content.planes],
        stills=still_views(thinned(content.surface), scale.ends),
        views=VIEWS,
        scene=scene(content.surface, list(content.planes), scale),
        gradient=GRADIENT,
        scale=scale,
        saturated=saturated_share(content.surface, scale.high),
        coloured=values is not None,
        charts=[(row, Markup(growth_chart_svg(row, content.gestational_age_weeks))) for row in charts],
        dated=on_chart(content.gestational_age_weeks),
        style=Markup(_part("planes.css") + page_part("page.css")),
        scripts=[Markup(_part("planes.js")), Markup(page_part("mesh_view.js") + _part("viewer.js"))],
    )


def notices(content: ReportContent) -> list[Notice]:
    """The verdict on the input if it is not typical, then the warnings of the reconstruction."""
    found = []
    verdict = content.in_distribution.verdict if content.in_distribution else "typical"
    if verdict == "outside":
        found.append(
            Notice(
                "serious",
                "This input lies outside what the model was trained on. The shape, the uncertainty and the intervals "
                "below are not to be relied upon.",
            )
        )
    elif verdict == "unusual":
        found.append(
            Notice("caution", "This input is unusual for the model. The true uncertainty may be larger than shown.")
        )
    return found + [Notice("caution", text) for text in content.warnings]


def number(value: float | None, unit: str = "mm") -> str:
    """`value` as text: one decimal, none for millilitres from 20 on, a dash if absent."""
    if value is None or value != value:
        return "–"
    return f"{value:.0f}" if unit == "ml" and value >= 20 else f"{value:.1f}"


def interval(row: BiometryRow) -> str:
    """The 90 % interval of `row` as text."""
    return "–" if row.interval90 is None else " to ".join(number(end, row.unit) for end in row.interval90)


def centile(percentile: float | None) -> str:
    """A percentile as text, from "< 1" to "> 99"."""
    if percentile is None or percentile != percentile:
        return "–"
    return "< 1" if percentile < 1 else "> 99" if percentile > 99 else f"{percentile:.0f}"


@lru_cache(maxsize=1)
def _template():
    return page_template("template.html.j2", __package__, number=number, interval=interval, centile=centile)


def _part(name: str) -> str:
    return page_part(name, __package__)
