"""What the page prints of a heart is what result.json and the report say."""

from __future__ import annotations

import pytest

pytest.importorskip("slicer", reason="Slicer's core is not installed")

from GenerativeModelsWeb.heart.results import bullseyes_of, notices_of, result_of
from Testing.helpers.heart_report import a_heart_report


@pytest.fixture
def a_result() -> dict:
    walls = {phase: {"aha17": [10.0 + number for number in range(16)] + [None]} for phase in ("ed", "es")}
    return a_heart_report().result | {"wall_thickness_mm": walls, "apex": {"ed": "labels", "es": "labels"}}


def test_measurements_stand_beside_the_ranges_of_the_sex(a_result):
    found = result_of(a_result | {"sex": "female"})
    assert found.heads == ["Healthy women"]
    (edv,) = [row for row in found.rows if row["short"] == "EDV"]
    assert edv["ranges"] == ["83 to 165"] and edv["value"].endswith(" ml")
    assert result_of(a_result | {"sex": None}).heads == ["Healthy men", "Healthy women"]


def test_the_thickest_segment_is_said_before_the_probability(a_result):
    first, second = result_of(a_result).statements
    assert (first["figure"], first["unit"]) == ("16.4", "mm, hypertrophic")
    assert second["figure"] == "> 99 %" and not second["muted"]
    assert "0.995" in result_of(a_result).remark


def test_the_verdict_on_the_input_comes_without_its_score(a_result) -> None:
    found = result_of(a_result | {"in_distribution": {"score": 0.86, "verdict": "typical"}})
    assert found.verdict == "Input: typical, nothing stands out" and found.score.startswith("Score 0.86: 86 %")


@pytest.mark.parametrize("verdict, figure", [("unusual", "> 99 %"), ("outside", "–")])
def test_the_probability_of_an_odd_heart_is_muted_or_not_shown(a_result, verdict, figure):
    a_result["in_distribution"] = {"score": 3.0, "verdict": verdict}
    a_result["warnings"], a_result["warning_kinds"] = ["Cut.", "Odd. Thick."], ["apex", "verdict"]
    statement = result_of(a_result).statements[1]
    assert (statement["figure"], statement["muted"]) == (figure, True)
    notices = notices_of(a_result)
    assert [notice["text"] for notice in notices] == ["Odd. Thick.", "Cut."]
    assert notices[0]["severity"] == ("serious" if verdict == "outside" else "caution")


def test_a_cine_has_a_curve_with_its_phases(a_result):
    found = result_of(a_result | {"frames": {"ed": 0, "es": 2, "count": 4}, "cavity_ml": [100.0, 60.0, 40.0, 80.0]})
    assert found.curve.startswith("<svg") and (found.frame_ed, found.frame_es) == (0, 2)
    assert found.curve_x == [-0.8, 3.8] and found.curve_y[1] > 100 and found.volumes[2] == 40.0
    assert result_of(a_result).curve == ""


def test_every_phase_has_a_bullseye(a_result):
    found = bullseyes_of(a_result, (5.0, 20.0))
    assert [*found] == ["ed", "es"] == result_of(a_result).phases
    assert "End diastole" in found["ed"] and "End systole" in found["es"] and found["ed"].startswith("<svg")
