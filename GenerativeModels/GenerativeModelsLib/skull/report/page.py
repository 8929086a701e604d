"""Fills the template of the page and writes the file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from GenerativeModelsLib.page.files import page_part, write_page
from GenerativeModelsLib.page.meshes import colour_table
from GenerativeModelsLib.skull.anatomy import COLOUR_RANGE_MM
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
    return _template().render(
        c=content,
        notices=notices(content),
        planes=[(plane, plane_figure(plane)) for plane in content.planes],
        stills=still_views(thinned(content.surface)),
        views=VIEWS,
        scene=scene(content.surface, list(content.planes)),
        gradient=", ".join("#" + bytes(colour).hex() for colour in colour_table()[::17]),
        range_mm=COLOUR_RANGE_MM,
        saturated=saturated_share(content.surface),
        coloured=content.surface.uncertainty_mm is not None,
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
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(number=number, interval=interval, centile=centile)
    return environment.from_string(_part("template.html.j2"))


def _part(name: str) -> str:
    return page_part(name, __package__)
