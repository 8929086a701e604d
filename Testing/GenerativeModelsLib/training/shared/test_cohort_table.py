"""Table of a cohort: reading, split, and messages on invalid rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import PlaneSource
from GenerativeModelsLib.training.shared.cohort_table import CohortRow, read_cohort_table, split, split_words


def table(folder: Path, text: str, files: tuple[str, ...] = ("a.nii.gz", "b.nii.gz", "c.nii.gz", "x.png")) -> Path:
    for file in files:
        (folder / file).touch()
    path = folder / "cohort.csv"
    path.write_text(text)
    return path


def read(folder: Path, text: str) -> list[CohortRow]:
    return read_cohort_table(table(folder, text))


def test_a_full_row(tmp_path: Path) -> None:
    (row,) = read(
        tmp_path,
        "case,label_map,axial,axial_spacing_mm,frame,subject,part,gestational_age_weeks\n"
        'p1,a.nii.gz,x.png,"0.2,0.3",head,mother7,calibration,24.5\n',
    )
    assert (row.number, row.case, row.label_map) == (1, "p1", tmp_path / "a.nii.gz")
    assert row.planes == {"axial": PlaneSource(tmp_path / "x.png", (0.2, 0.3))}
    assert (row.frame, row.subject, row.part, row.weeks) == ("head", "mother7", "calibration", 24.5)


def test_what_may_be_left_out(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "case,label_map\np1,a.nii.gz\n")
    assert row.planes == {} and row.frame == "largest" and row.part == "" and np.isnan(row.weeks)
    assert row.subject == str(tmp_path / "a.nii.gz")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("p1,,,,", "it has neither a label_map nor an hc_mm"),
        ("p1,no.nii.gz,,,", r"no\.nii\.gz does not exist"),
        ("p1,a.nii.gz,no.png,,", r"no\.png does not exist"),
        ("p1,a.nii.gz,,,oblique", "frame is 'oblique': expected largest or head"),
        ("p1,a.nii.gz,x.png,0,", "axial_spacing_mm is '0'"),
        ("../p1,a.nii.gz,,,", "cannot name a folder"),
    ],
)
def test_a_bad_row_is_named_with_its_fault(tmp_path: Path, line: str, said: str) -> None:
    text = f"case,label_map,axial,axial_spacing_mm,frame\n{line}\np2,b.nii.gz,,,\n"
    with pytest.raises(
        InputError, match=r"1 of the 2 rows of .*cohort\.csv cannot be used: row 1 \(case '.*'\): "
    ) as e:
        read(tmp_path, text)
    assert e.match(said)


def test_a_circumference_stands_for_a_label_map(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "case,hc_mm,axial,axial_spacing_mm,gestational_age_weeks\np1,203.5,x.png,0.2,27+3\n")
    assert row.label_map is None and row.hc_mm == 203.5 and set(row.planes) == {"axial"}
    assert row.subject == str(tmp_path / "x.png") and row.weeks == pytest.approx(27 + 3 / 7)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("p1,a.nii.gz,250,x.png,", "a label_map and an hc_mm, which may disagree"),
        ("p1,,250,,", "hc_mm and no label_map, which needs its axial picture"),
        ("p1,,250,x.png,y.png", "no other one"),
        ("p1,,25.0,x.png,", r"hc_mm is '25\.0': give the head circumference in mm, 40 to 420"),
        ("p1,,nan,x.png,", "hc_mm is 'nan'"),
        ("p1,,two,x.png,", "hc_mm is 'two'"),
    ],
)
def test_a_bad_circumference_is_refused(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_cohort_table(
            table(tmp_path, f"case,label_map,hc_mm,axial,sagittal\n{line}\n", ("a.nii.gz", "x.png", "y.png"))
        )


def test_a_picture_is_of_one_subject(tmp_path: Path) -> None:
    text = "case,hc_mm,axial,subject\np1,250,x.png,m1\np2,251,x.png,{}\n"
    with pytest.raises(InputError, match=r"the picture x\.png in rows 1 and 2, which are different subjects"):
        read(tmp_path, text.format("m2"))
    assert len(read(tmp_path, text.format("m1"))) == 2


def test_a_sagittal_picture_without_an_axial_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it has a sagittal picture and no axial one"):
        read(tmp_path, "case,label_map,sagittal\np1,a.nii.gz,x.png\n")


def test_many_bad_rows_are_counted(tmp_path: Path) -> None:
    lines = "".join(f"p{i},no{i}.nii.gz\n" for i in range(8))
    with pytest.raises(InputError, match=r"8 of the 8 rows .* and 3 more"):
        read(tmp_path, "case,label_map\n" + lines)


def test_parts_are_given_for_all_rows_or_none_and_keep_a_head_together(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a part for 1 of 2 rows, but none in row 2 \(case 'p2'\)"):
        read(tmp_path, "case,label_map,part\np1,a.nii.gz,train\np2,b.nii.gz,\n")
    with pytest.raises(InputError, match=r"same head in two parts, train \(row 1\) and test \(row 2\)"):
        read(tmp_path, "case,label_map,part\np1,a.nii.gz,train\np2,a.nii.gz,test\n")
    with pytest.raises(InputError, match="part is 'validation': expected train, calibration or test"):
        read(tmp_path, "case,label_map,part\np1,a.nii.gz,validation\n")


def test_the_split_is_by_subject_and_by_seed(tmp_path: Path) -> None:
    lines = "".join(f"p{i},a.nii.gz,mother{i // 2}\n" for i in range(40))
    rows = read(tmp_path, "case,label_map,subject\n" + lines)
    parts = split(rows, (0.2, 0.1), 3)
    assert [row.part for row in parts].count("calibration") == 8
    assert [row.part for row in parts].count("test") == 4
    assert all(a.part == b.part for a, b in zip(parts[::2], parts[1::2]))
    assert [row.part for row in parts] == [row.part for row in split(rows, (0.2, 0.1), 3)]
    assert [row.part for row in parts] != [row.part for row in split(rows, (0.2, 0.1), 4)]


def test_two_of_five_subjects_are_held_out_unless_none_shall_be(tmp_path: Path) -> None:
    """One subject has no interval."""
    for count, test in ((4, 1), (5, 2), (6, 2), (20, 3)):
        rows = read(tmp_path, "case,label_map,subject\n" + "".join(f"p{i},a.nii.gz,m{i}\n" for i in range(count)))
        assert [row.part for row in split(rows, (0.0, 0.15), 0)].count("test") == test, count
        assert [row.part for row in split(rows, (0.2, 0.0), 0)].count("test") == 0


def test_the_parts_are_said_with_what_decided_them(tmp_path: Path) -> None:
    rows = read(tmp_path, "case,label_map\np1,a.nii.gz\np2,b.nii.gz\np3,c.nii.gz\n")
    drawn = split_words(split(rows, (0.0, 0.4), 7), ("train", "test"), False, 7)
    assert drawn == "Parts drawn over 3 subjects with split_seed 7: train 2, test 1."
    assert split_words(rows, ("train",), True, 7).startswith("Parts by the column part of the table")


def test_the_tables_own_parts_are_kept(tmp_path: Path) -> None:
    rows = read(tmp_path, "case,label_map,part\np1,a.nii.gz,train\np2,b.nii.gz,test\n")
    assert [row.part for row in split(rows, (0.5, 0.5), 0)] == ["train", "test"]
    with pytest.raises(InputError, match="None of the 1 cases of the cohort has the part train"):
        split(rows[1:], (0.0, 0.0), 0)
