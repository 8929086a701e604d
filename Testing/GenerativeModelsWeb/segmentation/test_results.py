"""What the page prints of a check is what its files say."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("slicer", reason="Slicer's core is not installed")

from GenerativeModelsLib.segmentation.case.read import CheckedCase, FoundViolation
from GenerativeModelsWeb.segmentation import results
from GenerativeModelsWeb.segmentation.results import notices_of, result_of, start_of
from Testing.helpers.segmentation_phantoms import cine, maps_of


def found(frame, slice_, *, acquisition=False, where=(0.0, 0.0, 0.0)) -> FoundViolation:
    return FoundViolation(frame, slice_, "lv", "lv_hole", 1.0, 0.0, "mm2", where, acquisition, f"Hole in {frame}.")


@pytest.fixture(scope="module")
def maps():
    return maps_of(cine(4, 5))


@pytest.fixture
def case(maps):
    """A check of four frames: a shift, a hole, a fault of a whole frame."""
    result = {
        "frames": 4,
        "slices": 5,
        "view": "short-axis",
        "roles": [["base", "mid", "mid", "apex", None]] * 4,
        "criteria": {"lv_hole": {"violations": 3}},
        "violating": 1,
        "violating_frames": 2,
        "labelled_slices": 16,
        "shifted_slices": 1,
        "edv_ml": 100.0,
        "esv_ml": 40.0,
        "ef_percent": 60.0,
        "ed_frame": 0,
        "es_frame": 2,
        "seconds": {"total": 1.26},
        "warnings": ["One frame is odd."],
        "warning_kinds": ["missing"],
    }
    violations = [
        found(0, 1, acquisition=True),
        found(2, 3),
        found(3, None, where=maps.point_lps(2, 5, 5)),
    ]
    return CheckedCase(
        Path("x"), result, violations, {"lv_ml": [100.0, None, 40.0, 90.0], "rv_ml": [1.0, None, None, 2.0]}
    )


def test_numbers_overview_and_violations(case, maps):
    shown = result_of(case, maps, image=True)
    assert [(row["short"], row["value"]) for row in shown.rows] == [
        ("EDV", "100.0 ml"),
        ("ESV", "40.0 ml"),
        ("EF", "60.0 %"),
        ("Faulty slices", "1"),
        ("Faulty frames", "2"),
    ]
    assert shown.outcome == "1 of 16 labelled slices break a rule, in 2 of 4 frames"
    assert [row[2][0] for row in shown.cells] == ["fine", "fine", "fine", "fault", "empty"]
    assert shown.cells[1][0] == ["shift", "frame 0, slice 1: middle"]
    assert shown.whole == ["", "", "", "frame 3 as a whole: Hole in 3."]
    assert [(one["heading"], one["slice"]) for one in shown.violations] == [
        ("Frame 0, slice 1", 1),
        ("Frame 2, slice 3", 3),
        ("Frame 3, whole frame", 2),
    ]
    assert shown.image and shown.summary == "Checked in 1.3 s" and shown.unlisted == 0
    assert [one["words"] for one in shown.structures] == ["cavity (lv)", "myocardium (myo)", "right ventricle (rv)"]


def test_a_curve_breaks_where_it_is_not_known_and_faulty_frames_stand_out(case, maps):
    (curve,) = result_of(case, maps, image=False).curves
    assert (curve["label"], curve["unit"], curve["values"]) == ("Cavity", "ml", [100.0, None, 40.0, 90.0])
    line, dots, faulty = curve["svg"].split("<path")[1:4]
    assert line.count("M") == 1 and line.count("L") == 1, "from frame 2 to 3 alone"
    assert dots.count("M") == 3 and 'class="gm-faulty"' in faulty and faulty.count("M") == 2
    assert ">ED</text>" in curve["svg"] and ">ES</text>" in curve["svg"]


def test_the_first_fault_of_the_labels_is_shown_first(case, maps):
    assert start_of(case, maps) == (2, 3, 1)
    fine = CheckedCase(case.folder, case.result, case.violations[:1], case.curves)
    assert start_of(fine, maps) == (0, 2, -1), "the middle slice at end diastole"


def test_a_long_list_is_cut_and_says_so(case, maps, monkeypatch):
    monkeypatch.setattr(results, "MOST_LISTED", 2)
    shown = result_of(case, maps, image=False)
    assert (len(shown.violations), shown.unlisted) == (2, 1)


def test_warnings_are_cautions(case):
    assert notices_of(case.result) == [{"severity": "caution", "heading": "", "text": "One frame is odd."}]
