"""Tests of reading HC18 and splitting it by examination."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import (
    CALIBRATION_PICTURES,
    LEAST_HC_MM,
    TEST_PICTURES,
    Hc18Case,
    read_hc18,
    split_hc18,
)
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

HEADER = (
    "file,pixel_mm,hc_mm,bpd_mm,ofd_mm,cephalic_index,ellipse_x_px,ellipse_y_px,semi_major_px,semi_minor_px,angle_deg\n"
)


def examination(case: Hc18Case) -> str:
    return case.path.name.split("_")[0]


def made_up(count: int) -> list[Hc18Case]:
    """Every seventh examination has a second picture, every fifth picture is of a small head."""
    ellipse = Ellipse((0.0, 0.0), 1.0, 1.0, 0.0)
    names = [f"{i:03d}{suffix}.png" for i in range(count) for suffix in ("_HC", "_2HC")[: 2 if i % 7 == 0 else 1]]
    return [Hc18Case(Path(name), 0.1, ellipse, 100.0 if i % 5 == 0 else 200.0) for i, name in enumerate(names)]


def test_whole_examinations_go_to_one_part() -> None:
    cases = made_up(600)
    split = split_hc18(cases)
    parts = [{examination(case) for case in part} for part in (split.training, split.calibration, split.test)]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    assert TEST_PICTURES <= len(split.test) <= TEST_PICTURES + 1
    assert CALIBRATION_PICTURES <= len(split.calibration) <= CALIBRATION_PICTURES + 1
    assert min(case.hc_mm for case in split.test + split.calibration) >= LEAST_HC_MM
    assert {case.hc_mm for case in split.training} == {100.0, 200.0}


def test_the_split_is_always_the_same_and_does_not_depend_on_the_order() -> None:
    cases = made_up(400)
    one, other = split_hc18(cases), split_hc18(cases[::-1])
    for part in ("training", "calibration", "test"):
        assert {c.path for c in getattr(one, part)} == {c.path for c in getattr(other, part)}
    assert split_hc18(cases).test == one.test


def test_a_row_becomes_an_ellipse_in_mm(tmp_path: Path) -> None:
    (tmp_path / "hc18.csv").write_text(HEADER + "images/010_HC.png,0.2,180.5,50,60,0.8,400,300,150,120,30\n")
    (case,) = read_hc18(tmp_path)
    assert case.path == tmp_path / "images" / "010_HC.png" and case.spacing_mm == 0.2 and case.hc_mm == 180.5
    np.testing.assert_allclose(case.ellipse.centre, [80, 60])
    assert (case.ellipse.semi_major, case.ellipse.semi_minor) == pytest.approx((30, 24))
    assert case.ellipse.angle_rad == pytest.approx(np.pi / 6)


def test_a_folder_without_the_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"hc18\.csv does not exist: give the folder"):
        read_hc18(tmp_path)


@pytest.mark.real_data
def test_the_real_parts_are_disjoint(shared_data: Path) -> None:
    cases = read_hc18(shared_data / "hc18")
    split = split_hc18(cases)
    parts = [{examination(case) for case in part} for part in (split.training, split.calibration, split.test)]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    assert len(split.test) in (100, 101) and len(split.calibration) in (60, 61) and len(split.training) > 450
    for case in cases[::50]:
        assert case.ellipse.perimeter == pytest.approx(case.hc_mm, abs=0.1)


@pytest.mark.real_data
def test_real_ellipses_run_along_a_bright_border(shared_data: Path) -> None:
    """With a wrong sign of the angle or exchanged axes the ellipse would miss the skull echo."""
    on, off = [], []
    for case in read_hc18(shared_data / "hc18")[::50]:
        pixels = case.pixels().astype(float)

        def mean_at(points: np.ndarray, pixels=pixels, mm=case.spacing_mm) -> float:
            column, row = np.round(points / mm).astype(int).T
            there = (row >= 0) & (row < pixels.shape[0]) & (column >= 0) & (column < pixels.shape[1])
            return pixels[row[there], column[there]].mean()

        e = case.ellipse
        on.append(mean_at(Ellipse(e.centre, 0.97 * e.semi_major, 0.97 * e.semi_minor, e.angle_rad).points(720)))
        off.append(mean_at(Ellipse(e.centre, 0.97 * e.semi_major, 0.97 * e.semi_minor, -e.angle_rad).points(720)))
    assert np.mean(on) > 1.1 * np.mean(off)
