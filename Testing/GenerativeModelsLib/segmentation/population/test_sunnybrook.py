"""Sequences of Sunnybrook: of files of its format, and of the data where they are."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.sunnybrook import SUNNYBROOK_MM, sunnybrook_cines, sunnybrook_slices

ED_KNOWN, ES_KNOWN = [False, True, True, False, True], [False, True, False, False, True]


def write_table(path: Path, rows: list[dict]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def square(size: int, cavity: int, wall: int = 0) -> np.ndarray:
    values = np.zeros((size, size), np.uint8)
    for half, value in ((wall, 2), (cavity, 3)):
        if half:
            values[size // 2 - half : size // 2 + half, size // 2 - half : size // 2 + half] = value
    return values


def test_slices_have_their_phases_roles_and_what_is_known(tmp_path: Path) -> None:
    labels = np.stack([square(20, 3), square(20, 5, 7), square(20, 4, 6), square(20, 2, 4), square(20, 3, 5)])
    places = [("B", 2, "ES"), ("B", 2, "ED"), ("B", 3, "ED"), ("B", 4, "ED"), ("A", 1, "ED")]
    rows = [{"index": n, "patient": p, "slice": s, "phase": phase} for n, (p, s, phase) in enumerate(places)]
    np.savez(tmp_path / "slices.npz", label=labels)
    write_table(tmp_path / "slices.csv", rows)
    found = sunnybrook_slices(tmp_path)
    assert [(s.subject, s.role, len(s.values)) for s in found] == [
        ("A", "base", 1),
        ("B", "base", 2),
        ("B", "mid", 1),
        ("B", "apex", 1),
    ]
    pair = found[1]
    assert pair.known.tolist() == [ED_KNOWN, ES_KNOWN] and pair.frame_s is None
    assert (pair.values == CODES["lv"]).sum(axis=(1, 2)).tolist() == [100, 36]
    assert (pair.values == CODES["myo"]).sum(axis=(1, 2)).tolist() == [96, 0]
    assert pair.pixel_mm.tolist() == [SUNNYBROOK_MM] * 2


def test_cines_have_the_pixels_of_their_headers_and_the_contoured_slices_alone(tmp_path: Path) -> None:
    labels = np.zeros((3, 4, 16, 12), np.uint8)  # frame, slice, row, column
    labels[2, 1:3, 4:9, 4:9], labels[1, 1, 5:7, 5:7] = 3, 3
    image = sitk.JoinSeries([sitk.GetImageFromArray(frame) for frame in labels])
    sitk.WriteImage(image, str(tmp_path / "x_label.nii.gz"))
    row = {"patient": "P", "label_file": "x_label.nii.gz", "frame_ed": 2, "frame_es": 1, "dx_mm": 1.2, "dy_mm": 1.4}
    write_table(tmp_path / "index.csv", [row])
    base, apex = sunnybrook_cines(tmp_path)
    assert base.values.shape == (2, 16, 12) and base.pixel_mm.tolist() == [1.4, 1.2] and base.subject == "P"
    assert base.values.sum(axis=(1, 2)).tolist() == [25, 4] and (base.role, apex.role) == ("base", "apex")
    assert len(apex.values) == 1 and apex.known.tolist() == [ED_KNOWN]


@pytest.mark.parametrize("read", [sunnybrook_slices, sunnybrook_cines])
def test_a_folder_without_the_data_is_named(read, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path)


def test_a_label_map_that_is_missing_is_named(tmp_path: Path) -> None:
    write_table(tmp_path / "index.csv", [{"patient": "P", "label_file": "gone.nii.gz", "frame_ed": 0, "frame_es": 1}])
    with pytest.raises(InputError, match=r"gone\.nii\.gz"):
        sunnybrook_cines(tmp_path)


def test_the_data_themselves(shared_data: Path) -> None:
    slices = sunnybrook_slices(shared_data / "sunnybrook_slices")
    assert len(slices) == 244 and sum(len(sequence.values) for sequence in slices) == 469
    assert len({sequence.subject for sequence in slices}) == 26
    cines = sunnybrook_cines(shared_data / "sunnybrook_cine")
    assert {sequence.subject for sequence in cines} < {sequence.subject for sequence in slices}
    assert all(1.28 < sequence.pixel_mm.min() <= sequence.pixel_mm.max() < 1.38 for sequence in cines)
    ed = [s.values[0] for s in cines if s.subject == "SC-HF-I-01" and s.known[0, CODES["myo"]]]
    assert sum((values == CODES["lv"]).sum() for values in ed) * 1.3672**2 / 100 == pytest.approx(202.2, abs=0.5)
