"""Tests of reading HC18 and splitting it by examination."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import (
    LARGE,
    LEAST_HC_MM,
    SMALL,
    Hc18Case,
    Hc18Split,
    large_heads,
    read_hc18,
    split_hc18,
)
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

HEADER = (
    "file,pixel_mm,hc_mm,bpd_mm,ofd_mm,cephalic_index,ellipse_x_px,ellipse_y_px,semi_major_px,semi_minor_px,angle_deg\n"
)


PARTS = ("training", "calibration", "test", "final")


def examination(case: Hc18Case) -> str:
    return case.path.name.split("_")[0]


def made_up(count: int) -> list[Hc18Case]:
    """Every seventh examination has a second picture, every fifth picture is of a small head."""
    ellipse = Ellipse((0.0, 0.0), 1.0, 1.0, 0.0)
    names = [f"{i:03d}{suffix}.png" for i in range(count) for suffix in ("_HC", "_2HC")[: 2 if i % 7 == 0 else 1]]
    return [Hc18Case(Path(name), 0.1, ellipse, 100.0 if i % 5 == 0 else 200.0) for i, name in enumerate(names)]


def assert_disjoint(split: Hc18Split, cases: list[Hc18Case]) -> None:
    """Every picture is in one part, and no examination in two."""
    parts = [getattr(split, name) for name in PARTS]
    assert sorted(case.path for part in parts for case in part) == sorted(case.path for case in cases)
    names = [name for part in parts for name in {examination(case) for case in part}]
    assert len(names) == len(set(names))


def test_whole_examinations_go_to_one_part() -> None:
    cases = made_up(600)
    split = split_hc18(cases)
    assert_disjoint(split, cases)
    assert {case.hc_mm for case in split.training} == {100.0, 200.0}


def test_every_held_out_part_has_its_number_of_large_and_of_small_heads() -> None:
    """A part ends with a whole examination, so that it may have a picture more."""
    cases = made_up(600)
    split = split_hc18(cases)
    large = {examination(case) for case in large_heads(cases)}
    assert set(LARGE) == set(SMALL) == set(PARTS) - {"training"}
    for name in LARGE:
        part = getattr(split, name)
        small = [case for case in part if examination(case) not in large]
        assert len(large_heads(part)) - LARGE[name] in (0, 1), name
        assert len(small) - SMALL[name] in (0, 1), name


def test_the_split_is_always_the_same_and_does_not_depend_on_the_order() -> None:
    cases = made_up(600)
    one, other = split_hc18(cases), split_hc18(cases[::-1])
    for name in PARTS:
        assert {c.path for c in getattr(one, name)} == {c.path for c in getattr(other, name)}
    firsts = [[examination(case) for case in getattr(one, name)[:4]] for name in ("calibration", "test", "final")]
    drawn = [["002", "005", "010", "021"], ["007", "007", "013", "015"], ["006", "008", "018", "039"]]
    assert firsts == drawn, "other pictures than the models were trained without"


def test_a_table_too_small_for_all_parts_trains_on_nothing_held_out() -> None:
    cases = made_up(90)
    split = split_hc18(cases)
    assert_disjoint(split, cases)
    assert not large_heads(split.training) and not large_heads(split.calibration + split.final)


def test_a_head_of_the_least_circumference_is_large() -> None:
    assert [case.path.name for case in large_heads(made_up(3))] == ["000_2HC.png", "001_HC.png", "002_HC.png"]
    ellipse = Ellipse((0.0, 0.0), 1.0, 1.0, 0.0)
    assert large_heads([Hc18Case(Path("0_HC.png"), 0.1, ellipse, LEAST_HC_MM)])


def test_a_row_becomes_an_ellipse_in_mm(tmp_path: Path) -> None:
    (tmp_path / "hc18.csv").write_text(HEADER + "images/010_HC.png,0.2,180.5,50,60,0.8,400,300,150,120,30\n")
    (case,) = read_hc18(tmp_path)
    assert case.path == tmp_path / "images" / "010_HC.png" and case.spacing_mm == 0.2 and case.hc_mm == 180.5
    np.testing.assert_allclose(case.ellipse.centre, [80, 60])
    assert (case.ellipse.semi_major, case.ellipse.semi_minor) == pytest.approx((30, 24))
    assert case.ellipse.angle_rad == pytest.approx(np.pi / 6)


def test_a_folder_without_the_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nor its folder hc18 holds hc18\.csv: name the folder"):
        read_hc18(tmp_path)


@pytest.mark.real_data
def test_the_real_parts_are_disjoint_and_of_their_sizes(shared_data: Path) -> None:
    cases = read_hc18(shared_data / "hc18")
    split = split_hc18(cases)
    assert_disjoint(split, cases)
    sizes = {name: (len(getattr(split, name)), len(large_heads(getattr(split, name)))) for name in PARTS}
    assert sizes == {"training": (399, 313), "calibration": (80, 60), "test": (131, 100), "final": (90, 60)}
    for case in cases[::50]:
        assert case.ellipse.perimeter == pytest.approx(case.hc_mm, abs=0.1)


@pytest.mark.real_data
def test_real_ellipses_run_along_a_bright_border(shared_data: Path) -> None:
    """With a wrong sign of the angle or exchanged axes the ellipse would miss the skull echo.

    Only pictures of training, since those of the final part are not looked at.
    """
    on, off = [], []
    for case in split_hc18(read_hc18(shared_data / "hc18")).training[::30]:
        pixels = case.pixels().astype(float)

        def mean_at(points: np.ndarray, pixels=pixels, mm=case.spacing_mm) -> float:
            column, row = np.round(points / mm).astype(int).T
            there = (row >= 0) & (row < pixels.shape[0]) & (column >= 0) & (column < pixels.shape[1])
            return pixels[row[there], column[there]].mean()

        e = case.ellipse
        on.append(mean_at(Ellipse(e.centre, 0.97 * e.semi_major, 0.97 * e.semi_minor, e.angle_rad).points(720)))
        off.append(mean_at(Ellipse(e.centre, 0.97 * e.semi_major, 0.97 * e.semi_minor, -e.angle_rad).points(720)))
    assert np.mean(on) > 1.1 * np.mean(off)
