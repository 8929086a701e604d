"""The content of `result.json` -> what the page prints: the same numbers in the report's own rounding."""

from __future__ import annotations

from typing import Any

from GenerativeModelsLib.skull.report.charts import growth_chart_svg, on_chart
from GenerativeModelsLib.skull.report.from_run import biometry_rows
from GenerativeModelsLib.skull.report.page import centile, interval, number
from GenerativeModelsWeb.server.page_words import without_folders
from GenerativeModelsWeb.skull.state import Result

__all__ = ["charts_of", "notices_of", "result_of"]


def result_of(result: dict[str, Any]) -> Result:
    """The texts of the results panel; the charts, which take a while to draw, come from `charts_of`."""
    rows = biometry_rows(result)
    weeks = result["gestational_age_weeks"]
    return Result(
        summary=_summary(result),
        uncertainty=_uncertainty(result),
        rows=[
            {
                "short": row.name,
                "label": row.label,
                "value": f"{number(row.value, row.unit)} {row.unit}",
                "interval": interval(row),
                "percentile": centile(row.percentile),
            }
            for row in rows
        ],
        dated=on_chart(weeks),
    )


def charts_of(result: dict[str, Any]) -> list[dict[str, str]]:
    """Growth charts as SVG elements, by the name of the measure; a quarter of a second each on a slow core."""
    weeks = result["gestational_age_weeks"]
    return [{"name": row.name, "svg": growth_chart_svg(row, weeks)} for row in biometry_rows(result) if row.chart]


def notices_of(result: dict[str, Any]) -> list[dict[str, str]]:
    """The backend's own warnings, that on the verdict first and as grave as the verdict."""
    outside = result["in_distribution"]["verdict"] == "outside"
    texts = [(_on_page(text, result), kind) for text, kind in zip(result["warnings"], result["warning_kinds"])]
    verdict = [text for text, kind in texts if kind == "verdict"]
    others = [text for text, kind in texts if kind != "verdict"]
    return [{"severity": "serious" if outside else "caution", "text": text} for text in verdict] + [
        {"severity": "caution", "text": text} for text in others
    ]


def _on_page(text: str, result: dict[str, Any]) -> str:
    """A warning without the names of files, which stand on the cards and may be long, without folders."""
    for name, plane in result["planes"].items():
        text = text.replace(f"{name} plane {plane['file']}", f"{name} plane")
    return without_folders(text)


def _summary(result: dict[str, Any]) -> str:
    planes = ", ".join(result["planes"])
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
