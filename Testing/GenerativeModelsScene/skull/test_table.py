"""The table says what the report and `result.json` say."""

from __future__ import annotations

import json

from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.skull.anatomy import QUANTITIES
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsLib.skull.report.page import interval, number
from GenerativeModelsScene.skull.show import show_case
from GenerativeModelsScene.skull.table import COLUMNS, table_texts
from Testing.helpers.finished_cases import a_finished_case


def cells(table) -> list[tuple[str, ...]]:
    columns = range(table.GetNumberOfColumns())
    return [tuple(table.GetCellText(row, column) for column in columns) for row in range(table.GetNumberOfRows())]


def test_the_table_is_that_of_the_hand_made_case(shown) -> None:
    assert cells(shown.table) == [
        ("Biparietal diameter (BPD)", "70.2", "mm", "68.5 to 72.0", "-0.2", "41"),
        ("Occipito-frontal diameter (OFD)", "90.5", "mm", "88.5 to 92.5", "–", "–"),
        ("Head circumference (HC)", "260.1", "mm", "256.5 to 263.5", "+0.1", "56"),
        ("Cephalic index (CI)", "77.6", "%", "75.5 to 79.5", "–", "–"),
        ("Head volume", "310", "ml", "300 to 320", "–", "–"),
    ]
    names = [shown.table.GetColumnName(column) for column in range(len(COLUMNS))]
    assert names == ["Measure", "Value", "Unit", "90 % interval", "z-score", "Percentile"]


def test_the_words_and_numbers_are_the_reports(a_case) -> None:
    from GenerativeModelsLib.skull.report.assemble import biometry_rows

    rows = biometry_rows(a_case.result)
    assert [(row.name, row.label, row.unit, row.chart) for row in rows] == [
        (quantity.short, quantity.label, quantity.unit, quantity.chart) for quantity in QUANTITIES
    ]
    assert [row.value for row in rows] == [a_case.result["biometry"][q.key]["value"] for q in QUANTITIES]
    for row, texts in zip(rows, table_texts(a_case.result)):
        assert texts[0].startswith(row.label)
        scores = z_text(row.z_score), percentile_text(row.percentile)
        assert texts[1:] == (number(row.value, row.unit), row.unit, interval(row), *scores)


def test_what_is_unknown_is_a_dash(a_scene, tmp_path) -> None:
    folder = a_finished_case(tmp_path / "case", draws=False, weeks=None)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    for measure in result["biometry"].values():
        measure["z_score"] = measure["percentile"] = None
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    table = show_case(a_scene, read_case(folder), key="case", title="Head").table
    assert [row[3:] for row in cells(table)] == [("–", "–", "–")] * 5
    assert cells(table)[2][1] == "260.1"


def test_a_second_run_rewrites_the_same_table(shown, a_scene, a_case) -> None:
    shown.table.RemoveRow(2)
    again = show_case(a_scene, a_case, key="case", title="Head")
    assert again.table is shown.table and len(cells(again.table)) == 5
