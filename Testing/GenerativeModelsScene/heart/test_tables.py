"""Measurements of a heart as tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from GenerativeModelsScene.heart.tables import segment_rows, show_measurements
from GenerativeModelsScene.nodes.store import NodeStore


@pytest.fixture
def result(a_folder: Path) -> dict:
    return json.loads((a_folder / "result.json").read_text(encoding="utf-8"))


def rows(table) -> dict[str, list[str]]:
    columns = range(table.GetNumberOfColumns())
    found = [[table.GetCellText(row, column) for column in columns] for row in range(table.GetNumberOfRows())]
    return {row[0]: row[1:] for row in found}


def test_values_are_those_of_the_result(a_scene, result) -> None:
    found = rows(show_measurements(NodeStore(a_scene, "heart"), result, "Heart"))
    assert found["End-diastolic volume (EDV)"] == [f"{result['edv_ml']:.1f}", "ml"]
    assert found["Ejection fraction (EF)"] == [f"{result['ef_percent']:.1f}", "%"]


def test_ranges_of_the_sex_once_it_is_given(a_scene, result) -> None:
    table = show_measurements(NodeStore(a_scene, "heart"), {**result, "sex": "female"}, "Heart")
    assert table.GetColumnName(3) == "Healthy, 95 %"
    assert rows(table)["Ejection fraction (EF)"][2] == "51 to 71"
    assert rows(table)["Stroke volume (SV)"][2] == ""


def test_volumes_without_an_apex_are_lower_bounds_without_a_range(a_scene, result) -> None:
    cut = {**result, "sex": "male", "apex": {"ed": "model", "es": "labelled"}}
    found = rows(show_measurements(NodeStore(a_scene, "heart"), cut, "Heart"))
    assert found["End-diastolic volume, at least (EDV)"][2] == ""
    assert found["End-systolic volume (ESV)"][2] == "38 to 100"


def test_seventeen_segments_with_their_thickening(result) -> None:
    found = segment_rows(result)
    assert len(found) == 17 and found[0][1] == "basal anterior"
    ed, es = (result["wall_thickness_mm"][phase]["aha17"][0] for phase in ("ed", "es"))
    assert found[0][2:] == (f"{ed:.1f}", f"{es:.1f}", f"{100 * (es / ed - 1):.0f}")
