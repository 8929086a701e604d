"""What follows from age and chart of the content of a result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from GenerativeModelsLib.errors import SCALE
from GenerativeModelsLib.skull.growth import intergrowth
from GenerativeModelsLib.skull.growth.judge import cautions, cautions_on_age, judged
from GenerativeModelsLib.skull.growth.words import scores_line
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.results import result_of

REQUEST = SkullRequest(axial=Path("a.png"), output=Path("out"), gestational_age_weeks=28.0)


def with_hc(value: float, sd: float | None, verdict: str = "typical") -> dict[str, Any]:
    result = result_of(REQUEST)
    result["biometry"]["hc_mm"] |= {"value": value, "sd": sd}
    result["in_distribution"]["verdict"] = verdict
    return result


def test_scores_and_ages_are_those_of_the_request() -> None:
    result = judged(result_of(REQUEST), replace(REQUEST, gestational_age_weeks=29.0, chart="hadlock"))
    assert result["gestational_age_weeks"] == 29.0 and result["chart"]["weeks"] == [14.0, 42.0]
    assert result["age_from"]["ofd"] is None and result["age_from"]["hc"]["interval90"][0] < 28
    assert result["biometry"]["ofd_mm"]["z_score"] is None
    assert result["biometry"]["hc_mm"]["z_score"] == pytest.approx((260.125 - 275.457) / 10, abs=1e-3)
    assert judged(result, REQUEST)["age_from"] == result_of(REQUEST)["age_from"], "nothing of the former chart is left"


def test_an_uncertainty_means_nothing_outside_the_training() -> None:
    far = float(intergrowth.HC.value_mm(3.5, 28.0))
    assert cautions_on_age(with_hc(far, 10.0)) == []
    assert [found.kind for found in cautions_on_age(with_hc(far, 10.0, "outside"))] == [SCALE]
    assert len(cautions_on_age(with_hc(far, None))) == 1, "without draws there is none"


def test_a_result_of_an_earlier_version_has_no_such_warnings() -> None:
    result = with_hc(400.0, 1.0)
    assert cautions(result)
    assert cautions({name: value for name, value in result.items() if name != "chart"}) == []


@pytest.mark.parametrize(("weeks", "others"), [(12.0, ""), (41.5, " That of Hadlock 1984 does.")])
def test_beyond_the_chart_there_are_no_percentiles_and_one_sentence_says_so(weeks: float, others: str) -> None:
    result = judged(result_of(REQUEST), replace(REQUEST, gestational_age_weeks=weeks))
    assert {entry["z_score"] for entry in result["biometry"].values()} == {None}
    assert {entry["percentile"] for entry in result["biometry"].values()} == {None}
    assert result["age_from"]["hc"]["weeks"] == pytest.approx(28.0, abs=3), "the age that HC fits needs none given"
    (said,) = [found for found in cautions(result) if found.kind == "missing"]
    assert said.startswith("The INTERGROWTH-21st chart holds from 14 to 40 weeks and does not reach the given age of ")
    assert said.endswith(f"so there are no z-scores and percentiles.{others}")
    assert scores_line(result).startswith("Ages by the INTERGROWTH-21st chart; it does not reach ")


def test_several_charts_that_reach_an_age_are_listed() -> None:
    result = judged(result_of(REQUEST), replace(REQUEST, gestational_age_weeks=14.5, chart="nichd-white"))
    (said,) = [found for found in cautions(result) if found.kind == "missing"]
    assert said.endswith(" That of INTERGROWTH-21st, WHO and Hadlock 1984 does.")
