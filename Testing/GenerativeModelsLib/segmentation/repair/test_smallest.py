"""The smallest change to single slices."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.repair import smallest
from GenerativeModelsLib.segmentation.repair.smallest import smallest_changes
from Testing.helpers.segmentation_phantoms import LV, MIDDLE, MYO, PIXEL_MM, RV, apical, disc, maps_of, stack

AREA = float(PIXEL_MM.prod())


def mended(values: np.ndarray, most: float = 50.0, view: str = "short-axis", **options):
    found = check_maps(maps_of(values, **options), view)
    maps, changes = smallest_changes(found, most)
    return maps, changes, check_maps(maps, view)


def one_slice(change) -> np.ndarray:
    values = stack()
    change(values[3])
    return values


def hole(at: np.ndarray) -> None:
    at[disc(4.0)] = 0


def island(at: np.ndarray) -> None:
    at[disc(4.0, (95.0, 20.0))] = MYO


def papillary(at: np.ndarray) -> None:
    at[disc(3.0)] = MYO


def slit(at: np.ndarray) -> None:
    """The wall open across 6 mm, away from the right ventricle."""
    rows, columns = np.indices(at.shape)
    across = np.abs(rows * PIXEL_MM[0] - MIDDLE[0]) < 3.0
    at[across & (columns * PIXEL_MM[1] > MIDDLE[1]) & (at == MYO)] = 0


def gap(at: np.ndarray) -> None:
    at[disc(3.0, (MIDDLE[0], MIDDLE[1] + 19.0)) & (at == LV)] = 0


def touching(at: np.ndarray) -> None:
    rows, columns = np.indices(at.shape)
    across = np.abs(rows * PIXEL_MM[0] - MIDDLE[0]) < 4.0
    at[across & (columns * PIXEL_MM[1] < MIDDLE[1]) & (at == MYO)] = LV


@pytest.mark.parametrize("change", [hole, island, papillary, slit, gap])
def test_a_fault_is_mended_to_what_was_there_and_nothing_else_is_touched(change) -> None:
    values = one_slice(change)
    maps, changes, found = mended(values)
    assert not found.faults
    (only,) = changes
    assert (only.frame, only.slice, only.steps) == (0, 3, ("smallest",))
    assert "rules that were broken: " in only.reasons[0]
    wrong = (maps.values[0] != stack()).sum(axis=(1, 2))
    assert wrong[3] <= (14 if change in (slit, gap) else 0) and wrong[np.arange(8) != 3].max() == 0
    assert only.changed_mm2 == pytest.approx((maps.values[0] != values).sum() * AREA)


def test_cavities_that_touch_are_parted_by_a_line_of_wall() -> None:
    values = one_slice(touching)
    maps, changes, found = mended(values)
    assert "lv_rv_contact" not in {v.criterion.name for v in found.faults}
    assert "parted" in changes[0].reasons[0].lower()
    differs = maps.values[0, 3] != values[3]
    assert (maps.values[0, 3][differs] == MYO).all() and differs.sum() < 15


def test_a_valid_slice_stays_and_a_shape_is_no_fault_to_mend() -> None:
    values = stack()
    maps, changes, _ = mended(values)
    assert not changes and np.array_equal(maps.values[0], values)
    rows, columns = np.indices(values[3].shape)
    bulge = (np.abs(rows * PIXEL_MM[0] - MIDDLE[0]) < 7) & (columns * PIXEL_MM[1] > 90) & (columns < 75)
    values[3][bulge & (values[3] == 0)] = MYO  # a bulge of the wall: an outline that is not round
    maps, changes, found = mended(values)
    assert found.faults and not changes and np.array_equal(maps.values[0], values)


def test_a_change_that_breaks_another_rule_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    found = check_maps(maps_of(one_slice(hole)))
    monkeypatch.setattr(smallest, "broken_rules", lambda view, plane: {"lv_hole"} if plane.holes else {"rv_pieces"})
    assert not smallest_changes(found, 50.0)[1]


def test_more_than_may_change_is_not_changed() -> None:
    values = one_slice(hole)
    percent = 100 * (values[3] != stack()[3]).sum() / (stack()[3] != 0).sum()
    assert not mended(values, most=0.8 * percent)[1]
    assert len(mended(values, most=1.2 * percent)[1]) == 1


def test_an_apical_view_is_mended_too() -> None:
    values = apical()
    values[60:66, 62:68] = 0
    values[20:24, 20:24] = LV
    maps, changes, found = mended(values[None], view="apical", pixel_mm=np.ones(2))
    assert not found.faults and np.array_equal(maps.values[0, 0], apical()) and len(changes) == 1


def test_a_second_piece_of_the_right_ventricle_goes() -> None:
    values = one_slice(lambda at: at.__setitem__(disc(3.0, (15.0, 100.0)), RV))
    maps, _, found = mended(values)
    assert not found.faults and np.array_equal(maps.values[0], stack())
