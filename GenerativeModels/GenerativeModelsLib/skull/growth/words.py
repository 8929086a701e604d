"""Ages that measurements fit, and the chart of the scores, as sentences. Needs the standard library alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.verdict import is_outside
from GenerativeModelsLib.language import _
from GenerativeModelsLib.skull.growth.ages import weeks_and_days
from GenerativeModelsLib.skull.growth.registry import CHARTS, DEFAULT_CHART, Chart

__all__ = ["age_lines", "age_text", "chart_in", "scores_line"]

_SHORT = {"hc": "HC", "bpd": "BPD", "ofd": "OFD"}


def chart_in(result: Mapping[str, Any]) -> Chart:
    """The growth chart of a result; those of earlier versions do not say it and have the default."""
    return CHARTS[(result.get("chart") or {}).get("name", DEFAULT_CHART)]


def age_text(result: Mapping[str, Any], quantity: str) -> str | None:
    """What age a measurement fits: "fits 24 weeks + 2 days (90 % interval 22+3 to 26+1)"; None without a curve.

    An input outside the model's training has no interval, and neither has a result without draws.
    """
    age = (result.get("age_from") or {}).get(quantity)  # results of earlier versions have none
    if age is None:
        return None
    chart = result["chart"]
    if age["outside"] == "below":
        return _("is below the chart, which begins at {weeks:g} weeks", weeks=chart["weeks"][0])
    if age["outside"]:
        return _("is above the chart, which ends at {weeks:g} weeks", weeks=chart["weeks"][1])
    interval = _interval(None if is_outside(result) else age["interval90"])
    shown = _("fits {age}", age=weeks_and_days(age["weeks"]))
    return f"{shown} ({interval})" if interval else shown


def age_lines(result: Mapping[str, Any]) -> list[str]:
    """A line for HC, and one for the diameters."""
    texts = {name: age_text(result, name) for name in ("hc", "bpd", "ofd")}
    said = [f"{_SHORT[name]} {text}" for name, text in texts.items() if text is not None]
    return [line for line in ("".join(said[:1]), "; ".join(said[1:])) if line]


def scores_line(result: Mapping[str, Any]) -> str:
    """Which chart the ages, z-scores and percentiles are from, and at what age."""
    weeks, chart = result.get("gestational_age_weeks"), chart_in(result)
    title = chart.title
    if weeks is None:
        return _(
            "Ages by the {chart} chart; no gestational age was given, so there are no z-scores and percentiles",
            chart=title,
        )
    if not chart.covers(weeks):
        return _("Ages by the {chart} chart; it does not reach {age}", chart=title, age=weeks_and_days(weeks))
    return _("Ages, z-scores and percentiles by the {chart} chart, at {age}", chart=title, age=weeks_and_days(weeks))


def _interval(ends: list[float | None] | None) -> str:
    if ends is None or ends == [None, None]:
        return ""
    low, high = (None if end is None else weeks_and_days(end, short=True) for end in ends)
    if low is None:
        return _("90 % interval up to {high}", high=high)
    if high is None:
        return _("90 % interval from {low}", low=low)
    return _("90 % interval {low} to {high}", low=low, high=high)
