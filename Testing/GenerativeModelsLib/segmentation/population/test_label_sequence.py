"""What is known of a sequence, and its values on another grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes, on_grid


def disc(size: int, pixel_mm: float, radius_mm: float, code: int = 1) -> LabelSequence:
    place = (np.arange(size) - (size - 1) / 2) * pixel_mm
    values = np.where(np.hypot(place[:, None], place) < radius_mm, code, 0).astype(np.uint8)
    known = known_codes("short-axis", "lv", "myo", "rv")
    return LabelSequence(values[None], np.full(2, pixel_mm), "short-axis", "mid", known[None], "disc")


def test_background_is_known_where_all_structures_of_the_view_are() -> None:
    assert known_codes("short-axis", "lv", "myo", "rv").all() and known_codes("apical", "lv", "myo", "la").all()
    assert known_codes("short-axis", "lv", "myo").tolist() == [False, True, True, False, True]
    assert known_codes("short-axis", "lv").tolist() == [False, True, False, False, True]


@given(size=st.integers(60, 150), pixel=st.floats(0.9, 1.6), grid=st.integers(60, 110), wanted=st.floats(1.0, 1.6))
def test_a_disc_keeps_its_place_and_size_on_another_grid(size: int, pixel: float, grid: int, wanted: float) -> None:
    found = on_grid(disc(size, pixel, 25.0), grid, wanted)
    assert found.values.shape == (1, grid, grid) and found.pixel_mm.tolist() == [wanted, wanted]
    rows, columns = np.nonzero(found.values[0])
    nearest = pixel / np.sqrt(2) / 25.0  # the furthest a point of the one grid is from one of the other, of the radius
    assert found.values.sum() * wanted**2 == pytest.approx(np.pi * 25.0**2, rel=2 * nearest + nearest**2 + 0.01)
    assert np.hypot(rows.mean() - (grid - 1) / 2, columns.mean() - (grid - 1) / 2) * wanted < 0.8


def test_outside_of_the_first_grid_nothing_is_labelled() -> None:
    full = disc(20, 1.0, 100.0)
    found = on_grid(full, 40, 1.0).values[0]
    assert full.values.all() and found.sum() == 400 and found[10:30, 10:30].all()


def test_the_maps_have_the_geometry_and_the_structures_that_are_known() -> None:
    sequence = disc(20, 1.2, 5.0)
    assert sequence.maps.pixel_mm.tolist() == [1.2, 1.2] and sequence.maps.values.shape == (1, 1, 20, 20)
    assert set(sequence.maps.labels) == {"lv", "myo", "rv"} and sequence.maps.labels["rv"] == CODES["rv"]


def test_what_is_known_is_said_of_every_frame() -> None:
    with pytest.raises(ValueError, match="known"):
        LabelSequence(np.zeros((2, 4, 4), np.uint8), np.ones(2), "apical", "alone", np.ones((1, 5), bool), "x")
