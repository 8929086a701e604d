"""Stacks whose slices are moved by known shifts."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.evaluation.data.shifted_hearts import labelled_slices, shifted_heart, with_shifts
from GenerativeModelsLib.heart.labels.label_map import LabelMap


def centres(label_map: LabelMap) -> np.ndarray:
    """(slices, 2) row and column in mm of the epicardium's centres, NaN without one."""
    whole = label_map.mask("lv") | label_map.mask("myo")
    planes = np.moveaxis(whole, 2 - label_map.slice_column, 0)
    found = [np.argwhere(plane).mean(axis=0) if plane.any() else (np.nan, np.nan) for plane in planes]
    return np.array(found) * label_map.spacing_mm[label_map.plane_columns]


def test_both_phases_of_a_slice_are_moved_alike_by_its_shift() -> None:
    still, moved = shifted_heart(7_100_000, 0, 0.0), shifted_heart(7_100_000, 0, 3.0)
    wide = labelled_slices(moved.maps)
    assert not still.shift_mm.any() and 2 < moved.shift_mm[wide].std() < 4
    np.testing.assert_allclose(moved.shift_mm[labelled_slices({"ed": still.maps["ed"]})].mean(axis=0), 0, atol=1e-9)
    for phase in ("ed", "es"):
        change = centres(moved.maps[phase]) - centres(still.maps[phase])
        there = np.isfinite(change[:, 0])
        np.testing.assert_allclose(change[there], moved.shift_mm[there], atol=0.5)
    np.testing.assert_allclose(shifted_heart(7_100_000, 0, 1.5).shift_mm, moved.shift_mm / 2)


def test_whole_pixels_move_every_label_of_a_slice() -> None:
    label_map = shifted_heart(7_100_000, 0, 0.0).maps["ed"]
    pixels = np.arange(2 * label_map.slices).reshape(-1, 2) % 3 - 1
    moved = with_shifts(label_map, pixels)
    there = np.isfinite(centres(label_map)[:, 0])
    np.testing.assert_allclose((centres(moved) - centres(label_map))[there], (pixels * 1.5)[there], atol=1e-9)
    assert moved.volume_ml("lv") == label_map.volume_ml("lv")
