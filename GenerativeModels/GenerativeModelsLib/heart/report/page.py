"""Fills the page template and writes the file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from GenerativeModelsLib.heart.infer.measured import UNUSUAL_SHAPE
from GenerativeModelsLib.heart.report.bullseye import bullseye_svg
from GenerativeModelsLib.heart.report.content import HeartReport
from GenerativeModelsLib.heart.report.cut_open import THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.report.scene import VIEWS, scene, still_pictures
from GenerativeModelsLib.heart.shape.reference import (
    BORDERLINE_WALL_MM,
    HCM_WALL_MM,
    SOURCE,
    STYLE_REMARK,
    Range,
    position,
)
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES
from GenerativeModelsLib.page.files import page_part, write_page
from GenerativeModelsLib.page.meshes import colour_table
from GenerativeModelsLib.uncertainty.platt import probability_text

__all__ = ["notices", "number", "render", "write_report"]


@dataclass(frozen=True)
class Notice:
    """A line at the top of the page; `severity` is "serious" or "caution"."""

    severity: str
    text: str


_VERDICTS = {
    "outside": Notice(
        "serious",
        "This heart lies outside what the model was trained on. Its reconstruction, its place in the latent space "
        "and the probability of hypertrophic cardiomyopathy are not to be relied upon; volumes and wall thickness are "
        "measured on the labels alone.",
    ),
    "unusual": Notice("caution", "This heart is unusual for the model: read its probability with care."),
}


@dataclass(frozen=True)
class Gauge:
    """A value on a scale that holds its range, in per cent of the scale's width."""

    low: float
    high: float
    value: float


def write_report(content: HeartReport, path: str | os.PathLike) -> Path:
    """Write the report as a self-contained HTML file that appears whole or not at all; returns its path.

    Raises
    ------
    OSError
        When the folder cannot be written to.
    """
    return write_page(render(content), path)


def render(content: HeartReport) -> str:
    """The page as text: inline style, script, pictures and data; nothing is loaded from elsewhere."""
    from markupsafe import Markup

    limits = (0.0, THICKNESS_RANGE_MM)
    labelled = [phase.aha17 for phase in content.phases]
    model = [phase.reconstruction_aha17 for phase in content.phases]
    return _template().render(
        c=content,
        r=content.result,
        notices=notices(content),
        stills=still_pictures(content.phases),
        views=VIEWS,
        scene=scene(content.phases),
        gradient=", ".join("#" + bytes(colour).hex() for colour in colour_table()[::17]),
        range_mm=int(THICKNESS_RANGE_MM),
        bullseye=Markup(bullseye_svg(*labelled, limits=limits)),
        model_bullseye=Markup(bullseye_svg(*model, limits=limits)),
        population=Markup(content.population_svg),
        segments=SEGMENT_NAMES,
        source=SOURCE,
        style_remark=STYLE_REMARK,
        hcm_wall_mm=HCM_WALL_MM,
        borderline_wall_mm=BORDERLINE_WALL_MM,
        style=Markup(page_part("heart.css", __package__) + page_part("page.css")),
        script=Markup(page_part("mesh_view.js") + page_part("heart.js", __package__)),
    )


def notices(content: HeartReport) -> list[Notice]:
    """The verdict on the heart where it is not typical, then the warnings of the analysis."""
    verdict = [text for text in content.result["warnings"] if text.startswith(UNUSUAL_SHAPE)]
    reasons = " ".join(text.partition(". ")[2] for text in verdict)
    words = _VERDICTS.get(content.result["in_distribution"]["verdict"])
    found = [] if words is None else [Notice(words.severity, f"{words.text} {reasons}".strip())]
    return found + [Notice("caution", text) for text in content.result["warnings"] if text not in verdict]


def number(value: float | None, unit: str = "mm") -> str:
    """`value` as the page prints it: one decimal, none for millilitres and grams from 20 on, a dash when absent."""
    if value is None or value != value:
        return "–"
    return f"{value:.0f}" if unit in ("ml", "g", "%") and abs(value) >= 20 else f"{value:.1f}"


def gauge(value: float, reference: Range) -> Gauge:
    """Where `value` stands beside its range; the scale reaches one range's width beyond both ends."""
    width = reference.high - reference.low
    start, length = reference.low - width, 3 * width
    shares = [min(max(100 * (v - start) / length, 0.5), 99.5) for v in (reference.low, reference.high, value)]
    return Gauge(*(round(share, 1) for share in shares))


def probability(value: float | None) -> str:
    """`probability_text`, and a dash where there is none."""
    return "–" if value is None else probability_text(value)


@lru_cache(maxsize=1)
def _template():
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(number=number, probability=probability, gauge=gauge, position=position)
    return environment.from_string(page_part("template.html.j2", __package__))
