"""Fills the template of the page and writes the file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.verdict import score_text, verdict_text
from GenerativeModelsLib.heart.report.bullseye import bullseye_svg
from GenerativeModelsLib.heart.report.content import HeartReport, report_content
from GenerativeModelsLib.heart.report.scene import VIEWS, scene, still_pictures, thickness_scale
from GenerativeModelsLib.heart.report.verdict import (
    probability_statement,
    reasons_of_verdict,
    remark,
    thickest_statement,
)
from GenerativeModelsLib.heart.shape.reference import (
    BORDERLINE_WALL_MM,
    BSA_SOURCE,
    HCM_WALL_MM,
    SOURCE,
    STYLE_REMARK,
    Range,
    position,
)
from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.page.colour_scale import GRADIENT
from GenerativeModelsLib.page.files import page_part, page_template, translated, write_page
from GenerativeModelsLib.page.print_edges import print_edges

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case

__all__ = ["notices", "number", "render", "write_case_report", "write_report"]


@dataclass(frozen=True)
class Notice:
    """A line at the top of the page; `severity` is "serious" or "caution"."""

    severity: str
    text: str


_VERDICTS = {
    "outside": Notice(
        "serious",
        N_(
            "This heart lies outside what the model was trained on. Its reconstruction and its place in the latent "
            "space are not to be relied upon, and the probability of hypertrophic cardiomyopathy is not shown; volumes "
            "and wall thickness are measured on the labels alone."
        ),
    ),
    "unusual": Notice("caution", N_("This heart is unusual for the model: read its probability with care.")),
}


@dataclass(frozen=True)
class Gauge:
    """Position of a value and its range on a scale, in per cent of the scale's width."""

    low: float
    high: float
    value: float


def write_case_report(case: Case, result: dict[str, Any], path: Path) -> None:
    """Write the page of a case."""
    write_report(report_content(case, result), path)


def write_report(content: HeartReport, path: str | os.PathLike) -> Path:
    """Write the report as a self-contained HTML file, completely or not at all; returns its path.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    return write_page(render(content), path)


def render(content: HeartReport) -> str:
    """The page as text: inline style, script, pictures and data; nothing is loaded from elsewhere."""
    from markupsafe import Markup

    scale = thickness_scale(content.phases)
    labelled = [phase.aha17 for phase in content.phases]
    model = [phase.reconstruction_aha17 for phase in content.phases]
    return _template().render(
        c=content,
        r=content.result,
        notices=notices(content),
        stills=still_pictures(content.phases, scale.ends),
        views=VIEWS,
        scene=scene(content.phases, scale),
        gradient=GRADIENT,
        scale=scale,
        bullseyes=[
            (part.key, *(Markup(bullseye_svg(*values, limits=(part.low, part.high))) for values in (labelled, model)))
            for part in scale.legends
        ],
        population=Markup(content.population_svg),
        statements=(thickest_statement(content.result), probability_statement(content.result)),
        remark=remark(content.result),
        verdict=verdict_text({"verdict": content.result["in_distribution"]["verdict"]}),
        score=score_text(content.result["in_distribution"]),
        source=SOURCE,
        bsa_source=BSA_SOURCE,
        style_remark=STYLE_REMARK,
        hcm_wall_mm=HCM_WALL_MM,
        borderline_wall_mm=BORDERLINE_WALL_MM,
        style=Markup(
            page_part("heart.css", __package__)
            + page_part("page.css")
            + print_edges(_("Left ventricle"), content.title, content.identity)
        ),
        script=Markup(page_part("mesh_view.js") + page_part("heart.js", __package__)),
    )


def notices(content: HeartReport) -> list[Notice]:
    """The verdict on the heart if it is not typical, then the warnings of the analysis."""
    warnings, reasons = (
        list(zip(content.result["warnings"], content.result["warning_kinds"])),
        reasons_of_verdict(content.result),
    )
    words = _VERDICTS.get(content.result["in_distribution"]["verdict"])
    found = [] if words is None else [Notice(words.severity, f"{_(words.text)} {reasons}".strip())]
    return found + [Notice("caution", translated(text)) for text, kind in warnings if kind != "verdict"]


def number(value: float | None, unit: str = "mm") -> str:
    """`value` as text: one decimal, none for millilitres and grams from 20 on, a dash if absent."""
    if value is None or value != value:
        return "–"
    return f"{value:.0f}" if unit in ("ml", "g", "%", "ml/m²", "g/m²") and abs(value) >= 20 else f"{value:.1f}"


def gauge(value: float, reference: Range) -> Gauge:
    """Position of `value` and its range; the scale extends one range's width beyond both ends."""
    width = reference.high - reference.low
    start, length = reference.low - width, 3 * width
    shares = [min(max(100 * (v - start) / length, 0.5), 99.5) for v in (reference.low, reference.high, value)]
    return Gauge(*(round(share, 1) for share in shares))


@lru_cache(maxsize=1)
def _template():
    filters = {"number": number, "gauge": gauge, "position": position}
    return page_template("template.html.j2", __package__, **filters)
