"""Fills the template of the page and writes the file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.anatomy.verdict import score_text, verdict_text
from GenerativeModelsLib.errors import SCALE
from GenerativeModelsLib.language import N_, _, in_words_of_page
from GenerativeModelsLib.page.colour_scale import GRADIENT, scale_of
from GenerativeModelsLib.page.files import page_part, page_template, translated, write_page
from GenerativeModelsLib.page.print_edges import print_edges
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth.ages import weeks_and_days
from GenerativeModelsLib.skull.report.charts import growth_chart_svg, on_chart
from GenerativeModelsLib.skull.report.content import BiometryRow, ReportContent
from GenerativeModelsLib.skull.report.figures import VIEWS, imagined_figures, plane_figure, saturated_share, still_views
from GenerativeModelsLib.skull.report.scene import scene, thinned


@dataclass(frozen=True)
class Notice:
    """A line at the top of the page; `severity` is "serious" or "caution", `heading` its first words."""

    severity: str
    heading: str
    text: str


@dataclass(frozen=True)
class PlaneWords:
    """What the page calls a plane: alone, among others, as a plane, and its picture for screen readers."""

    name: str
    short: str
    plane: str
    picture: str


PLANE_WORDS = {
    "axial": PlaneWords(
        N_("Axial"),
        N_("axial"),
        N_("Axial plane"),
        N_("Axial input image with the outline of the reconstructed skull over it"),
    ),
    "sagittal": PlaneWords(
        N_("Sagittal"),
        N_("sagittal"),
        N_("Sagittal plane"),
        N_("Sagittal input image with the outline of the reconstructed skull over it"),
    ),
    "coronal": PlaneWords(
        N_("Coronal"),
        N_("coronal"),
        N_("Coronal plane"),
        N_("Coronal input image with the outline of the reconstructed skull over it"),
    ),
}


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

    charts = [row for row in content.biometry if row.chart in content.chart.curves]
    judged = content.in_distribution and vars(content.in_distribution)
    values = content.surface.uncertainty_mm
    scale = scale_of(SKULL.meshes[0], [values])
    return _template().render(
        c=content,
        notices=notices(content),
        planes=[(plane, plane_figure(plane)) for plane in content.planes],
        plane_words=PLANE_WORDS,
        imagined=[(view, imagined_figures(view)) for view in content.imagined],
        planes_given=_planes_given([plane.name for plane in content.planes]),
        stills=still_views(thinned(content.surface), scale.ends),
        views=VIEWS,
        scene=scene(content.surface, list(content.planes), scale),
        gradient=GRADIENT,
        scale=scale,
        saturated=saturated_share(content.surface, scale.high),
        coloured=values is not None,
        charts=[
            (row, Markup(growth_chart_svg(_shown(row, content), content.gestational_age_weeks, content.chart)))
            for row in charts
        ],
        dated=on_chart(content.gestational_age_weeks, content.chart),
        converted=content.chart.bpd_calipers == "outer-inner",
        verdict=judged and verdict_text({"verdict": judged["verdict"]}),  # its reasons are among the notices
        score=judged and score_text(judged),
        style=Markup(
            _part("planes.css")
            + page_part("page.css")
            + print_edges(_("Fetal skull reconstruction"), content.title, content.identity)
        ),
        scripts=[Markup(_part("planes.js")), Markup(page_part("mesh_view.js") + _part("viewer.js"))],
    )


def notices(content: ReportContent) -> list[Notice]:
    """Warnings on scale and age, the verdict on the input if it is not typical, then the other warnings."""
    warnings = [(text, getattr(text, "kind", "input")) for text in content.warnings]
    found = [Notice("serious", _("Check scale and age"), translated(text)) for text, kind in warnings if kind == SCALE]
    judged = content.in_distribution
    reasons = "; ".join(map(in_words_of_page, judged.reasons)) if judged else ""
    what = " " + _("What stands out: {reasons}.", reasons=reasons) if reasons else ""
    if content.outside:
        text = _(
            "This input lies outside what the model was trained on. Shape and numbers below are not to be relied "
            "upon; no intervals are shown."
        )
        found.append(Notice("serious", _("Do not rely on this result"), f"{text}{what}"))
    elif judged and judged.verdict == "unusual":
        text = _("This input is unusual for the model. The true uncertainty may be larger than shown.")
        found.append(Notice("caution", _("Caution"), f"{text}{what}"))
    others = [text for text, kind in warnings if kind not in (SCALE, "verdict")]
    return found + [Notice("caution", _("Caution"), translated(text)) for text in others]


def _planes_given(names: Sequence[str]) -> str:
    """The planes of a case: "axial plane", or "axial, sagittal planes"."""
    words = [_(PLANE_WORDS[name].short) for name in names]
    if len(words) == 1:
        return _("{plane} plane", plane=words[0])
    return _("{planes} planes", planes=", ".join(words))


def _shown(row: BiometryRow, content: ReportContent) -> BiometryRow:
    """The row, without its interval for an input outside the model's training."""
    return replace(row, interval90=None) if content.outside else row


def number(value: float | None, unit: str = "mm") -> str:
    """`value` as text: one decimal, none for millilitres from 20 on, a dash if absent."""
    if value is None or value != value:
        return "–"
    return f"{value:.0f}" if unit == "ml" and value >= 20 else f"{value:.1f}"


def interval(row: BiometryRow) -> str:
    """The 90 % interval of `row` as text."""
    if row.interval90 is None:
        return "–"
    low, high = (number(end, row.unit) for end in row.interval90)
    return _("{low} to {high}", low=low, high=high)


@lru_cache(maxsize=1)
def _template():
    filters = {"number": number, "interval": interval, "percentile": percentile_text, "z": z_text}
    return page_template("template.html.j2", __package__, **filters, days=weeks_and_days)


def _part(name: str) -> str:
    return page_part(name, __package__)
