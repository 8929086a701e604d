"""Each of the twelve criteria of apical views: kept by a correct ventricle in any turn, broken by its own fault."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.criteria.apical import APICAL
from GenerativeModelsLib.segmentation.criteria.record import PAINCHAUD
from Testing.helpers.segmentation_phantoms import LA, LV, MYO, apical, disc, plane_of

ONE = np.ones(2)
RULES = {rule.name: rule for rule in APICAL}


def broken(values: np.ndarray) -> dict[str, float]:
    plane = plane_of(values, "alone", ONE)
    judged = {rule.name: (rule, rule.judged(plane)) for rule in APICAL}
    return {n: j[0].value for n, (rule, j) in judged.items() if j is not None and rule.broken(j[0].value, j[1])}


def spot(radius: float, at: tuple[float, float]) -> np.ndarray:
    return disc(radius, at, ONE, (140, 130))


def with_(mask: np.ndarray, value: int, within: int | None = None) -> np.ndarray:
    values = apical()
    values[mask & (values == within if within is not None else True)] = value
    return values


def strip(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    mask = np.zeros((140, 130), bool)
    mask[top:bottom, left:right] = True
    return mask


def off_the_valve() -> np.ndarray:
    values = apical()
    values[98:112, 50:80] = 0  # a gap of 14 mm below the valve, closed on both sides
    values[100:112, 45:50] = values[100:112, 80:85] = LA
    return values


FAULTS: dict[str, Callable[[], np.ndarray]] = {
    "lv_hole": lambda: with_(spot(4.0, (70.0, 65.0)), 0),
    "epi_hole": lambda: with_(spot(2.0, (15.5, 65.0)), 0, MYO),
    "la_hole": lambda: with_(spot(3.0, (113.0, 65.0)), 0),
    "lv_pieces": lambda: with_(spot(4.0, (8.0, 10.0)), LV),
    "myo_pieces": lambda: with_(spot(4.0, (8.0, 10.0)), MYO),
    "la_pieces": lambda: with_(spot(4.0, (8.0, 10.0)), LA),
    "lv_myo_hole": lambda: with_(spot(3.0, (20.0, 65.0)), 0),
    "lv_la_hole": off_the_valve,
    "lv_background_contact": lambda: with_(strip(30, 65, 80, 130), 0, MYO),
    "myo_la_contact": lambda: with_(strip(88, 100, 70, 95), LA, MYO),
    "lv_width_ratio": lambda: apical(wall_mm=2.0),
    "myo_thinnest": lambda: with_(strip(58, 62, 86, 130), 0, MYO),
}


def test_there_are_twelve_with_their_source() -> None:
    assert len(APICAL) == len(RULES) == 12 and set(FAULTS) == set(RULES)
    assert all(rule.source == PAINCHAUD and rule.published for rule in APICAL)


@pytest.mark.parametrize("degrees", [0, 20, 90, 155, 180, 270])
def test_a_correct_ventricle_breaks_none_however_it_is_turned(degrees: float) -> None:
    assert broken(apical(degrees=degrees)) == {}
    assert broken(apical(atrium=False, degrees=degrees)) == {}


@pytest.mark.parametrize("name", FAULTS)
def test_each_is_broken_by_its_own_fault(name: str) -> None:
    assert name in broken(FAULTS[name]()), broken(FAULTS[name]())


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_where_it_is(name: str) -> None:
    values = FAULTS[name]()
    plane = plane_of(values, "alone", ONE)
    place = np.array(plane.in_slice(RULES[name].judged(plane)[0].place))
    changed = np.argwhere(values != apical())
    assert (place >= changed.min(axis=0) - 1.5).all() and (place <= changed.max(axis=0) + 1.5).all()


@pytest.mark.parametrize("degrees", [0, 45, 120])
def test_widths_are_measured_across_the_axis(degrees: float) -> None:
    plane = plane_of(apical(degrees=degrees), "alone", ONE)
    reading, _ = RULES["lv_width_ratio"].judged(plane)
    middle, _ = RULES["lv_width_ratio"].judged(plane_of(apical(), "alone", ONE))
    assert reading.value == pytest.approx(middle.value, rel=0.05)


def test_a_valve_is_no_hole_and_no_opening() -> None:
    values = apical()
    values[100:103, 43:87] = 0
    assert broken(values) == {}


def test_without_an_atrium_its_criteria_do_not_apply() -> None:
    plane = plane_of(apical(atrium=False), "alone", ONE)
    for name in ("la_hole", "la_pieces", "lv_la_hole", "myo_la_contact"):
        assert RULES[name].judged(plane) is None
