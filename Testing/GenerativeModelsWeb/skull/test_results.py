"""What the page prints is what result.json says."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsWeb.skull.results import charts_of, notices_of, result_of
from Testing.helpers import results


@pytest.fixture
def a_result() -> dict:
    request = SkullRequest(Path("a.png"), coronal=Path("c.png"))
    return results.result_of(request) | {"gestational_age_weeks": 28.0}


def test_rows_are_in_the_reports_order_and_rounding(a_result):
    rows = result_of(a_result).rows
    assert [row["short"] for row in rows] == ["BPD", "OFD", "HC", "CI", "Volume"]
    assert rows[2] == {
        "short": "HC",
        "label": "Head circumference",
        "value": "260.1 mm",
        "interval": "256.5 to 263.5",
        "z": "+0.1",
        "percentile": "56",
    }
    assert rows[4]["value"] == "310 ml" and rows[4]["percentile"] == "–"


def test_warnings_come_first_and_as_grave_as_the_verdict(a_result):
    a_result["warnings"] = ["Cut off.", "The input lies outside what the model was trained on."]
    a_result["warning_kinds"] = ["input", "verdict"]
    for verdict, severity in (("outside", "serious"), ("unusual", "caution")):
        a_result["in_distribution"] = {"score": 3.0, "verdict": verdict}
        heading = "Do not rely on this result" if verdict == "outside" else ""
        text = "The input lies outside what the model was trained on."
        assert notices_of(a_result) == [
            {"severity": severity, "heading": heading, "text": text},
            {"severity": "caution", "heading": "", "text": "Cut off."},
        ]


def test_scale_and_age_come_above_all(a_result):
    a_result["warnings"] = ["Cut off.", "Odd.", "Check the pixel spacing or the age."]
    a_result["warning_kinds"] = ["input", "verdict", "scale"]
    first, *others = notices_of(a_result)
    assert first == {
        "severity": "serious",
        "heading": "Check scale and age",
        "text": "Check the pixel spacing or the age.",
    }
    assert [notice["text"] for notice in others] == ["Odd.", "Cut off."]


def test_ages_normal_range_and_verdict_are_said_in_words(a_result):
    found = result_of(a_result)
    assert found.ages[0].startswith("HC fits 28 weeks + 0 days (90 % interval") and "normal range" in found.ages[2]
    assert found.verdict == "Input: typical, nothing stands out" and found.score.startswith("Score 0.5: 50 %")
    assert (found.grey, found.chart_title) == (False, "INTERGROWTH-21st")


def test_numbers_outside_are_grey_and_without_intervals(a_result):
    a_result["in_distribution"] = {"score": 1.0, "verdict": "outside", "reasons": []}
    found = result_of(a_result)
    assert found.grey and {row["interval"] for row in found.rows} == {"–"} and "interval" not in found.ages[0]


def test_a_long_file_name_is_not_read_out_in_every_warning(a_result):
    a_result["warnings"] = ["The axial plane a.png: cut off."]
    assert notices_of(a_result)[0]["text"] == "The axial plane: cut off."


def test_a_warning_names_no_folder_of_the_server(a_result):
    a_result["warnings"] = ["The chart '/srv/models/skull/chart.json' is missing."]
    assert notices_of(a_result)[0]["text"] == "The chart 'chart.json' is missing."


def test_without_draws_the_page_says_that_the_uncertainty_is_unknown(a_result):
    a_result["uncertainty_mm"] = dict.fromkeys(("mean", "median", "p95", "max"))
    a_result["samples"] = 0
    for measure in a_result["biometry"].values():
        measure["interval90"] = measure["sd"] = None
    found = result_of(a_result)
    assert "unknown" in found.uncertainty and "the mean only" in found.summary
    assert {row["interval"] for row in found.rows} == {"–"}


def test_how_it_was_made_is_said_in_a_line(a_result):
    assert result_of(a_result).summary == "From the axial, coronal planes; 100 draws, seed 0; computed on cpu in 1.5 s"
    a_result["planes"]["axial"]["frame"] = {"number": 4, "count": 9, "chosen": "locator", "why": "It is."}
    assert result_of(a_result).summary.startswith("From the axial (frame 4 of 0 to 8), coronal planes; 100 draws")


def test_charts_are_the_reports_own(a_result):
    charts = charts_of(a_result)
    assert [chart["name"] for chart in charts] == ["BPD", "OFD", "HC"]
    assert all(chart["svg"].startswith("<svg") and "var(--case)" in chart["svg"] for chart in charts)
    assert "at 28.0 weeks" in charts[2]["svg"]


@pytest.mark.parametrize("weeks", [None, 28.0])
def test_the_page_knows_whether_there_is_a_point_on_the_charts(a_result, weeks):
    assert result_of(a_result | {"gestational_age_weeks": weeks}).dated is (weeks is not None)
