"""The whole repair on graded faults: what is valid stays, what is changed passes, what cannot be mended is listed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.evaluation.segmentation.faults import FAULTS, TIME_FAULTS
from GenerativeModelsLib.segmentation.case.run import sample_request
from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.maps import FileGrid, LabelMaps
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.repair import accepted, repair
from GenerativeModelsLib.segmentation.repair.accepted import broken_by_place
from GenerativeModelsLib.segmentation.repair.change import Change, changed_percent, changed_places
from GenerativeModelsLib.segmentation.repair.over_time import Rebuilt, whole_frames
from GenerativeModelsLib.segmentation.repair.repair import Repaired, repair_maps
from GenerativeModelsLib.segmentation.repair.request import MOST_CHANGE_PERCENT
from Testing.helpers.ring_network import RingNetwork
from Testing.helpers.segmentation_phantoms import LV, MIDDLE, apical, cine, disc, maps_of, ring, stack

BEAT = maps_of(cine(7, 5), frame_s=0.06)
KINDS = [(name, grade) for name, fault in {**FAULTS, **TIME_FAULTS}.items() for grade in fault.grades]


def put(maps: LabelMaps, name: str, grade: float, frame: int, slice_: int, seed: int) -> LabelMaps | None:
    made = {**FAULTS, **TIME_FAULTS}[name].put(maps, frame, slice_, grade, np.random.default_rng(seed))
    return None if made is None else made.maps


def require_sound(
    maps: LabelMaps,
    repaired: Repaired,
    *,
    most_percent: float = MOST_CHANGE_PERCENT,
    kept: tuple[int, ...] = (),
    model: RingNetwork | None = None,
) -> None:
    """What holds for every repair."""
    before, after = repaired.before, repaired.after
    changed = set(changed_places(maps, after.maps))
    assert changed == {(change.frame, change.slice) for change in repaired.changes}
    left = {(each.frame, each.slice): set(each.rules) for each in repaired.abstained}
    known, now = broken_by_place(before), broken_by_place(after)
    assert {place: rules for place, rules in now.items() if place[0] not in kept} == left, "what is left is listed"
    assert all(each.reason for each in repaired.abstained)
    for place, rules in now.items():
        assert rules <= known.get(place, set()), "no place breaks a rule that it did not break"
    whole = whole_frames(before)
    for frame, slice_ in changed:
        assert frame not in kept
        assert known.get((frame, slice_)) or frame in whole, "what breaks no rule stays bit for bit"
        if frame not in whole:
            assert now.get((frame, slice_), set()) < known[frame, slice_], "a change leaves fewer broken rules"
            assert changed_percent(maps.values[frame, slice_], after.maps.values[frame, slice_]) <= most_percent
    again = repair_maps(after.maps, most_percent=most_percent, keep_frames=kept, model=model)
    assert np.array_equal(again.after.maps.values, after.maps.values), "repairing twice changes nothing more"


@settings(max_examples=6, deadline=None)
@given(st.sampled_from(KINDS), st.integers(1, 5), st.integers(1, 3), st.integers(0, 3))
def test_any_fault_is_mended_or_listed(kind: tuple[str, float], frame: int, slice_: int, seed: int) -> None:
    maps = put(BEAT, *kind, frame, slice_, seed)
    if maps is None:
        return
    repaired = repair_maps(maps)
    require_sound(maps, repaired)
    if len(repaired.changes):
        true = check_maps(BEAT).curves.ef_percent
        errors = [abs(each.curves.ef_percent - true) for each in (repaired.before, repaired.after)]
        assert errors[1] <= errors[0] + 0.5


def test_the_network_mends_what_no_small_change_does_and_comes_before_time() -> None:
    values = stack(slices=5)
    values[1:4, disc(14.0, (MIDDLE[0] + 24, MIDDLE[1]))] = 0  # wider open than is closed, in all but the end slices
    maps = maps_of(values)
    alone, with_network = repair_maps(maps), repair_maps(maps, model=RingNetwork())
    assert alone.abstained and not with_network.abstained and not with_network.after.faults
    assert [(change.slice, "codes" in change.steps) for change in with_network.changes] == [
        (slice_, True) for slice_ in (1, 2, 3)
    ]
    outside = repair_maps(maps, model=RingNetwork(limit=1.0))
    assert "population" in outside.abstained[0].reason


@settings(max_examples=16, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(list(FAULTS)), st.integers(0, 7)), min_size=1, max_size=4),
    st.lists(st.integers(1, 6), max_size=2),
    st.sampled_from([8.0, 30.0, 50.0, 100.0]),
    st.integers(0, 9),
    st.sampled_from([None, RingNetwork()]),
)
def test_whatever_is_wrong_in_a_stack_nothing_gets_worse(
    faults: list[tuple[str, int]], dented: list[int], most_percent: float, seed: int, model: RingNetwork | None
) -> None:
    """Several faults a slice, and dents that are not mended."""
    values = stack()
    for slice_ in dented:
        values[slice_][disc(7.0, (MIDDLE[0] - 14, MIDDLE[1])) & (values[slice_] == LV)] = 2
    maps = maps_of(values)
    for name, slice_ in faults:
        grades = FAULTS[name].grades
        maps = put(maps, name, grades[seed % len(grades)], 0, slice_, seed) or maps
    repaired = repair_maps(maps, most_percent=most_percent, model=model)
    require_sound(maps, repaired, most_percent=most_percent, model=model)


def test_of_a_dented_slice_the_island_goes_and_the_dent_is_listed() -> None:
    values = stack()
    for slice_ in (2, 3, 4):
        values[slice_][disc(7.0, (MIDDLE[0] - 14, MIDDLE[1])) & (values[slice_] == LV)] = 2
    dented = values[3].copy()
    values[3][disc(4.0, (95.0, 20.0))] = LV
    maps = maps_of(values)
    repaired = repair_maps(maps)
    require_sound(maps, repaired)
    assert np.array_equal(repaired.after.maps.values[0, 3], dented)
    assert "dent in" not in repaired.changes[0].reasons[0], "only what was mended"
    left = repaired.abstained[1]
    assert left.slice == 3 and "lv_concavity" in left.rules and left.reason.startswith("Mended in part. ")
    again = repair_maps(maps, keep_frames=(0,))
    assert not again.changes and not again.abstained and np.array_equal(again.after.maps.values[0], values)


def test_where_the_frames_around_do_not_mend_a_slice_its_smallest_change_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = stack()
    for slice_ in (2, 3, 4):
        values[slice_][disc(7.0, (MIDDLE[0] - 14, MIDDLE[1])) & (values[slice_] == LV)] = 2
    dented = values[3].copy()
    values[3][disc(4.0, (95.0, 20.0))] = LV

    def worse(found: Findings, **options: object) -> Rebuilt:
        made = found.maps.values.copy()
        made[0, 3][disc(4.0, (14.0, 22.0))] = 2
        return Rebuilt(replace(found.maps, values=made), [Change(0, 3, ("time",), 1.0, ("Rebuilt.",))])

    monkeypatch.setattr(repair, "over_time", worse)
    repaired = repair_maps(maps_of(values))
    assert np.array_equal(repaired.after.maps.values[0, 3], dented)
    assert [change.steps for change in repaired.changes] == [("smallest",)]


def test_a_slice_that_would_change_too_much_in_two_turns_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two islands each is within the limit, and both together are not."""
    values = stack()
    islands = [disc(9.0, (92.0, 22.0)), disc(9.0, (14.0, 22.0))]
    values[3][islands[0]], values[3][islands[1]] = LV, 2

    def one_change(found: Findings, most_percent: float, kept: frozenset[int]) -> tuple[LabelMaps, list[Change]]:
        made = found.maps.values.copy()
        made[0, 3][next((island for island in islands if made[0, 3][island].any()), islands[0])] = 0
        if np.array_equal(made, found.maps.values):
            return found.maps, []
        return replace(found.maps, values=made), [Change(0, 3, ("smallest",), 1.0, ("Changed.",))]

    monkeypatch.setattr(repair, "smallest_changes", one_change)
    for each in (repair, accepted):
        monkeypatch.setattr(each, "without_bodies_apart", lambda found, *_: (found.maps, []))
    whole = changed_percent(values[3], stack()[3])
    repaired = repair_maps(maps_of(values), most_percent=whole + 1)
    assert np.array_equal(repaired.after.maps.values[0], stack()) and not repaired.abstained
    repaired = repair_maps(maps_of(values), most_percent=whole - 1)
    assert not repaired.changes and np.array_equal(repaired.after.maps.values[0], values)
    assert [each.reason for each in repaired.abstained] == [
        f"It would change {whole:.0f} % of the labels, more than {whole - 1:.0f} %."
    ]


def test_a_slice_that_stays_for_that_is_mended_in_the_way_that_a_repair_of_the_result_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As above, but once slice 5 is mended the second island of slice 3 goes alone."""
    values = stack()
    islands = [disc(9.0, (92.0, 22.0)), disc(9.0, (14.0, 22.0))]
    values[3][islands[0]], values[3][islands[1]], values[5][islands[0]] = LV, 2, LV
    true = values.copy()
    true[3][islands[1]] = true[5][islands[0]] = 0

    def one_change(found: Findings, most_percent: float, kept: frozenset[int]) -> tuple[LabelMaps, list[Change]]:
        made = found.maps.values.copy()
        if made[0, 5][islands[0]].any():
            made[0, 5][islands[0]] = made[0, 3][islands[0]] = 0
        else:
            made[0, 3][islands[1]] = 0
        changed = changed_places(found.maps, replace(found.maps, values=made))
        made = replace(found.maps, values=made) if changed else found.maps
        return made, [Change(*place, ("smallest",), 1.0, ("Changed.",)) for place in changed]

    monkeypatch.setattr(repair, "smallest_changes", one_change)
    for each in (repair, accepted):
        monkeypatch.setattr(each, "without_bodies_apart", lambda found, *_: (found.maps, []))
    monkeypatch.setattr(repair, "between_slices", lambda found, kept: Rebuilt(found.maps, []))
    most = changed_percent(values[3], stack()[3]) - 1
    repaired = repair_maps(maps_of(values), most_percent=most)
    assert np.array_equal(repaired.after.maps.values[0], true)
    require_sound(maps_of(values), repaired, most_percent=most)
    assert [change.slice for change in repaired.changes] == [3, 5]


def every_other_slice(maps: LabelMaps) -> LabelMaps:
    """The labelled slices of the sample, 12 mm apart."""
    to_lps = maps.to_lps * np.array([1.0, 1.0, 2.0, 1.0])
    return replace(maps, values=maps.values[:, 4:21:2], to_lps=to_lps, grid=None)


def test_faults_of_the_sample_cine_are_mended() -> None:
    sample = every_other_slice(read_label_maps(sample_request(None)))
    repaired = repair_maps(sample)
    assert [(c.frame, c.slice, c.changed_mm2) for c in repaired.changes] == [(5, 2, pytest.approx(2.25))]
    clean = maps = repaired.after.maps
    for name, grade, frame, slice_ in (
        *(("lv_hole", 4.0, 2, 3), ("myo_island", 4.0, 4, 5), ("opened_wall", 6.0, 6, 4)),
        *(("shrunk_slice", 7.0, 8, 3), ("empty_slice", 1.0, 12, 4), ("shifted_frame", 4.0, 17, 0)),
    ):
        maps = put(maps, name, grade, frame, slice_, 1)
    repaired = repair_maps(maps)
    require_sound(maps, repaired)
    assert not repaired.abstained and repaired.changed_frames == [2, 4, 6, 8, 12, 17]
    wrong = [int((each.values != clean.values).sum()) for each in (maps, repaired.after.maps)]
    assert wrong[1] < 0.15 * wrong[0]
    true = check_maps(clean).curves.ef_percent
    assert abs(repaired.after.curves.ef_percent - true) <= abs(repaired.before.curves.ef_percent - true)


def faulty() -> LabelMaps:
    values = cine(9, 6)
    values[2, 2][disc(4.0)] = 0
    values[5, 3] = ring(8.0, 18.0, (MIDDLE[0] + 10, MIDDLE[1]))
    return maps_of(values, frame_s=0.06)


def test_kept_frames_stay_and_are_not_listed() -> None:
    repaired = repair_maps(faulty(), keep_frames=(5,))
    assert repaired.changed_frames == [2] and not repaired.abstained
    assert {violation.frame for violation in repaired.after.faults} == {5}


def test_what_needs_more_than_may_change_stays_with_the_reason() -> None:
    repaired = repair_maps(faulty(), most_percent=20.0)
    assert repaired.changed_frames == [2] and {each.frame for each in repaired.abstained} == {5}
    assert "% of the labels, more than 20 %" in repaired.abstained[0].reason
    assert np.array_equal(repaired.after.maps.values[5], faulty().values[5])


def test_a_moved_frame_that_needs_more_stays_whole() -> None:
    values = cine(9, 6)
    values[4] = np.roll(values[4], 6, axis=1)
    maps = maps_of(values, frame_s=0.06)
    mended = repair_maps(maps).after.maps.values[4]
    whole = changed_percent(values[4], mended)
    least = min(changed_percent(*pair) for pair in zip(values[4], mended))
    repaired = repair_maps(maps, most_percent=0.5 * (whole + least))
    assert least < whole and not repaired.changes, "also not the slices that alone need less"
    assert np.array_equal(repaired.after.maps.values, values)
    assert {each.frame for each in repaired.abstained} == {4}
    assert all("% of the labels, more than" in each.reason for each in repaired.abstained)


def test_a_slice_of_another_size_loses_its_hole_and_what_is_left_is_listed() -> None:
    values = stack()
    values[3] = ring(8.0, 17.0)  # of another size than its neighbours, as a heart may be
    values[3][disc(2.5)] = 0
    values[5][disc(2.5)] = 0
    maps = maps_of(values)
    repaired = repair_maps(maps)
    require_sound(maps, repaired)
    assert [change.slice for change in repaired.changes] == [3, 5]
    assert np.array_equal(repaired.after.maps.values[0, 3], ring(8.0, 17.0))
    assert repaired.changes[0].reasons == ("Holes filled; rules that were broken: hole in the left ventricle.",)
    (left,) = repaired.abstained
    assert left.slice == 3 and set(left.rules) == {"epi_radius_step", "lv_radius_step"}
    assert left.reason.startswith("Mended in part. It would change 66 % of the labels, more than 50 %. What is left: ")
    steps = (f"step of the {whose} radius between slices" for whose in ("ventricle's", "cavity's"))
    assert left.reason.endswith(f"What is left: {', '.join(steps)}.")


def test_a_shape_that_all_frames_have_is_the_patients_own() -> None:
    """A cavity with a dent that is too deep in most frames: it is not averaged away by the others."""
    values = cine(9, 6)
    for frame in values:
        frame[3][disc(6.0, (MIDDLE[0] - 14, MIDDLE[1])) & (frame[3] == LV)] = 2
        frame[3][disc(4.0, (MIDDLE[0] - 9, MIDDLE[1])) & (frame[3] == LV)] = 2
    maps = maps_of(values, frame_s=0.06)
    assert {v.criterion.name for v in check_maps(maps).faults} >= {"lv_concavity"}
    repaired = repair_maps(maps)
    assert not repaired.changes and len(repaired.abstained) >= 4
    assert all("may be the patient's own" in each.reason for each in repaired.abstained)
    assert np.array_equal(repaired.after.maps.values, values)


def test_a_stack_is_mended_by_small_changes_and_missing_slices_far_from_others_are_listed() -> None:
    values = stack()
    values[3][disc(4.0)] = 0
    values[4:7] = 0
    repaired = repair_maps(maps_of(values))
    assert [change.slice for change in repaired.changes] == [3]
    assert {(each.slice, each.rules) for each in repaired.abstained} == {(k, ("slice_missing",)) for k in (4, 5, 6)}
    assert "no frames before and after" in repaired.abstained[0].reason


def test_a_slice_that_no_small_change_mends_is_rebuilt_from_those_beside_it_and_the_limit_holds() -> None:
    values = stack()
    values[3][disc(7.0, (MIDDLE[0] - 14, MIDDLE[1])) & (values[3] == LV)] = 2
    values[5] = 0
    maps = maps_of(values)
    repaired = repair_maps(maps)
    require_sound(maps, repaired)
    assert not repaired.abstained and [change.steps for change in repaired.changes] == [("slices",), ("slices",)]
    careful = repair_maps(maps, most_percent=1.0)
    assert [change.slice for change in careful.changes] == [5], "a slice that is added changes no label of the file"
    assert "more than 1 %" in careful.abstained[0].reason


def test_an_apical_beat_is_mended() -> None:
    scales = 0.85 + 0.15 * np.cos(2 * np.pi * np.arange(12) / 12)
    true = np.stack([apical(40 + 40 * s, 44 * s, 9 / np.sqrt(s)) for s in scales])[:, None]
    values = true.copy()
    values[3, 0] = np.roll(values[3, 0], 7, axis=0)
    values[6, 0, 60:66, 62:68] = 0
    values[9] = 0
    before, after = maps_of(values, np.ones(2)), repair_maps(maps_of(values, np.ones(2)), "apical")
    assert not after.abstained and after.changed_frames == [3, 6, 9]
    wrong = [int((each.values != true).sum()) for each in (before, after.after.maps)]
    assert wrong[1] < 0.05 * wrong[0]


def test_pixels_of_no_structure_stay() -> None:
    maps = faulty()
    file = maps.values.copy()
    file[2, 2][disc(1.5)] = 9
    maps = replace(maps, grid=FileGrid(file, maps.to_lps, 0.06, "phantom"))
    after = repair_maps(maps).after.maps
    assert (after.values[maps.unnamed] == 0).all() and maps.unnamed.sum() > 2


def test_how_much_is_changed_counts_what_is_lost_and_what_is_new() -> None:
    drawn = np.array([[1, 1, 2, 2, 0, 0]])
    assert changed_percent(drawn, np.array([[1, 1, 2, 0, 0, 0]])) == 25.0
    assert changed_percent(drawn, np.array([[1, 1, 2, 2, 2, 2]])) == pytest.approx(100 / 3)
    assert changed_percent(np.zeros(4), np.ones(4)) == 0.0 and changed_percent(drawn, 0 * drawn) == 100.0
