"""Segmentation files of Slicer: segments by name, by terminology and by value, in one layer or several."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap, parse_labels
from GenerativeModelsLib.heart.labels.read import read_label_map
from GenerativeModelsLib.label_files.segments import structure_of
from Testing.helpers.heart_phantoms import (
    ACDC,
    bullet,
    short_axis,
    terminology,
    voxelised,
    write_label_map,
    write_segmentation,
)

PHANTOM = voxelised(bullet(), spacing_mm=(2.0, 2.2, 9.0), grid_axes=short_axis())
LV, MYO, RV = (PHANTOM.mask(name) for name in ("lv", "myo", "rv"))
ELSEWHERE = np.zeros_like(LV)
ELSEWHERE[0, :2, :2] = True
PLAIN = [("Left ventricle", LV, 4, 0), ("LV wall", MYO, 7, 0), ("RV", RV, 9, 0), ("Aorta", ELSEWHERE, 1, 0)]


def assert_the_phantom(read: LabelMap) -> None:
    for structure in ("lv", "myo", "rv"):
        points, expected = (some.points_lps(some.mask(structure)) for some in (read, PHANTOM))
        np.testing.assert_allclose(points, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "structure"),
    [
        *[(name, "lv") for name in ("Left ventricle", "left_ventricle_cavity", "LV", "lv blood pool", "Blood Pool")],
        *[(name, "lv") for name in ("LV endocardium", "heart_ventricle_left", "LVBP", "Left ventricular cavity")],
        *[(name, "myo") for name in ("MYOCARDIUM", "LV wall", "heart_myocardium", "LV-Myo", "LVmyo", "leftWall")],
        *[(name, "rv") for name in ("Right ventricle", "RV", "rv cavity", "RV blood pool", "heart_ventricle_right")],
        *[
            (name, None)
            for name in ("Left atrium", "RV wall", "right ventricular myocardium", "LV epicardium", "Aorta")
        ],
        *[(name, None) for name in ("Segment_1", "LVOT", "papillary muscles", "left kidney", "LA", "LV scar")],
    ],
)
def test_names_of_segments(name: str, structure: str | None) -> None:
    assert structure_of(name) == structure


def test_segments_are_found_by_name_whatever_the_labels_of_a_preset(tmp_path: Path) -> None:
    read = read_label_map(write_segmentation(tmp_path / "ed.seg.nrrd", PHANTOM, PLAIN), ACDC, "ed")
    assert_the_phantom(read)
    assert read.labels == HeartLabels(lv=4, myo=7, rv=9), "messages name the values of the file"
    assert read.segments == {"lv": "Left ventricle", "myo": "LV wall", "rv": "RV"}


def test_a_right_ventricle_may_be_missing(tmp_path: Path) -> None:
    read = read_label_map(write_segmentation(tmp_path / "ed.seg.nrrd", PHANTOM, PLAIN[:2]), ACDC, "ed")
    assert read.segments == {"lv": "Left ventricle", "myo": "LV wall"} and not read.mask("rv").any()


@pytest.mark.parametrize("scheme", ["SCT", "SRT", "99OWN"])
def test_segments_without_telling_names_are_found_by_their_terminology(tmp_path: Path, scheme: str) -> None:
    codes = {
        "SCT": ("87878005", "74281007", "53085002", "x", "y", "z"),
        "SRT": ("T-32600", "T-32020", "T-32500", "x", "y", "z"),
        "99OWN": ("1", "2", "3", "Ventricle", "Myocardium", "Ventricle"),
    }[scheme]
    sides = ("Left", "", "Right") if scheme == "99OWN" else ("", "", "")
    tags = {f"Segment_{k + 1}": terminology(scheme, codes[k], codes[3 + k], sides[k]) for k in range(3)}
    segments = [(f"Segment_{k + 1}", mask, k + 1, 0) for k, mask in enumerate((LV, MYO, RV))]
    read = read_label_map(write_segmentation(tmp_path / "ed.seg.nrrd", PHANTOM, segments, tags), ACDC, "ed")
    assert_the_phantom(read)
    assert read.segments == {"lv": "Segment_1", "myo": "Segment_2", "rv": "Segment_3"}


@pytest.mark.parametrize("old", [False, True])
def test_layers_are_put_together(tmp_path: Path, old: bool) -> None:
    segments = [("LV", LV, 1, 0), ("Myocardium", MYO, 1, 1), ("RV", RV, 1, 2)]
    read = read_label_map(write_segmentation(tmp_path / "ed.seg.nrrd", PHANTOM, segments, old=old), ACDC, "ed")
    assert_the_phantom(read)
    assert read.labels == HeartLabels(lv=3, myo=2, rv=1), "values that repeat are replaced"


def test_overlap_is_refused_where_it_matters(tmp_path: Path) -> None:
    path = tmp_path / "ed.seg.nrrd"
    other = ("Whole heart", LV | MYO | RV, 1, 2)
    read = read_label_map(write_segmentation(path, PHANTOM, [*PLAIN, other]), ACDC, "ed")
    assert_the_phantom(read)
    write_segmentation(path, PHANTOM, [("LV", LV, 1, 0), ("Myo", LV | MYO, 1, 1)])
    count = int(LV.sum())
    with pytest.raises(InputError, match=rf'^ed ed\.seg\.nrrd: segments "LV" and "Myo" overlap in {count} voxels: sub'):
        read_label_map(path, ACDC, "ed")


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        (PLAIN[:1], r'no segment that is the myocardium \(myo\) by its name or terminology; it holds "Left v'),
        (PLAIN[1:], r"no segment that is the cavity \(lv\) by its name"),
        ([*PLAIN, ("LV cavity", ELSEWHERE, 2, 0)], r'several segments .*: "Left ventricle" \(4\) and "LV '),
        ([PLAIN[0], ("Myo", ELSEWHERE & False, 2, 0)], r'segment "Myo", the myocardium \(myo\), is empty'),
    ],
)
def test_missing_and_ambiguous_segments_are_named_with_the_remedy(tmp_path: Path, segments: list, words: str) -> None:
    path = write_segmentation(tmp_path / "es.seg.nrrd", PHANTOM, segments)
    with pytest.raises(InputError, match=rf"^es es\.seg\.nrrd.*{words}") as caught:
        read_label_map(path, ACDC, "es")
    assert "empty" in words or "labels" in str(caught.value)


def test_values_settle_what_names_leave_open(tmp_path: Path) -> None:
    segments = [*PLAIN, ("LV cavity", ELSEWHERE, 2, 0)]
    path = write_segmentation(tmp_path / "ed.seg.nrrd", PHANTOM, segments)
    read = read_label_map(path, parse_labels("lv=4,myo=7,rv=9"), "ed", by_name=False)
    assert_the_phantom(read)
    assert read.segments == {"lv": "Left ventricle", "myo": "LV wall", "rv": "RV"}
    with pytest.raises(InputError, match=r"no segment of value 5, the cavity \(lv\) by labels lv=5,myo=7; it holds"):
        read_label_map(path, parse_labels("lv=5,myo=7"), "ed", by_name=False)
    write_segmentation(path, PHANTOM, [("A", LV, 1, 0), ("B", MYO, 1, 1), ("C", RV, 2, 0)])
    with pytest.raises(InputError, match=r'several segments of value 1.*"A" \(1\) and "B" \(1\); save them in one'):
        read_label_map(path, parse_labels("lv=1,myo=2"), "ed", by_name=False)


def test_a_plain_nrrd_goes_by_its_values(tmp_path: Path) -> None:
    path = write_label_map(replace(PHANTOM, values=PHANTOM.values), tmp_path / "ed.seg.nrrd")
    read = read_label_map(path, ACDC, "ed")
    assert_the_phantom(read)
    assert read.segments is None


def test_a_segment_without_a_value_is_refused(tmp_path: Path) -> None:
    path = write_segmentation(tmp_path / "ed.seg.nrrd", PHANTOM, PLAIN)
    path.write_bytes(path.read_bytes().replace(b"Segment1_LabelValue:=7", b"Segment1_LabelValue:=x"))
    with pytest.raises(InputError, match="segment 1 has no value: save it again"):
        read_label_map(path, ACDC, "ed")


def test_real_labels_as_a_segmentation_are_the_same_heart(tmp_path: Path, shared_data: Path) -> None:
    source = shared_data / "acdc_labels" / "patient104_ED.nii.gz"
    if not source.is_file():
        pytest.skip("the patients of ACDC are not here")
    plain = read_label_map(source, ACDC, "ed")
    segments = [("Left ventricle", plain.mask("lv"), 1, 0), ("Myocardium", plain.mask("myo"), 2, 0)]
    read = read_label_map(write_segmentation(tmp_path / "ed.seg.nrrd", plain, segments), ACDC, "ed")
    assert read.volume_ml("lv") == pytest.approx(plain.volume_ml("lv"), rel=1e-6)
    assert read.volume_ml("myo") == pytest.approx(plain.volume_ml("myo"), rel=1e-6)
