"""What the growth chart and the given age say of a finished result; nothing of the head is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from math import isinf
from typing import Any

from GenerativeModelsLib.anatomy.verdict import is_outside
from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.language import listed, said
from GenerativeModelsLib.skull.anatomy import QUANTITIES
from GenerativeModelsLib.skull.growth.ages import fitting_age, weeks_and_days
from GenerativeModelsLib.skull.growth.cautions import Measured, age_cautions, proportion_cautions
from GenerativeModelsLib.skull.growth.registry import CHARTS, Chart, chart_of
from GenerativeModelsLib.skull.request import SkullRequest

__all__ = ["cautions", "cautions_on_age", "cautions_on_proportions", "judged"]


def judged(result: Mapping[str, Any], request: SkullRequest) -> dict[str, Any]:
    """The content of a `result.json` with the entries that follow from age and chart of the request, in its order.

    These are `gestational_age_weeks`, `sex`, `chart`, `age_from`, and `z_score`, `percentile` and `normal_range` of
    every measure. What they are made from, value, sd and interval of the measures, is in `result`.
    """
    chart, weeks = chart_of(request.chart), request.gestational_age_weeks
    biometry = {
        quantity.key: {
            **_without_scores(result["biometry"][quantity.key]),
            **_scores(chart, quantity.chart, result["biometry"][quantity.key]["value"], weeks),
            **({"normal_range": quantity.normal.document()} if quantity.normal else {}),
        }
        for quantity in QUANTITIES
    }
    entries = {
        "gestational_age_weeks": weeks,
        "sex": request.sex,
        "chart": {"name": chart.name, "title": chart.title, "source": chart.source, "weeks": list(chart.weeks)},
        "biometry": biometry,
        "age_from": {q.chart: _age(chart, q.chart, biometry[q.key]) for q in QUANTITIES if q.chart},
    }
    return {**result, **entries}


def cautions(result: Mapping[str, Any]) -> list[Caution]:
    """Warnings on scale and age that follow from the content of a `result.json`."""
    if "chart" not in result:  # of an earlier version, which had no such warnings
        return []
    return [*cautions_on_age(result), *cautions_on_proportions(result), *_beyond_the_chart(result)]


def _beyond_the_chart(result: Mapping[str, Any]) -> list[Caution]:
    """That there are no percentiles, where the chart does not reach the given age."""
    chart, weeks = chart_of(result["chart"]["name"]), result["gestational_age_weeks"]
    if weeks is None or chart.covers(weeks):
        return []
    others = [other.title for other in CHARTS.values() if other.covers(weeks)]
    low, high = chart.weeks
    values = {"chart": chart.title, "low": low, "high": high, "age": weeks_and_days(weeks)}
    sentence = (
        said(
            "The {chart} chart holds from {low:g} to {high:g} weeks and does not reach the given age of {age}, so "
            "there are no z-scores and percentiles. That of {others_list} does.",
            **values,
            others_list=listed(others),
        )
        if others
        else said(
            "The {chart} chart holds from {low:g} to {high:g} weeks and does not reach the given age of {age}, so "
            "there are no z-scores and percentiles.",
            **values,
        )
    )
    return [Caution(sentence, "missing")]


def cautions_on_age(result: Mapping[str, Any]) -> list[Caution]:
    """Those of the given age, and of a head that no age fits."""
    return age_cautions(chart_of(result["chart"]["name"]), _sizes(result), result["gestational_age_weeks"])


def cautions_on_proportions(result: Mapping[str, Any]) -> list[Caution]:
    """Those of measurements that do not go together, whatever the age."""
    index, volume = (_measured(result, key) for key in ("cephalic_index_percent", "head_volume_ml"))
    return proportion_cautions(chart_of(result["chart"]["name"]), _sizes(result), index, volume)


def _sizes(result: Mapping[str, Any]) -> dict[str, Measured]:
    return {q.chart: _measured(result, q.key) for q in QUANTITIES if q.chart}


def _measured(result: Mapping[str, Any], key: str) -> Measured:
    """A measure; its standard deviation means nothing for an input outside the model's training."""
    entry = result["biometry"][key]
    return Measured(entry["value"], 0.0 if is_outside(result) else entry["sd"] or 0.0)


def _without_scores(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("value", "sd", "interval90")}


def _scores(chart: Chart, quantity: str | None, value: float, weeks: float | None) -> dict[str, float | None]:
    curve = chart.curves.get(quantity)
    if curve is None or weeks is None or not chart.covers(weeks):
        return {"z_score": None, "percentile": None}
    return {"z_score": float(curve.z_score(value, weeks)), "percentile": float(curve.percentile(value, weeks))}


def _age(chart: Chart, quantity: str, entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Entry of `age_from`; None where the chart has no such curve."""
    curve = chart.curves.get(quantity)
    if curve is None:
        return None
    age = fitting_age(curve, entry["value"], entry["sd"])
    known = age.weeks is not None and age.low is not None
    ends = [None if isinf(end) else end for end in (age.low, age.high)] if known else None
    return {"weeks": age.weeks, "interval90": ends, "outside": age.outside or None}
