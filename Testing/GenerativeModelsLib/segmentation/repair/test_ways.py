"""The ways of mending, on slices whose right labels are known."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.check import broken_rules, check_maps
from GenerativeModelsLib.segmentation.repair.smallest import smallest_changes
from GenerativeModelsLib.segmentation.repair.ways import WAYS
from Testing.helpers.segmentation_phantoms import (
    LV,
    MIDDLE,
    MYO,
    PIXEL_MM,
    disc,
    ellipse,
    maps_of,
    plane_of,
    ring,
    stack,
)

OUTER = 33 - 16 * 3 / 7
"""mm from the middle to the outline in slice 3 of the stack."""
rows_mm, columns_mm = np.indices(ring().shape) * PIXEL_MM[:, None, None]


def mended(values: np.ndarray, most: float = 50.0) -> tuple[np.ndarray, list]:
    maps, changes = smallest_changes(check_maps(maps_of(values)), most)
    return maps.values[0], changes


def with_small_ring(outer: float = 10.0) -> np.ndarray:
    """A stack whose slice 4 has a false ring of its own."""
    values = stack()
    small = ring(0.6 * outer, outer, (90.0, 20.0), right=False)
    values[4][small != 0] = small[small != 0]
    return values


def test_an_island_goes_with_its_own_wall() -> None:
    made, (change,) = mended(with_small_ring())
    assert np.array_equal(made, stack())
    assert change.reasons == ("Islands removed; rules that were broken: left ventricle in pieces.",)


def test_the_piece_stays_that_continues_the_other_slices_even_if_it_is_the_smaller_one() -> None:
    values = stack()
    values[7] = ring(6.0, 14.0, right=False)
    true = values[7].copy()
    values[7][disc(15.0, (90.0, 20.0))] = LV
    made, changes = mended(values, most=100.0)
    assert (true != 0).sum() < (values[7] != 0).sum() - (true != 0).sum()
    assert np.array_equal(made[7], true) and len(changes) == 1
    assert (mended(values)[0][7][disc(5.0, (90.0, 20.0))] == LV).all(), "it needs more than half of the labels"


def test_a_second_cavity_beside_the_first_goes_with_the_wall_that_is_its_own() -> None:
    values = stack()
    outside = values[3] == 0
    for code, semi_mm in ((MYO, (17.0, 13.0)), (LV, (12.0, 8.0))):
        values[3][ellipse(semi_mm, (54.0, 106.0)) & outside] = code
    made, (change,) = mended(values)
    assert "second cavity removed with its wall" in change.reasons[0]
    assert not check_maps(maps_of(made)).faults
    differs = made[3] != stack()[3]
    assert differs.sum() < 0.1 * (stack()[3] != 0).sum() and (made[3] == LV).sum() == (stack()[3] == LV).sum()


def spur(values: np.ndarray, code: int, width: float) -> np.ndarray:
    """Labels with a spur, 14 mm long, on the outline of the ventricle or through its wall."""
    out = (columns_mm > MIDDLE[1]) & (columns_mm < MIDDLE[1] + OUTER + 14)
    made = values.copy()
    made[(np.abs(rows_mm - MIDDLE[0]) < width / 2) & out & (made == 0 if code == MYO else made != LV)] = code
    return made


@pytest.mark.parametrize("code", [MYO, LV])
def test_a_narrow_spur_is_cut_off_and_a_wide_one_is_the_patients(code: int) -> None:
    true = stack()[3]
    narrow, wide = (spur(true, code, width) for width in (3.0, 14.0))
    values = stack()
    values[3] = narrow
    made, changes = mended(values)
    assert broken_rules("short-axis", plane_of(narrow)) and not broken_rules("short-axis", plane_of(made[3]))
    assert "purs cut off" in changes[0].reasons[0]
    assert (made[3] != true).sum() < 25 and (made[3][columns_mm > MIDDLE[1] + OUTER + 3] == 0).all()
    values[3] = wide
    made, changes = mended(values)
    assert not any("purs cut off" in reason for change in changes for reason in change.reasons)
    assert (made[3][wide == code] != 0).all()


def test_every_way_keeps_a_valid_slice_whatever_is_beside_it() -> None:
    plane = plane_of(ring())
    for beside in (np.zeros(plane.values.shape, bool), np.ones(plane.values.shape, bool)):
        for way in {way for ways in WAYS.values() for way in ways}:
            for made in way.make(plane, beside):
                assert (made != plane.values).mean() < 0.01, way.done
