"""Each of the sixteen criteria of short-axis slices: kept by a correct ring, broken by its own fault."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation.criteria.record import PAINCHAUD
from GenerativeModelsLib.segmentation.criteria.short_axis import OPENING_MM, SHORT_AXIS
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.roles import ROLES
from Testing.helpers.segmentation_phantoms import LV, MIDDLE, MYO, PIXEL_MM, RV, disc, ellipse, plane_of, ring

RULES = {rule.name: rule for rule in SHORT_AXIS}


def broken(values: np.ndarray, role: str = "mid", **options) -> dict[str, tuple[float, float]]:
    """Value and limit of the criteria that a slice breaks."""
    plane = plane_of(values, role, **options)
    found = {rule.name: (rule, rule.judged(plane)) for rule in SHORT_AXIS}
    return {
        name: (judged[0].value, judged[1])
        for name, (rule, judged) in found.items()
        if judged is not None and rule.broken(judged[0].value, judged[1])
    }


def sector(width_mm: float, degrees: float = 0.0) -> np.ndarray:
    """Mask of a strip outwards from the middle, as wide as said."""
    rows, columns = np.indices(ring().shape)
    y, x = rows * PIXEL_MM[0] - MIDDLE[0], columns * PIXEL_MM[1] - MIDDLE[1]
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return (np.abs(-s * y + c * x) <= width_mm / 2) & (c * y + s * x > 0)


def with_(mask: np.ndarray, value: int, within: int | None = None) -> np.ndarray:
    values = ring()
    values[mask & (values == within if within is not None else True)] = value
    return values


def no_septum() -> np.ndarray:
    values = ring()
    values[ellipse((6.0, 20.0), (MIDDLE[0], MIDDLE[1] - 27)) & (values == MYO)] = LV
    return values


def apart() -> np.ndarray:
    values = ring(right=False)
    values[ellipse((12.0, 8.0), (MIDDLE[0], 16.0))] = RV
    return values


def crescent() -> np.ndarray:
    """A right ventricle with a dent deeper than any has."""
    values = np.where(disc(45.0, (54.0, 64.0)), RV, np.uint8(0))
    values[ellipse((50.0, 10.0), (14.0, 64.0))] = 0
    return values


FAULTS: dict[str, Callable[[], np.ndarray]] = {
    "lv_hole": lambda: with_(disc(4.0), 0),
    "rv_hole": lambda: with_(disc(3.0, (54.0, 27.0)), 0, RV),
    "myo_hole": lambda: with_(disc(2.5, (MIDDLE[0] + 26.5, MIDDLE[1])), 0, MYO),
    "lv_pieces": lambda: with_(disc(3.0, (10.0, 110.0)), LV),
    "rv_pieces": lambda: with_(disc(3.0, (10.0, 110.0)), RV),
    "myo_pieces": lambda: with_(disc(3.0, (10.0, 110.0)), MYO),
    "lv_myo_hole": lambda: with_(disc(2.5, (MIDDLE[0] + 22, MIDDLE[1])), 0),
    "rv_myo_hole": lambda: with_(disc(2.5, (MIDDLE[0], MIDDLE[1] - 31)), 0),
    "rv_off_myo": apart,
    "lv_rv_contact": no_septum,
    "lv_background_contact": lambda: with_(sector(9.0), 0, MYO),
    "lv_concavity": lambda: with_(sector(6.0) & ~disc(14.0), MYO, LV),
    "rv_concavity": crescent,
    "myo_concavity": lambda: with_(sector(16.0) & ~disc(25.5), 0, MYO),
    "lv_circularity": lambda: with_(disc(22.0) & ~ellipse((22.0, 5.0)), MYO, LV),
    "myo_circularity": lambda: with_(disc(31.0) & ~ellipse((31.0, 7.0)), 0),
}


def test_there_are_sixteen_each_with_its_source_and_a_limit_for_every_role() -> None:
    assert len(SHORT_AXIS) == len(RULES) == 16 and set(FAULTS) == set(RULES)
    for rule in SHORT_AXIS:
        assert rule.source == PAINCHAUD and rule.published and set(rule.limits) == set(ROLES)
        assert "{value}" in rule.text and rule.unit in ("mm", "mm2", "")


@pytest.mark.parametrize("role", ROLES)
def test_a_correct_ring_breaks_none(role: str) -> None:
    assert broken(ring(), role) == {}
    assert broken(ring(right=False), role) == {}


@settings(max_examples=25, deadline=None)
@given(inner=st.floats(9, 26), wall=st.floats(4.5, 16), row=st.floats(0, 1.2), column=st.floats(0, 1.6))
def test_a_ring_of_any_size_and_place_breaks_none(inner: float, wall: float, row: float, column: float) -> None:
    at = (MIDDLE[0] + row, MIDDLE[1] + column)
    assert broken(ring(inner, min(inner + wall, 40), at)) == {}


@pytest.mark.parametrize("name", FAULTS)
def test_each_is_broken_by_its_own_fault(name: str) -> None:
    assert name in broken(FAULTS[name]()), broken(FAULTS[name]())


PLACES = {
    "lv_hole": MIDDLE,
    "rv_hole": (54.0, 27.0),
    "myo_hole": (MIDDLE[0] + 26.5, MIDDLE[1]),
    "lv_pieces": (10.0, 110.0),
    "rv_pieces": (10.0, 110.0),
    "myo_pieces": (10.0, 110.0),
    "lv_myo_hole": (MIDDLE[0] + 22, MIDDLE[1]),
    "rv_myo_hole": (MIDDLE[0], MIDDLE[1] - 31),
    "rv_off_myo": (MIDDLE[0], 24.0),
    "lv_rv_contact": (MIDDLE[0], MIDDLE[1] - 31),
    "lv_background_contact": (MIDDLE[0] + 22, MIDDLE[1]),
    "lv_concavity": (MIDDLE[0] + 14, MIDDLE[1]),
    "rv_concavity": (54.0, 56.0),
    "myo_concavity": (MIDDLE[0] + 25.5, MIDDLE[1]),
    "lv_circularity": MIDDLE,
    "myo_circularity": MIDDLE,
}
"""mm (row, column) of the faults: of a dent the place farthest from the hull, of what is not round its centre."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_where_it_is(name: str) -> None:
    plane = plane_of(FAULTS[name]())
    reading, _ = RULES[name].judged(plane)
    wide = 8.0 if name == "myo_concavity" else 3.5  # its bottom is equally deep along 16 mm
    assert np.array(plane.in_slice(reading.place)) * PIXEL_MM == pytest.approx(PLACES[name], abs=wide)


def test_a_fault_on_both_sides_is_reported_on_one_of_them() -> None:
    plane = plane_of(with_(sector(8.0) | sector(8.0, 180.0), 0, MYO))
    reading, _ = RULES["lv_background_contact"].judged(plane)
    assert radius_of(plane, reading.place) == pytest.approx(22.0, abs=1.6)
    plane = plane_of(with_(disc(22.0) & ~disc(18.0), 0))
    reading, _ = RULES["lv_myo_hole"].judged(plane)
    assert radius_of(plane, reading.place) == pytest.approx(20.0, abs=2.5)


def radius_of(plane: Plane, place: tuple[float, float]) -> float:
    """Distance in mm of a place from the middle of the ring."""
    return float(np.linalg.norm(np.array(plane.in_slice(place)) * PIXEL_MM - MIDDLE))


@pytest.mark.parametrize("width", [6.0, 12.0, 24.0])
def test_an_opening_is_as_long_as_it_was_cut(width: float) -> None:
    value, limit = broken(with_(sector(width), 0, MYO))["lv_background_contact"]
    assert value == pytest.approx(width, abs=3.5) and limit == OPENING_MM


def test_the_outflow_may_open_a_base_and_not_the_middle() -> None:
    values = with_(sector(24.0), 0, MYO)
    assert "lv_background_contact" in broken(values, "mid")
    for role in ("base", "outflow", "apex"):
        assert "lv_background_contact" not in broken(values, role)
    values = ring()
    values[(values == MYO) & (np.indices(values.shape)[0] * PIXEL_MM[0] > MIDDLE[0] - 8)] = 0
    assert "lv_background_contact" in broken(values, "base"), "more than half of the border is open"


def test_an_apex_may_have_no_cavity_and_a_slice_no_wall() -> None:
    cap = np.where(disc(12.0), MYO, np.uint8(0))
    assert broken(cap, "apex") == {}
    assert broken(np.where(disc(20.0), LV, np.uint8(0)), "mid") == {}, "a wall that is not labelled is not open"


def test_a_pixel_between_two_outlines_is_the_rasters_and_two_are_a_hole() -> None:
    values = ring()
    rows, columns = np.nonzero((values == MYO) & (np.roll(values, 1, 1) == RV))
    row, column = rows[len(rows) // 2], columns[len(rows) // 2]
    values[row, column] = 0
    assert "rv_myo_hole" not in broken(values)
    values[row, column + 1] = 0
    assert broken(values)["rv_myo_hole"][0] == pytest.approx(2 * PIXEL_MM.prod())


def test_pieces_of_a_ring_that_an_opening_cuts_are_one_fault() -> None:
    values = with_(sector(8.0) | sector(8.0, 180.0), 0, MYO)
    assert "lv_background_contact" in broken(values) and "myo_pieces" not in broken(values)


def test_a_wall_of_both_ventricles_is_not_judged_by_its_outline() -> None:
    values = ring()
    values[ellipse((30.0, 24.0), (MIDDLE[0], MIDDLE[1] - 35)) & (values == 0)] = MYO
    assert "myo_concavity" in broken(values) or "myo_circularity" in broken(values)
    assert broken(values, biventricular=True) == {}
