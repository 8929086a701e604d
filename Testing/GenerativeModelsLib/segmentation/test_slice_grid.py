"""Where slices lie, as a result keeps it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.slice_grid import SliceGrid
from Testing.helpers.segmentation_phantoms import cine, maps_of


@pytest.fixture(scope="module")
def maps():
    return maps_of(cine(3, 5))


def test_the_grid_is_that_of_the_maps_also_after_it_was_written(maps) -> None:
    grid = SliceGrid.of_entry(json.loads(json.dumps(SliceGrid.of_maps(maps).entry())))
    assert grid == SliceGrid.of_maps(maps)
    assert np.array_equal(grid.to_lps, maps.to_lps) and grid.slices == maps.slices
    assert np.array_equal(grid.pixel_mm, maps.pixel_mm)
    assert grid.point_lps(2, 7, 9) == maps.point_lps(2, 7, 9)
    assert grid.size == (*maps.values.shape[:1:-1], maps.slices)


def test_the_window_holds_all_labels_and_no_more(maps) -> None:
    grid = SliceGrid.of_maps(maps)
    rows, columns = grid.window
    there = (maps.values != 0).any(axis=(0, 1))
    assert there[rows, columns].sum() == there.sum()
    for edge in (there[rows, columns][0], there[rows, columns][-1], there[rows, columns][:, 0]):
        assert edge.any()
    row, column = (rows.start + rows.stop - 1) / 2, (columns.start + columns.stop - 1) / 2
    assert grid.middle_lps(3) == grid.point_lps(3, row, column)
