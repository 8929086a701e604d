"""The files of a report on a cohort: page, table and document."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from GenerativeModelsLib.training.shared.cohort_files import write_cohort_report
from GenerativeModelsLib.training.shared.cohort_page import render_cohort
from GenerativeModelsLib.training.shared.cohort_report import document
from Testing.helpers.cohort_reports import better, case, report


def test_a_page_without_a_first_model_shows_no_column_for_it() -> None:
    cases = [replace(c, values={k: (None, v[1]) for k, v in c.values.items()}, held={}) for c in better(6)]
    given = report(cases, before=None)
    assert "Before" not in render_cohort(given, document(given))
    assert "Before" in render_cohort(report(better(6)), document(report(better(6))))


def test_a_change_of_nothing_has_no_sign_and_a_case_without_a_result_one_dash() -> None:
    given = report([*(replace(c, values={"dice": (0.9, 0.8999999)}) for c in better(6)), case(9, {})])
    text = render_cohort(given, document(given))
    assert "−0.000" not in text and "+0.000" in text
    assert "<td>–</td>" in text and "– → –" not in text


class Parts(HTMLParser):
    """What is loaded, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.links, self.text = [], []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.links += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_three_files_agree_and_the_page_is_self_contained(tmp_path: Path) -> None:
    odd = replace(case(20, {"dice": (0.9, 0.91)}, subject="=1+1"), failures=("", "<b>no</b>"))
    given = report(
        [*better(6), odd], trained=(4, 4), notes=["A note."], simulated=[case(1, {"dice": (0.95, 0.94)}) for _ in "12"]
    )
    page = write_cohort_report(given, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cohort-report.csv", "cohort-report.html", "cohort-report.json",
    ]  # fmt: skip
    content = json.loads((tmp_path / "cohort-report.json").read_text(encoding="utf-8"))
    assert content == json.loads(json.dumps(document(given)))
    with (tmp_path / "cohort-report.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows] == [c.case for c in given.cases]
    assert float(rows[0]["dice_after"]) == pytest.approx(given.cases[0].values["dice"][1], abs=1e-5)
    assert rows[0]["hc_held90_before"] == "no" and rows[0]["hc_held90_after"] == "yes"
    assert rows[-1]["subject"] == "'=1+1" and rows[-1]["hc_error_mm_after"] == ""
    parts, text = Parts(), page.read_text(encoding="utf-8")
    parts.feed(text)
    words = " ".join(" ".join(parts.text).split())
    assert not parts.links and "<script" not in text and "<b>no</b>" not in text
    for said in (given.title, content["headline"], given.decided_by, "A note.", "a" * 64, "calls 4 of them typical"):
        assert said in words
    assert "What the model may have forgotten" in words and "Research use only" in words
    assert text.count("<svg") == 3 and "#030303" not in text
