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
        "percentile": "56",
    }
    assert rows[4]["value"] == "310 ml" and rows[4]["percentile"] == "–"


def test_warnings_come_first_and_as_grave_as_the_verdict(a_result):
    a_result["warnings"] = ["Cut off.", "The input lies outside what the model was trained on."]
    a_result["warning_kinds"] = ["input", "verdict"]
    for verdict, severity in (("outside", "serious"), ("unusual", "caution")):
        a_result["in_distribution"] = {"score": 3.0, "verdict": verdict}
        assert notices_of(a_result) == [
            {"severity": severity, "text": "The input lies outside what the model was trained on."},
            {"severity": "caution", "text": "Cut off."},
        ]


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


def test_charts_are_the_reports_own(a_result):
    charts = charts_of(a_result)
    assert [chart["name"] for chart in charts] == ["BPD", "OFD", "HC"]
    assert all(chart["svg"].startswith("<svg") and "var(--case)" in chart["svg"] for chart in charts)
    assert "at 28.0 weeks" in charts[2]["svg"]


@pytest.mark.parametrize("weeks", [None, 28.0])
def test_the_page_knows_whether_there_is_a_point_on_the_charts(a_result, weeks):
    assert result_of(a_result | {"gestational_age_weeks": weeks}).dated is (weeks is not None)
