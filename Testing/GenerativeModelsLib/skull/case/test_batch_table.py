from pathlib import Path

import pytest

from GenerativeModelsLib.batch.run import BatchRow
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.case.batch_table import COLUMNS, read_batch_table
from GenerativeModelsLib.skull.request import PlaneFile, SkullRequest


def read(folder: Path, text: str | bytes) -> list[BatchRow]:
    table = folder / "cases.csv"
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_batch_table(table, folder / "out", SkullRequest(axial=table, output=folder, seed=5, samples=7))


def test_the_columns_are_those_of_the_contract() -> None:
    assert ",".join(COLUMNS) == (
        "case,axial,sagittal,coronal,axial_spacing_mm,sagittal_spacing_mm,coronal_spacing_mm,gestational_age_weeks"
    )


def test_a_full_row_becomes_a_request(tmp_path: Path) -> None:
    (row,) = read(tmp_path, f'{",".join(COLUMNS)}\np1,img/a.png,s.png,/abs/c.mha,"0.2,0.3",0.25,,28.4\n')
    asked = row.request
    assert asked is not None and row.error == ""
    planes = asked.planes()
    assert planes["axial"] == PlaneFile(tmp_path / "img/a.png", (0.2, 0.3))
    assert planes["sagittal"] == PlaneFile(tmp_path / "s.png", (0.25, 0.25))
    assert planes["coronal"] == PlaneFile(Path("/abs/c.mha"), None)
    assert (asked.gestational_age_weeks, asked.seed, asked.samples) == (28.4, 5, 7)
    assert asked.output == tmp_path / "out" / "p1"


def test_optional_columns_may_be_left_out_and_come_in_any_order(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "axial,case\na.png,p1\n")
    assert row.request is not None and row.request.sagittal is None


def test_what_spreadsheets_write_is_read(tmp_path: Path) -> None:
    rows = read(tmp_path, "\ufeffcase , axial\r\np1 , a.png\r\n,\r\n\r\np2,b.png\r\n")
    assert [row.case for row in rows] == ["p1", "p2"]


def test_paths_are_absolute_when_the_table_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cases.csv").write_text("case,axial\np1,a.png\n")
    (row,) = read_batch_table(Path("cases.csv"), Path("out"), SkullRequest(axial=Path("x"), output=Path("out")))
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
    with pytest.raises(InputError, match="is not there"):
        read_batch_table(tmp_path / "no.csv", tmp_path, SkullRequest(axial=Path("x"), output=tmp_path))


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
        ("p1,,s.png,,,,,", "no axial image"),
        ("p1,a.png,,,zero,,,", "axial_spacing_mm is 'zero'"),
        ("p1,a.png,,,,,,term", "gestational_age_weeks is 'term'"),
        ("p1,a.png,,,,,,99", "--gestational-age is 99"),
        ("p1,a.png,a.png,,,,,", "same file"),
    ],
)
def test_a_bad_row_says_why_and_spares_the_others(tmp_path: Path, line: str, words: str) -> None:
    bad, good = read(tmp_path, f"{','.join(COLUMNS)}\n{line}\np2,b.png,,,,,,\n")
    assert bad.request is None and words in bad.error
    assert good.request is not None
