"""Sequences of Sunnybrook: of files of its format, and of the data where they are."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.sunnybrook import sunnybrook_slices
from GenerativeModelsLib.segmentation.population.sunnybrook_files import PIXEL_MM
from Testing.helpers.sunnybrook_data import square, write_slices

ED_KNOWN, ES_KNOWN = [False, True, True, False, True], [False, True, False, False, True]


def test_slices_have_their_phases_roles_and_what_is_known(tmp_path: Path) -> None:
    write_slices(
        tmp_path,
        {
            ("B", 2, "ES"): square(20, 3),
            ("B", 2, "ED"): square(20, 5, 7),
            ("B", 3, "ED"): square(20, 4, 6),
            ("B", 4, "ED"): square(20, 2, 4),
            ("A", 1, "ED"): square(20, 3, 5),
        },
    )
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
    assert pair.pixel_mm.tolist() == [PIXEL_MM] * 2


def test_the_data_themselves(shared_data: Path) -> None:
    slices = sunnybrook_slices(shared_data / "sunnybrook_slices")
    assert len(slices) == 244 and sum(len(sequence.values) for sequence in slices) == 469
    assert len({sequence.subject for sequence in slices}) == 26
