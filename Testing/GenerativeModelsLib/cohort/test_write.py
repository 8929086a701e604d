"""The files of a cohort: what they hold, and that they replace those of an earlier run."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.cohort.write import read_cohort, write_cohort
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.skull.anatomy import SKULL
from Testing.helpers.cohort_cases import heart_case, segmentation_case, skull_case

SERIES = [
    skull_case("s1", 26.0, case_id="=A", day="2026-02-22"),
    skull_case("s2", None, at=30.0, case_id="=A", day="2026-03-22"),
]
FAILED = CohortCase(SKULL, "<b>bad</b>", "failed", "a.png is no image: name another file.")


def test_the_data_hold_cases_reasons_and_series(tmp_path: Path) -> None:
    write_cohort(SKULL, [skull_case("p1", z=6.0), *SERIES, FAILED], tmp_path)
    document = json.loads((tmp_path / "cohort.json").read_text(encoding="utf-8"))
    assert document == read_cohort(tmp_path)
    assert (document["schema"], document["anatomy"]) == ("cohort/1", "skull")
    assert (document["done"], document["failed"], document["waiting"]) == (3, 1, 0)
    first, *_, last = document["cases"]
    assert first["report"] == "p1/report.html" and [r["kind"] for r in first["outlier"]] == ["scale"]
    assert (last["error"], last["report"], last["quantities"]) == (FAILED.error, None, {})
    (series,) = document["series"]
    second = series["examinations"][1]
    assert (second["age_weeks"], second["age_by_date"], second["weeks_since_first"]) == (30.0, True, 4.0)
    hc = [one["quantities"]["hc_mm"] for one in series["examinations"]]
    assert hc[1]["per_week"] == pytest.approx((hc[1]["value"] - hc[0]["value"]) / 4, abs=1e-3)
    assert hc[1]["z_score"] == pytest.approx(0, abs=1e-4) and hc[0]["per_week"] is None


def test_series_are_a_table_without_formulas(tmp_path: Path) -> None:
    write_cohort(SKULL, SERIES, tmp_path)
    with (tmp_path / "series.csv").open(newline="", encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert first["case_id"] == "'=A" and (first["case"], second["case"]) == ("s1", "s2")
    assert first["hc_per_week"] == "" and float(second["hc_per_week"]) > 5
    assert float(second["hc_low90"]) < float(second["hc_mm"]) < float(second["hc_high90"])


def test_the_table_of_series_has_no_columns_that_a_quantity_never_has(tmp_path: Path) -> None:
    """Hearts have neither intervals nor percentiles."""
    hearts = [heart_case("p1", case_id="A"), heart_case("p2", 130.0, case_id="A")]
    for anatomy, cases, expected in (
        (SKULL, SERIES, ["hc_mm", "hc_low90", "hc_high90", "hc_z_score", "hc_percentile", "hc_per_week"]),
        (HEART, hearts, ["edv_ml", "edv_ml_per_week", "esv_ml", "esv_ml_per_week"]),
    ):
        write_cohort(anatomy, cases, tmp_path)
        header = (tmp_path / "series.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert header[6 : 6 + len(expected)] == expected


def test_without_a_series_the_table_of_an_earlier_run_goes(tmp_path: Path) -> None:
    write_cohort(SKULL, SERIES, tmp_path)
    write_cohort(SKULL, SERIES[:1], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cohort.html", "cohort.json"]


def test_a_cohort_of_nothing_but_failures_has_a_page(tmp_path: Path) -> None:
    write_cohort(SKULL, [FAILED], tmp_path)
    page = (tmp_path / "cohort.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;bad&lt;/b&gt;" in page and "<b>bad</b>" not in page and FAILED.error in page


def test_one_row_without_a_result_and_several_have_their_own_words(tmp_path: Path) -> None:
    other = CohortCase(SKULL, "c", "waiting")
    for cases, words in (
        ([*SERIES, FAILED], "1 of 3 rows has no result:"),
        ([SERIES[0], FAILED, other], "2 of 3 rows have no result:"),
    ):
        write_cohort(SKULL, cases, tmp_path)
        assert words in (tmp_path / "cohort.html").read_text(encoding="utf-8")


def test_hearts_have_the_same_files(tmp_path: Path) -> None:
    write_cohort(HEART, [heart_case("p1", sex="male"), heart_case("p2", 130.0, sex="female")], tmp_path)
    page = (tmp_path / "cohort.html").read_text(encoding="utf-8")
    assert "Distributions" in page and "UK Biobank" in page and "by age" not in page


def test_counts_have_no_unit_and_what_no_case_has_is_left_out(tmp_path: Path) -> None:
    days = ("2026-02-22", "2026-03-22")
    cases = [segmentation_case(f"p{k}", violating=k, case_id="A", day=day) for k, day in enumerate(days)]
    write_cohort(SEGMENTATION, cases, tmp_path)
    page = (tmp_path / "cohort.html").read_text(encoding="utf-8")
    assert "Slices that break a rule of 2 cases, 0 to 1, median 0.5" in page and ">1</td>" in page
    assert "How usual the input is" not in page and "EDV" not in page
    assert "No curve: no quantity is known in two of its examinations." in page


def test_no_file_names_a_folder_of_this_machine(tmp_path: Path) -> None:
    write_cohort(SKULL, [*SERIES, FAILED], tmp_path)
    for path in tmp_path.iterdir():
        assert str(tmp_path.parent) not in path.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "cohort.html").mkdir()
    with pytest.raises(InputError, match=r"Cannot write into .*output"):
        write_cohort(SKULL, SERIES, tmp_path)


def test_data_that_are_broken_are_no_cohort(tmp_path: Path) -> None:
    assert read_cohort(tmp_path) == {}
    (tmp_path / "cohort.json").write_text("[")
    assert read_cohort(tmp_path) == {}
    (tmp_path / "cohort.json").write_text('{"schema": "other/1"}')
    assert read_cohort(tmp_path) == {}
