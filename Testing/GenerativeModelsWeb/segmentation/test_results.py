"""What the page prints of a check is what its files say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("slicer", reason="Slicer's core is not installed")

from GenerativeModelsLib.segmentation.case.read import CheckedCase, FoundViolation
from GenerativeModelsLib.segmentation.repair.read import ListedChange, RepairedCase
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
    assert shown.heads == ["Value"] and [(row["short"], row["values"]) for row in shown.rows] == [
        ("EDV", ["100.0 ml"]),
        ("ESV", ["40.0 ml"]),
        ("EF", ["60.0 %"]),
        ("Faulty slices", ["1"]),
        ("Faulty frames", ["2"]),
    ]
    assert not (shown.repaired or shown.changes or shown.left)
    assert shown.outcome == "1 of 16 labelled slices breaks a rule, in 2 of 4 frames"
    assert [row[2][0] for row in shown.cells] == ["fine", "fine", "fine", "fault", "empty"]
    assert shown.cells[1][0] == ["shift", "frame 0, slice 1: middle", ""]
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


@pytest.fixture
def repair(case):
    """The repair of that check: the hole is mended, the whole frame left, frame 1 kept."""
    left = [{"frame": 3, "slice": slice_, "rules": ["x"], "reason": "Too much."} for slice_ in (None, *range(3))]
    left.append({"frame": 0, "slice": 4, "rules": ["x"], "reason": "Odd."})
    result = {
        "frames": 4,
        "changed": [[2, 3]],
        "changed_slices": 1,
        "changed_frames": 1,
        "kept_frames": [1],
        "abstained": left,
        "seconds": {"total": 2.0},
    }
    changes = [
        ListedChange(2, 3, "smallest", 29.25, "Holes filled.", 0.0, -1.0, 2.04),
        ListedChange(None, 1, "realign", 0.0, "Shifted.", 0.0, 0.0, 0.0),
    ]
    after = CheckedCase(
        case.folder,
        case.result | {"violating": 0, "violating_frames": 1},
        [case.violations[0], case.violations[2]],
        {"lv_ml": [100.0, 90.0, 41.0, 90.0]},
    )
    return RepairedCase(case.folder, result, case.folder / "repaired.nii.gz", changes, case, after)


def test_a_repair_stands_beside_what_was_before(repair, maps):
    shown = result_of(repair, maps, image=False)
    assert shown.heads == ["Before", "After"] and shown.repaired and shown.summary == "Repaired in 2.0 s"
    assert shown.rows[3]["values"] == ["1", "0"]
    assert shown.cells[3][2] == ["fine", "frame 2, slice 3: apical, repaired", "changed"]
    assert len(shown.violations) == 2 and 'class="gm-before"' in shown.curves[0]["svg"]
    before = result_of(repair, maps, image=False, when="before")
    assert before.cells[3][2] == ["fault", "frame 2, slice 3: apical, 1 fault, repaired", "changed"]
    assert len(before.violations) == 3 and "gm-before" not in before.curves[0]["svg"]
    assert before.rows == shown.rows
    assert start_of(repair, maps) == (2, 3, -1)


def test_a_slice_that_is_changed_and_still_faulty_is_mended_in_part(repair, maps):
    left = [*repair.result["abstained"], {"frame": 2, "slice": 3, "rules": ["x"], "reason": "Mended in part. Odd."}]
    after = replace(repair.after, violations=repair.before.violations)
    shown = result_of(replace(repair, result=repair.result | {"abstained": left}, after=after), maps, image=False)
    assert shown.cells[3][2] == ["fault", "frame 2, slice 3: apical, 1 fault, mended in part", "changed"]
    assert shown.left[-1] == "Frame 2, slice 3: Mended in part. Odd."


def test_changes_are_told_by_frame_and_kept_frames_stay_in_the_list(repair, maps):
    shown = result_of(repair, maps, image=False)
    assert shown.changes == [
        {"frame": None, "slice": 1, "lines": ["Slice 1: 0 mm². Shifted."]},
        {"frame": 1, "slice": -1, "lines": ["Kept as it was."]},
        {"frame": 2, "slice": 3, "lines": ["Slice 3: 29 mm². Holes filled. EF +2.0 %."]},
    ]
    assert shown.left == ["Frame 3, slices 0 to 2: Too much.", "Frame 0, slice 4: Odd."]


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
