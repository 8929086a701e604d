"""The benchmark of repairs: scores of cases with known faults, and the tables of two tiny ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.scores.stacks import roughness_percent
from GenerativeModelsLib.evaluation.segmentation import repair as module
from GenerativeModelsLib.evaluation.segmentation.corrupted import LEVELS, corrupted, corrupted_cases
from GenerativeModelsLib.evaluation.segmentation.expert_maps import DEVELOPMENT, HELD_OUT, ExpertMap
from GenerativeModelsLib.evaluation.segmentation.methods import AsItIs, LargestPieces, Outcome, Repair
from GenerativeModelsLib.evaluation.segmentation.predictions import SegmentedCase
from GenerativeModelsLib.evaluation.segmentation.repair_scores import (
    ScoringJob,
    ejection_fraction,
    ejection_fraction_error,
    score_case,
)
from GenerativeModelsLib.evaluation.segmentation.repair_tables import summary_of, table_of_networks, tables_of
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from Testing.helpers.segmentation_phantoms import cine, maps_of, stack

LV, MYO = CODES["lv"], CODES["myo"]


class Abstains:
    name = "abstains"

    def repair(self, maps: LabelMaps) -> Outcome:
        values = maps.values.copy()
        values[-1, 3, 40:43, 40:43] = MYO
        return Outcome(replace(maps, values=values), frozenset({(2, None), (5, 1)}))


def beat(patient: str = "a", seed: int = 0) -> SegmentedCase:
    """A cine whose frame 2 has an island; end diastole and end systole are known."""
    truth = cine(8, 6)
    values = truth.copy()
    values[2, 3, 2:6, 60:66] = LV
    known = np.zeros((8, 6), bool)
    known[[0, 4]] = True
    walled = known & (np.arange(8)[:, None] == 0)
    return SegmentedCase(patient, "cine", seed, maps_of(values), truth, {"lv": known, "myo": walled})


def test_a_case_is_scored_before_and_after() -> None:
    as_it_is, cleaned, abstains = score_case(ScoringJob(beat(), [AsItIs(), LargestPieces(), Abstains()]))
    assert (as_it_is.frames, as_it_is.slices, as_it_is.faulty_frames, as_it_is.faulty_slices) == (8, 48, 1, 1)
    assert (as_it_is.left_frames, as_it_is.left_slices, as_it_is.rules) == (1, 1, {"lv_pieces": 1})
    assert (as_it_is.unlisted_frames, as_it_is.unlisted_slices, as_it_is.abstained_frames) == (1, 1, 0)
    assert (cleaned.left_frames, cleaned.left_slices, cleaned.unlisted_slices) == (0, 0, 0)
    assert (cleaned.valid_frames, cleaned.valid_slices) == (7, 47)
    assert (cleaned.valid_frames_changed, cleaned.valid_slices_changed) == (0, 0)
    assert (abstains.abstained_frames, abstains.abstained_slices) == (2, 1), "what the method lists, right or wrong"
    assert (abstains.unlisted_frames, abstains.unlisted_slices) == (2, 2), "the island of a listed frame is not listed"
    assert (abstains.valid_frames_changed, abstains.valid_slices_changed) == (1, 1)
    assert [len(as_it_is.scores[name]) for name in ("lv", "myo")] == [2, 1]
    assert all(score.dice == 1 and score.hausdorff_mm == 0 for score in as_it_is.scores["lv"])
    assert as_it_is.ef_error == 0 and as_it_is.roughness != cleaned.roughness
    assert cleaned.roughness == pytest.approx(roughness_percent((beat().truth == LV).sum(axis=(1, 2, 3))))


def test_what_still_breaks_rules_is_counted_by_a_check_of_the_repaired_maps_alone() -> None:
    """A method that lists its faulty slice has none that is not listed; one that breaks another slice has."""

    class Lists:
        name = "lists"

        def repair(self, maps: LabelMaps) -> Outcome:
            return Outcome(maps, frozenset({(2, 3)}))

    class Breaks:
        name = "breaks"

        def repair(self, maps: LabelMaps) -> Outcome:
            values = maps.values.copy()
            values[2, 1, 2:6, 60:66] = LV
            return Outcome(replace(maps, values=values), frozenset({(2, 3)}))

    lists, breaks = score_case(ScoringJob(beat(), [Lists(), Breaks()]))
    assert (lists.unlisted_frames, lists.unlisted_slices, lists.abstained_slices) == (0, 0, 1)
    assert (breaks.unlisted_frames, breaks.unlisted_slices) == (1, 1)
    assert (breaks.valid_frames_changed, breaks.valid_slices_changed) == (0, 1)


def test_slices_of_a_frame_that_is_faulty_as_a_whole_are_not_valid() -> None:
    case = beat()
    values = case.maps.values.copy()
    values[3] = 0
    score = score_case(ScoringJob(replace(case, maps=replace(case.maps, values=values)), [AsItIs()]))[0]
    assert (score.valid_frames, score.valid_slices, score.faulty_frames) == (6, 41, 2)


def test_the_ejection_fraction_is_compared_in_the_contoured_slices_of_the_contoured_frames() -> None:
    case = beat()
    case.known["lv"][:, 5] = False
    assert ejection_fraction([200.0, 80.0]) == 60
    cavity = case.truth[:, :5] == LV
    values = case.maps.values.copy()
    values[4][values[4] == LV] = MYO
    assert ejection_fraction_error(replace(case.maps, values=values), case) == pytest.approx(
        100 * cavity[4].sum() / cavity[0].sum()
    )
    values = case.maps.values.copy()
    values[5][values[5] == LV] = MYO  # a frame that is not contoured
    values[4, 5] = LV  # a slice that is not
    assert ejection_fraction_error(replace(case.maps, values=values), case) == 0


def test_more_faults_are_made_at_each_level_and_none_without() -> None:
    maps = maps_of(stack())
    changed = {
        level: (corrupted(maps, level, np.random.default_rng(0)).values != maps.values).any(axis=(2, 3)).sum()
        for level in LEVELS
    }
    assert list(changed.values()) == [0, 1, 2, 4]
    experts = [ExpertMap(f"{name} ED", HELD_OUT, maps) for name in "abc"]
    cases = list(corrupted_cases(experts, "severe", 2, 0))
    assert len(cases) == 2 and all(case.patient in "abc" and case.truth is maps.values for case in cases)
    again = list(corrupted_cases(experts, "severe", 2, 0))
    assert all(np.array_equal(one.maps.values, other.maps.values) for one, other in zip(cases, again))


def test_the_tables_of_two_tiny_cases() -> None:
    methods = [AsItIs(), LargestPieces(), Repair()]
    cases = [beat("a", 0), beat("b", 1)]
    worse = beat("b", 0)
    worse = replace(worse, maps=replace(worse.maps, values=worse.truth.copy()))
    worse.maps.values[0, 3, 2:6, 60:66] = LV
    cases.append(worse)
    cases.append(beat("a", 1))
    found = [score for case in cases for score in score_case(ScoringJob(case, methods))]
    names = [method.name for method in methods]
    before, after = (summary_of(found, name, names[0]) for name in names[:2])
    assert before["frames_faulty"] == [12.5, 12.5] and after["frames_faulty"] == [0, 0]
    assert after["frames_unlisted"] == [0, 0] and before["slices_unlisted"] == [pytest.approx(100 / 48)] * 2
    assert after["valid_frames_changed"] == [0, 0] and after["valid_frames"] == [14, 14]
    assert after["valid_slices_changed"] == [0, 0] and after["valid_slices"] == [94, 94]
    assert before["rules"] == {"lv_pieces": 4} and after["rules"] == {}
    change = after["lv_dice"]["change"]
    assert change["subjects"] == 2 and change["cases"] == 8
    assert change["difference"] > 0 and after["lv_dice"]["mean"] == 1 and after["lv_hausdorff_mm"]["mean"] == 0
    assert len(before["lv_dice"]["by_seed"]) == 2 and before["lv_dice"]["by_seed"][1] == 1
    tables, figures = tables_of({"phantoms": found}, names)
    assert figures["phantoms"][names[1]]["valid_frames"] == [14, 14]
    text = "\n".join(table.markdown() for table in tables)
    assert "12.5 +- 0.0 → 0.0 +- 0.0" in text and "0 of 28 | 0 of 188" in text and "(+0.0" in text


def test_the_repair_by_another_network_is_held_against_that_by_the_shipped_one() -> None:
    """Of two cases of one patient one keeps its fault; "largest component" stands for the other network."""
    found = [score for seed in (0, 1) for score in score_case(ScoringJob(beat("a", seed), [AsItIs(), LargestPieces()]))]
    found[-1] = replace(found[-1], left_slices=1)
    table, figures = table_of_networks({"phantoms": found}, AsItIs().name, LargestPieces().name)
    change = figures["phantoms"]["slices_faulty"]
    assert (change["cases"], change["subjects"], change["interval95"]) == (2, 1, None)
    assert change["difference"] == pytest.approx(-50 / 48)
    assert figures["phantoms"]["lv_dice"]["difference"] == 0
    (row,) = table.rows
    assert row[:3] == ["phantoms", "-1.0", "+0.000"] and len(row) == len(table.columns)
    without_wall = [replace(score, scores={**score.scores, "myo": []}) for score in found]
    assert table_of_networks({"phantoms": without_wall}, "as it is", LargestPieces().name)[0].rows[0][-1] == "–"


def test_expert_maps_without_wall_have_no_score_of_it() -> None:
    case = beat()
    case = replace(case, known={**case.known, "myo": np.zeros((8, 6), bool)})
    assert summary_of(score_case(ScoringJob(case, [AsItIs()])), "as it is", "as it is")["myo_dice"] is None


def test_acdc_and_patients_held_out_are_read_with_final_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = maps_of(stack())
    parts = {"a ED": DEVELOPMENT, "b ED": HELD_OUT}
    monkeypatch.setattr(module, "sunnybrook_maps", lambda data: [ExpertMap(*each, maps) for each in parts.items()])
    monkeypatch.setattr(module, "acdc_maps", lambda data: [ExpertMap("c ED", HELD_OUT, maps)])
    monkeypatch.setattr(module, "patients_of", lambda data, final: ("b",) if final else ("a",))
    for final, patients in ((False, {"a"}), (True, {"b", "c"})):
        graded = module._graded(Path(), 1, 0, final)
        assert {case.patient for cases in graded.values() for case in cases} == patients
        assert len(graded) == len(LEVELS) * len(patients)


@pytest.mark.slow
@pytest.mark.real_data
def test_the_whole_run(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("monai")
    monkeypatch.setattr(module, "SEEDS", 1)
    report = module.run(shared_data, 2, 0, 1, folder=tmp_path)
    methods = report.figures["summary"]["U-Net"]
    assert len(methods) == 9 and methods["as it is"]["cases"] == 16
    assert set(report.figures["tested_patients"]).isdisjoint(report.figures["training_patients"])
    assert methods["as it is"]["lv_dice"]["mean"] > 0.6
    for summary in report.figures["summary"].values():
        for name in ("valid_frames_changed", "valid_slices_changed", "frames_unlisted", "slices_unlisted"):
            assert summary["segmentation repair"][name] == [0]
    assert not any(name.startswith("ACDC") for name in report.figures["summary"]), "development does not see it"
