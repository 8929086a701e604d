"""Tables of cases: as a whole, row by row, and as requests of each anatomy."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from GenerativeModelsLib.batch.table import (
    BatchRow,
    check_case_name,
    read_case_table,
    read_rows,
    table_columns,
    table_words,
)
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import PLANES, PlaneSource, SkullRequest

COLUMNS = table_columns(SKULL)


def read(folder: Path, text: str | bytes, **common: Any) -> list[BatchRow]:
    table = folder / "cases.csv"
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_rows(SKULL, table, folder / "out", {"seed": 5, "samples": 7} | common)


def test_the_columns_are_those_of_the_contract() -> None:
    corrections = [f"{plane}_{kind}" for plane in PLANES for kind in ("facing", "ellipse", "mask", "length")]
    assert ",".join(COLUMNS) == (
        "case,axial,sagittal,coronal,axial_spacing_mm,sagittal_spacing_mm,coronal_spacing_mm,gestational_age_weeks,chart,"
        f"axial_frame,sagittal_frame,coronal_frame,sex,{','.join(corrections)},"
        "case_id,examination_date,operator,institution"
    )
    phases = ("ed", "es", "labels", "septum", "sex", "cine", "ed_frame", "es_frame")
    identity = ("case_id", "examination_date", "operator", "institution")
    assert table_columns(HEART) == ("case", *phases, "height_cm", "weight_kg", *identity)


def test_a_row_has_its_identity_and_frame_and_a_date_in_the_future_fails_alone(tmp_path: Path) -> None:
    table = "case,axial,axial_frame,case_id,examination_date,operator\n"
    table += "p1,a.png,3,F-1,2026-01-31,A. B\np2,a.png,,,2999-01-01,\np3,a.png,,a/b,,\n"
    first, second, third = read(tmp_path, table, operator="C. D", institution="Hospital")
    asked = first.request
    assert (asked.axial_frame, asked.case_id, asked.examination_date) == (3, "F-1", "2026-01-31")
    assert (asked.operator, asked.institution) == ("A. B", "Hospital"), "a cell comes before the option"
    assert second.error.startswith("examination_date is 2999-01-01, a day in the future")
    assert third.error.startswith("case_id is 'a/b'") and third.request is None


def test_a_full_row_becomes_a_request(tmp_path: Path) -> None:
    (row,) = read(tmp_path, f'{",".join(COLUMNS)}\np1,img/a.png,s.png,/abs/c.mha,"0.2,0.3",0.25,,28.4,who\n')
    asked = row.request
    assert asked is not None and row.error == ""
    planes = asked.planes()
    assert planes["axial"] == PlaneSource(tmp_path / "img/a.png", (0.2, 0.3))
    assert planes["sagittal"] == PlaneSource(tmp_path / "s.png", (0.25, 0.25))
    assert planes["coronal"] == PlaneSource(Path("/abs/c.mha"), None)
    assert (asked.gestational_age_weeks, asked.chart, asked.seed, asked.samples) == (28.4, "who", 5, 7)
    assert asked.output == tmp_path / "out" / "p1"


def test_a_row_holds_corrections(tmp_path: Path) -> None:
    good, bad = read(
        tmp_path,
        "case,axial,axial_facing,axial_ellipse,axial_mask,axial_length\n"
        'p1,a.png,flip,"40,30,20,15,0","0,0,9,9;1,1,5,1,5,5","0,0,100,0,20"\n'
        'p2,a.png,,"40,30",,\n',
    )
    made = good.request.planes()["axial"].correction
    assert made.facing == "flip" and made.ellipse == (40, 30, 20, 15, 0) and len(made.mask) == 2
    assert made.length.spacing_mm == 0.2
    assert bad.request is None and bad.error.startswith("axial_ellipse is '40,30': expected COL,ROW")


def test_optional_columns_may_be_left_out_and_come_in_any_order(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "axial,case\na.png,p1\n")
    assert row.request is not None and row.request.sagittal is None


def test_what_spreadsheets_write_is_read(tmp_path: Path) -> None:
    rows = read(tmp_path, "\ufeffcase , axial\r\np1 , a.png\r\n,\r\n\r\np2,b.png\r\n")
    assert [row.case for row in rows] == ["p1", "p2"]


def test_paths_are_absolute_when_the_table_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cases.csv").write_text("case,axial\np1,a.png\n")
    (row,) = read_rows(SKULL, Path("cases.csv"), Path("out"), {})
    assert row.request is not None
    assert row.request.axial == tmp_path / "a.png" and row.request.output == tmp_path / "out" / "p1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "no column 'case'"),
        (b"case,axial\n", "no rows"),
        (b"name,axial\np1,a.png\n", "no column 'case'"),
        (b"case,sagittal\np1,a.png\n", "no column 'axial'"),
        (b"case;axial\np1;a.png\n", "semicolons"),
        (b"case,axial,sagital\np1,a.png,s.png\n", "unknown column 'sagital'"),
        (b"case,axial,axial\np1,a.png,b.png\n", "column 'axial' twice"),
        (b"case,axial\np1,a.png,0.2\n", "Row 1 .* 3 cells"),
        (b"case,axial\n\xff\xfe,a.png\n", "not CSV text in UTF-8"),
        (b'case,axial\n"p1,a.png\n', "not CSV text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not CSV text"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, text: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(tmp_path, text)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_rows(SKULL, tmp_path / "no.csv", tmp_path, {})


UNSAFE = ["", "..", ".", "../x", "a/b", "a\\b", "/etc", "~", ".hidden", "a b", "NUL", "summary.csv", "a" * 101, "a."]


@pytest.mark.parametrize("name", UNSAFE)
def test_a_case_name_that_cannot_name_a_folder_is_a_bad_row(tmp_path: Path, name: str) -> None:
    bad, good = read(tmp_path, f'case,axial\n"{name}",a.png\np2,b.png\n')
    assert bad.request is None and "cannot name a folder" in bad.error
    assert good.request is not None


def test_rows_of_one_name_are_all_bad_whatever_the_case_of_letters(tmp_path: Path) -> None:
    rows = read(tmp_path, "case,axial\np1,a.png\nP1,b.png\np2,c.png\n")
    assert [row.request is None for row in rows] == [True, True, False]
    assert "stands in 2 rows" in rows[0].error


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("p1,,s.png,,,,,", "Case 'p1' has no axial: axial is required."),
        ("p1,a.png,,,zero,,,", "axial_spacing_mm is 'zero'"),
        ("p1,a.png,,,,,,term", "gestational_age_weeks is 'term'"),
        ("p1,a.png,,,,,,99", "gestational_age_weeks is 99"),
        ("p1,a.png,a.png,,,,,", "sagittal and axial name the same file"),
    ],
)
def test_a_bad_row_says_why_and_spares_the_others(tmp_path: Path, line: str, words: str) -> None:
    bad, good = read(tmp_path, f"{','.join(COLUMNS)}\n{line}\np2,b.png,,,,,,\n")
    assert bad.request is None and words in bad.error
    assert good.request is not None


@pytest.mark.parametrize(("name", "value"), [("samples", -1), ("device", "tpu"), ("seed", -1)])
def test_a_value_for_all_rows_that_cannot_be_used_is_refused_at_once(name: str, value: object, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{name} is ") as caught:
        read(tmp_path, "case,axial\np1,a.png\n", **{name: value})
    assert caught.value.field == name


def test_a_cell_wins_over_the_value_for_all_rows(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("case,ed,labels\np1,a.nii,ukbb\np2,a.nii,\n")
    rows = read_rows(HEART, tmp_path / "cases.csv", tmp_path / "out", {"labels": "lv=1,myo=2"})
    assert [row.request.labels for row in rows] == ["ukbb", "lv=1,myo=2"]


def test_rows_of_cines_and_bodies(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(
        "case,cine,ed_frame,es_frame,height_cm,weight_kg\np1,film.nrrd,0,8,171.5,70\np2,film.nrrd,x,,,\np3,film.nrrd,,,3,70\n"
    )
    one, two, three = read_rows(HEART, tmp_path / "cases.csv", tmp_path / "out", {})
    found = one.request
    assert (found.ed, found.cine, found.ed_frame, found.es_frame) == (None, tmp_path / "film.nrrd", 0, 8)
    assert (found.height_cm, found.weight_kg) == (171.5, 70.0)
    assert two.error.startswith("ed_frame is 'x'") and three.error.startswith("height_cm is 3 cm")


def test_rows_become_requests_of_hearts(tmp_path: Path) -> None:
    table = tmp_path / "cases.csv"
    table.write_text(
        "case,ed,es,labels,septum,sex\n"
        "p1,a.nii.gz,b.nii.gz,,,\n"
        'p2,a.nii.gz,,"lv=1,myo=2","dir:1,0,0",Male\n'
        "p3,,b.nii.gz,,,\n"
        "p4,a.nii.gz,,nothing,,\n"
        "p5,,,,,\n"
    )
    one, two, three, four, five = read_rows(HEART, table, tmp_path / "out", {"device": "cpu"})
    assert one.request == HeartRequest(
        tmp_path / "a.nii.gz", tmp_path / "b.nii.gz", output=tmp_path / "out" / "p1", device="cpu"
    )
    assert (two.request.es, two.request.labels, two.request.sex) == (None, "lv=1,myo=2", "male")
    assert two.request.septum == "dir:1,0,0"
    assert three.request is None and three.error.startswith("ed is missing beside es: end diastole")
    assert five.request is None and five.error.startswith("ed is missing: give the label map at end diastole")
    assert four.request is None and "labels is 'nothing'" in four.error


@pytest.mark.parametrize(
    ("request_", "field", "called"),
    [
        (SkullRequest, "axial_spacing_mm", "axial_spacing_mm"),
        (SkullRequest, "pixel_spacing_mm", "a file that carries it"),
        (SkullRequest, "samples", "--samples"),
        (SkullRequest, "model", "--model"),
        (SkullRequest, "overwrite", "--overwrite"),
        (HeartRequest, "labels", "labels"),
        (HeartRequest, "output", "--output"),
    ],
)
def test_a_field_is_called_by_its_column_or_its_option(request_: type, field: str, called: str) -> None:
    assert InputError(f"give {named(field)}.").in_words(table_words(request_)) == f"give {called}."


def test_rows_come_with_every_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("b,a\n 1 ,2\n\n3\n")
    rows = read_case_table(tmp_path / "t.csv", ("a", "b", "c"), ("a",))
    assert rows == [{"a": "2", "b": "1", "c": ""}, {"a": "", "b": "3", "c": ""}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("b\n1\n", "has no column 'a': its columns are a, b"),
        ("a,d\n1,2\n", "an unknown column 'd'"),
        ("a,a\n1,2\n", "'a' twice"),
        ("a;b\n1;2\n", "separated by semicolons"),
        ("a,b\n", "a header and no rows"),
        ("a,b\n1,2,3\n", "Row 1 .* has 3 cells"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        read_case_table(tmp_path / "t.csv", ("a", "b"), ("a",))


def test_case_names_are_folders_and_unique() -> None:
    check_case_name("p-1", Counter(["p-1"]))
    with pytest.raises(InputError, match="stands in 2 rows"):
        check_case_name("P1", Counter(["p1", "p1"]))
    with pytest.raises(InputError, match="cannot name a folder"):
        check_case_name("a/b", Counter(["a/b"]))
