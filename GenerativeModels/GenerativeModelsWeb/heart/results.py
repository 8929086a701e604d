"""The content of `result.json` -> what the page prints: the numbers and words of the report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from GenerativeModelsLib.anatomy.verdict import score_text, verdict_text
from GenerativeModelsLib.heart.anatomy import PHASES
from GenerativeModelsLib.heart.report.content import measures_of
from GenerativeModelsLib.heart.report.page import number
from GenerativeModelsLib.heart.report.verdict import probability_statement, remark, thickest_statement
from GenerativeModelsScene.heart.tables import segment_rows
from GenerativeModelsWeb.heart.state import Result
from GenerativeModelsWeb.parts import notices
from GenerativeModelsWeb.parts.plots import Plot
from GenerativeModelsWeb.server.page_words import without_folders

__all__ = ["CURVE_HEIGHT", "bullseyes_of", "notices_of", "result_of"]

CURVE_HEIGHT = 150
PEOPLE = {"male": "Healthy men", "female": "Healthy women"}


def result_of(result: dict[str, Any]) -> Result:
    """The texts of the results panel; the bull's-eyes, which take a while to draw, come from `bullseyes_of`."""
    measures = measures_of(result)
    phases = [phase for phase in PHASES if result["wall_thickness_mm"].get(phase) is not None]
    found = Result(
        phases=phases,
        heads=[PEOPLE[sex] for sex in measures[0].ranges],
        rows=[
            {
                "short": measure.name,
                "label": measure.label,
                "value": "–" if measure.value is None else f"{number(measure.value, measure.unit)} {measure.unit}",
                "ranges": [
                    "" if one is None else f"{number(one.low, measure.unit)} to {number(one.high, measure.unit)}"
                    for one in measure.ranges.values()
                ],
            }
            for measure in measures
        ],
        segments=[[*row] for row in segment_rows(result)],
        statements=[asdict(one) for one in (thickest_statement(result), probability_statement(result)) if one],
        remark=remark(result),
        verdict=f"Input: {verdict_text(result['in_distribution'])}",
        score=score_text(result["in_distribution"]),
        summary=f"Computed on {result['device']} in {result['seconds']['total']:.1f} s",
    )
    if result.get("frames"):
        _add_curve(found, result)
    return found


def bullseyes_of(result: dict[str, Any], ends: tuple[float, float]) -> dict[str, str]:
    """The bull's-eyes of the phases there are, as SVG, over one range of colours in mm."""
    from GenerativeModelsLib.heart.report.bullseye import bullseye_svg

    found = {}
    for phase, words in PHASES.items():
        wall = result["wall_thickness_mm"].get(phase)
        if wall is not None:
            values = [np.nan if value is None else value for value in wall["aha17"]]
            found[phase] = bullseye_svg(values, limits=ends, titles=(words, ""))
    return found


def notices_of(result: dict[str, Any]) -> list[dict[str, str]]:
    """The backend's warnings, that on the verdict first and as grave as the verdict."""
    return notices.notices_of(result, without_folders)


def _add_curve(found: Result, result: dict[str, Any]) -> None:
    """The cavity's volume over the frames, and the frames of the phases."""
    volumes, frames = [float(v) for v in result["cavity_ml"]], result["frames"]
    found.curve_x, found.curve_y = [-0.8, len(volumes) - 0.2], [0.0, 1.12 * max(volumes)]
    plot = Plot(found.curve_x, found.curve_y, CURVE_HEIGHT)
    plot.lines([np.array([*enumerate(volumes)])], "gm-line")
    plot.dots(np.array([*enumerate(volumes)]), "gm-dots")
    found.curve, found.volumes = plot.svg(), volumes
    found.frame_ed, found.frame_es = frames["ed"], frames["es"]
