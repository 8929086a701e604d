"""Rules over time: a beat keeps them at any frame rate, a frame that does not fit breaks them."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.check import check_maps, series_limit
from GenerativeModelsLib.segmentation.criteria.over_time import OVER_TIME, TimeCriterion
from GenerativeModelsLib.segmentation.maps import CODES
from Testing.helpers.segmentation_phantoms import MIDDLE, MYO, apical, both_walled, cine, maps_of, ring

NAMES = {rule.name for rules in OVER_TIME.values() for rule in rules}
ONE = np.ones(2)


def over_time(values: np.ndarray, view: str = "short-axis", **options) -> dict[str, list]:
    found: dict[str, list] = {}
    for violation in check_maps(maps_of(values, **options), view).violations:
        if violation.criterion.name in NAMES:
            found.setdefault(violation.criterion.name, []).append(violation)
    return found


@pytest.mark.parametrize("frames", [12, 25])
def test_a_beat_breaks_none_at_any_rate(frames: int) -> None:
    assert over_time(cine(frames, 4), frame_s=0.9 / frames) == {}


def test_a_limit_grows_with_the_square_of_the_interval() -> None:
    rule = next(rule for rule in OVER_TIME["short-axis"] if rule.name == "lv_radius_jump")
    noise, fast, slow = rule.noise, rule.limit(0.02), rule.limit(0.04)
    assert slow - noise == pytest.approx(4 * (fast - noise)) and rule.limit(0.0) == noise
    assert all(
        isinstance(r, TimeCriterion) or r.name.endswith(("missing", "change")) for rs in OVER_TIME.values() for r in rs
    )


def test_a_slice_that_jumps_is_found_in_its_frame() -> None:
    values = cine(10, 6)
    values[4, 3] = ring(18.0, 27.0, (MIDDLE[0] + 8.4, MIDDLE[1]))
    found = over_time(values)
    (centre,) = found["centre_jump"]
    assert (centre.frame, centre.slice) == (4, 3) and centre.value == pytest.approx(8.4, abs=1.5)
    values = cine(10, 6)
    values[7, 2] = ring(9.0, 26.0)
    assert {(v.frame, v.slice) for v in over_time(values)["lv_radius_jump"]} == {(7, 2)}


def test_the_first_and_the_last_frame_are_looked_at_too() -> None:
    for frame in (0, 9):
        values = cine(10, 4)
        values[frame, 1] = ring(20.0, 29.0, (MIDDLE[0], MIDDLE[1] + 9.6))
        assert [(v.frame, v.slice) for v in over_time(values)["centre_jump"]] == [(frame, 1)]


def test_volume_and_myocardium_of_the_whole_ventricle() -> None:
    values = cine(10, 6)
    values[5][values[5] == MYO] = 0
    values[5, 0] = cine(10, 6)[5, 0]  # nearly no wall left
    (violation,) = over_time(values)["myo_volume_change"]
    assert (violation.frame, violation.slice) == (5, None) and violation.value > 100
    values = cine(10, 6)
    values[3, 2:] = 0
    (volume,) = over_time(values)["lv_volume_jump"]
    assert (volume.frame, volume.slice) == (3, None) and volume.criterion.unit == "%"


@pytest.mark.parametrize(("ratio", "found"), [(1.25, False), (1.45, True), (1.8, True)])
def test_the_myocardium_of_a_pair_keeps_the_limit_between_its_frames(ratio: float, found: bool) -> None:
    inner, outer = 18.0, 26.0
    thicker = np.sqrt(inner**2 + ratio * (outer**2 - inner**2))
    pair = np.stack([np.stack([ring(inner, radius)] * 4) for radius in (outer, thicker)])
    violations = over_time(pair, frame_s=None).get("myo_volume_change", [])
    assert [violation.frame for violation in violations] == ([0, 1] if found else [])
    for violation in violations:
        assert violation.value == pytest.approx(100 * (ratio - 1), abs=4.0) and violation.limit == 35.0


def test_a_pair_has_the_limit_that_depends_on_no_interval_and_no_other() -> None:
    pair = maps_of(np.stack([np.stack([ring()] * 4)] * 2), frame_s=None)
    known = {rule.name: series_limit(rule, pair) for rule in OVER_TIME["short-axis"]}
    assert known.pop("myo_volume_change") == 35.0 and set(known.values()) == {None}


def test_a_frame_without_a_cavity_has_a_place_where_the_wall_is_around_both_ventricles() -> None:
    values = np.stack([np.stack([both_walled()] * 5)] * 6)
    values[3][values[3] == CODES["lv"]] = 0
    values[3, 2:] = 0
    assert maps_of(values).biventricular
    (violation,) = over_time(values)["myo_volume_change"]
    assert violation.frame == 3 and np.isfinite(violation.where).all()


def test_a_frame_left_out_is_a_fault_where_most_are_labelled() -> None:
    values = cine(10, 4)
    values[6] = 0
    (violation,) = over_time(values)["frame_missing"]
    assert (violation.frame, violation.slice) == (6, None) and np.isfinite(violation.where).all()
    values[[1, 2, 3, 4, 5, 7, 8]] = 0
    found = check_maps(maps_of(values))
    assert "frame_missing" not in {v.criterion.name for v in found.violations}
    assert "8 of the 10 frames have no labels" in found.warnings[0]


def test_an_apical_view_is_followed_along_its_axis() -> None:
    lengths = 72 + 8 * np.cos(np.linspace(0, 2 * np.pi, 12, endpoint=False))
    values = np.stack([apical(length)[None] for length in lengths])
    options = {"pixel_mm": ONE, "frame_s": 0.07}
    assert over_time(values, "apical", **options) == {}
    turned = values.copy()
    turned[5, 0] = apical(lengths[5], degrees=14.0)
    found = over_time(turned, "apical", **options)
    assert {v.frame for v in found["lv_orientation_jump"]} == {5}
    shorter = values.copy()
    shorter[8, 0] = apical(48.0)
    found = over_time(shorter, "apical", **options)
    assert {v.frame for v in found["lv_length_jump"]} == {v.frame for v in found["lv_area_jump"]} == {8}


def test_a_single_frame_has_no_time() -> None:
    found = check_maps(maps_of(cine(1, 4)))
    assert not {v.criterion.name for v in found.violations} & NAMES and found.curves.ef_percent is None
