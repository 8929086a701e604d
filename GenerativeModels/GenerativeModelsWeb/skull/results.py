"""The content of `result.json` -> what the page prints: the same numbers in the report's own rounding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.anatomy.verdict import is_outside, score_text, verdict_text
from GenerativeModelsLib.skull.anatomy import normal_lines
from GenerativeModelsLib.skull.case.correction_words import correction_lines
from GenerativeModelsLib.skull.growth.words import age_lines, chart_in
from GenerativeModelsLib.skull.report.assemble import biometry_rows
from GenerativeModelsLib.skull.report.charts import growth_chart_svg, on_chart
from GenerativeModelsLib.skull.report.page import interval, number
from GenerativeModelsWeb.parts import notices
from GenerativeModelsWeb.server.page_words import without_folders
from GenerativeModelsWeb.skull.state import Result

__all__ = ["charts_of", "notices_of", "result_of"]


def result_of(result: dict[str, Any]) -> Result:
    """The texts of the results panel; the charts, which take a while to draw, come from `charts_of`."""
    rows, chart, outside = biometry_rows(result), chart_in(result), is_outside(result)
    return Result(
        summary=_summary(result),
        uncertainty=_uncertainty(result),
        rows=[
            {
                "short": row.name,
                "label": row.label,
                "value": f"{number(row.value, row.unit)} {row.unit}",
                "interval": "–" if outside else interval(row),
                "z": z_text(row.z_score),
                "percentile": percentile_text(row.percentile),
            }
            for row in rows
        ],
        ages=[*correction_lines(result), *age_lines(result), *normal_lines(result)],
        grey=outside,
        verdict=f"Input: {verdict_text(result['in_distribution'])}",
        score=score_text(result["in_distribution"]),
        chart_title=chart.title,
        dated=on_chart(result["gestational_age_weeks"], chart),
    )


def charts_of(result: dict[str, Any]) -> list[dict[str, str]]:
    """Growth charts as SVG elements, by the name of the measure; a quarter of a second each on a slow core."""
    weeks, chart, outside = result["gestational_age_weeks"], chart_in(result), is_outside(result)
    rows = [row for row in biometry_rows(result) if row.chart in chart.curves]
    shown = [replace(row, interval90=None) if outside else row for row in rows]
    return [{"name": row.name, "svg": growth_chart_svg(row, weeks, chart)} for row in shown]


def notices_of(result: dict[str, Any]) -> list[dict[str, str]]:
    """The backend's own warnings: on scale and age first, then on the verdict, as grave as these are."""
    return notices.notices_of(result, lambda text: _on_page(text, result))


def _frame(plane: dict[str, Any]) -> str:
    """Which frame of a clip a plane is, in brackets; "" for a picture."""
    frame = plane.get("frame")
    return f" (frame {frame['number']} of 0 to {frame['count'] - 1})" if frame else ""


def _on_page(text: str, result: dict[str, Any]) -> str:
    """A warning without the names of files, which stand on the cards and may be long, without folders."""
    for name, plane in result["planes"].items():
        text = text.replace(f"{name} plane {plane['file']}", f"{name} plane")
    return without_folders(text)


def _summary(result: dict[str, Any]) -> str:
    planes = ", ".join(f"{name}{_frame(plane)}" for name, plane in result["planes"].items())
    draws = f"{result['samples']} draws, seed {result['seed']}" if result["samples"] else "the mean only"
    return (
        f"From the {planes} plane{'s' if len(result['planes']) > 1 else ''}; {draws}; "
        f"computed on {result['device']} in {result['seconds']['total']:.1f} s"
    )


def _uncertainty(result: dict[str, Any]) -> str:
    found = result["uncertainty_mm"]
    if found["mean"] is None:
        return "No draws were made, so the uncertainty is unknown."
    return (
        f"Surface uncertainty {number(found['mean'])} mm on average, 95th percentile {number(found['p95'])} mm, "
        f"at most {number(found['max'])} mm"
    )
