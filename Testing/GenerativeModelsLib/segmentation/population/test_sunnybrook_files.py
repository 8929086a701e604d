"""Files of Sunnybrook: slices by patient and phase, and what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.sunnybrook_files import (
    PIXEL_MM,
    as_codes,
    read_slices,
    read_table,
)
from Testing.helpers.sunnybrook_data import square, write_slices


def test_slices_are_found_by_patient_and_phase_from_base_to_apex(tmp_path: Path) -> None:
    write_slices(
        tmp_path,
        {
            ("B", 4, "ED"): square(12, 2, 4),
            ("A", 0, "ES"): square(12, 3),
            ("B", 3, "ED"): square(12, 3, 5),
            ("A", 0, "ED"): square(12, 4, 5),
        },
    )
    found = read_slices(tmp_path)
    assert [(place, list(stack.items())) for place, stack in found.stacks.items()] == [
        (("A", "ED"), [(0, 3)]),
        (("A", "ES"), [(0, 1)]),
        (("B", "ED"), [(3, 2), (4, 0)]),
    ]
    assert found.patients == ["A", "B"] and found.images[:, 0, 0].tolist() == [0, 1, 2, 3]
    assert (found.labels[3] == CODES["lv"]).sum() == 64 and (found.labels[3] == CODES["myo"]).sum() == 36


def test_values_without_a_meaning_are_not_labelled() -> None:
    codes = as_codes(np.array([0, 1, 2, 3, 4, 255], np.uint8))
    assert codes.tolist() == [0, 0, CODES["myo"], CODES["lv"], 0, 0]


@pytest.mark.parametrize("gone", ["slices.npz", "slices.csv"])
def test_a_file_that_is_missing_is_named(gone: str, tmp_path: Path) -> None:
    write_slices(tmp_path, {("A", 0, "ED"): square(12, 2, 4)})
    (tmp_path / gone).unlink()
    with pytest.raises(InputError, match=rf"{gone} does not exist: name the folder"):
        read_slices(tmp_path)


def test_the_pixel_size_is_within_that_of_the_headers_that_are_left(shared_data: Path) -> None:
    rows = read_table(shared_data / "sunnybrook_cine" / "index.csv")
    sizes = [float(row[f"d{axis}_mm"]) for row in rows for axis in "xy"]
    assert len(rows) == 3 and min(sizes) < PIXEL_MM < max(sizes) and np.mean(sizes) == pytest.approx(PIXEL_MM, abs=0.02)
