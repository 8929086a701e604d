"""Frames of sequences as single maps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps
from Testing.helpers.tiny_labels import GRID, TINY_PIXEL_MM, ring_sequences


def test_every_labelled_frame_is_a_map_with_what_is_known_of_it() -> None:
    one, other = ring_sequences(2, frames=3)
    one.values[1] = 0
    other.known[2] = (False, True, False, False, False)
    maps = FrameMaps.of([one, other], GRID, TINY_PIXEL_MM)
    assert len(maps) == 5 and maps.subject.tolist() == ["h0", "h0", "h1", "h1", "h1"]
    np.testing.assert_array_equal(maps.values[:2], one.values[[0, 2]])
    assert maps.known[-1].tolist() == [False, True, False, False, False] and maps.known[:-1].all()
    assert maps.role.tolist() == ["mid"] * 5 and maps.view == "short-axis"


def test_sequences_of_other_pixels_keep_their_size_in_mm() -> None:
    fine = [replace(s, pixel_mm=np.full(2, 3.0)) for s in ring_sequences(1)]
    maps = FrameMaps.of(fine, GRID, TINY_PIXEL_MM)
    area = (fine[0].values > 0).sum() * 9.0
    assert maps.values.shape[1:] == (GRID, GRID)
    assert abs((maps.values > 0).sum() * TINY_PIXEL_MM**2 / area - 1) < 0.03


def test_some_are_spread_over_all() -> None:
    maps = FrameMaps.of(ring_sequences(5), GRID, TINY_PIXEL_MM)
    assert maps.some(3).subject.tolist() == ["h0", "h2", "h4"] and len(maps.some(99)) == 10
