"""Slices on the grid of a network and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation.long_axis import long_axis
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.repair.codes import NEVER
from GenerativeModelsLib.segmentation.repair.placement import Placement, turn_of
from Testing.helpers.segmentation_phantoms import MIDDLE, PIXEL_MM, SHAPE, apical, ellipse, maps_of, plane_of, ring

angle = st.floats(-3.1, 3.1)


@given(turn=angle, row=st.floats(50, 60), column=st.floats(60, 75), pixel=st.floats(1.0, 1.8))
def test_a_slice_comes_back_from_the_grid(turn: float, row: float, column: float, pixel: float) -> None:
    values = ellipse((24.0, 15.0), (row, column), degrees=30.0).astype(np.uint8)
    anchor = np.array([47.5, 40.0])
    where = Placement(np.array([row, column]) / PIXEL_MM, anchor, turn, PIXEL_MM, SHAPE, np.full(2, pixel), 96)
    square = where.onto_grid(values)
    assert square.shape == (96, 96) and square.sum() * pixel**2 == pytest.approx(np.pi * 24 * 15, rel=0.12)
    assert np.hypot(*(np.argwhere(square).mean(axis=0) - anchor)) * pixel < 1.0, "its middle lies at the anchor"
    back = where.onto_slice(np.stack([square == 0, square == 1]).astype(float))
    assert 2 * (back & values).sum() / (back.sum() + values.sum()) > 0.93


@given(degrees=st.floats(-179, 179), flip=st.booleans())
def test_the_right_ventricle_comes_to_the_left(degrees: float, flip: bool) -> None:
    turn = np.radians(degrees)
    left, middle = CODES["lv"], np.array([54.0, 64.0])
    right = middle + 30 * np.array([np.sin(turn), -np.cos(turn)])
    values = np.zeros(SHAPE, np.uint8)
    values[ellipse((10.0, 10.0), tuple(right))] = CODES["rv"]
    values[ellipse((12.0, 12.0), tuple(middle))] = left
    found = turn_of(maps_of(values[None]), [(0, 0)])
    assert np.cos(found - turn) > np.cos(0.1)
    where = Placement(middle / PIXEL_MM, np.full(2, 47.5), found, PIXEL_MM, SHAPE, np.full(2, 1.5), 96)
    place = np.argwhere(where.onto_grid(values) == CODES["rv"]).mean(axis=0) - 47.5
    assert place[1] < -15 and abs(place[0]) < 4


@pytest.mark.parametrize("atrium", [True, False])
@given(degrees=st.floats(-179, 179))
@settings(max_examples=10)
def test_the_apex_of_an_apical_view_comes_to_the_top(atrium: bool, degrees: float) -> None:
    values, pixel = apical(length_mm=70.0, width_mm=50.0, atrium=atrium, degrees=degrees), np.ones(2)
    turn = turn_of(maps_of(values[None], pixel), [(0, 0)], "apical")
    heart = np.argwhere(values > 0).mean(axis=0)
    where = Placement(heart, np.full(2, 47.5), turn, pixel, values.shape, np.full(2, 1.5), 96)
    axis = long_axis(plane_of(where.onto_grid(values), pixel_mm=np.full(2, 1.5)))
    assert axis.direction[0] > np.cos(0.1), "from the apex to the base the rows grow"


def test_without_a_common_direction_nothing_is_turned() -> None:
    opposite = np.stack([ring(), ring()[:, ::-1]])
    assert turn_of(maps_of(opposite), [(0, 0), (0, 1)]) == 0
    assert turn_of(maps_of(ring(right=False)[None]), [(0, 0)]) == 0 and turn_of(maps_of(ring()[None]), []) == 0
    assert turn_of(maps_of(np.zeros((1, *SHAPE), np.uint8), structures=["lv"]), [(0, 0)], "apical") == 0
    assert turn_of(maps_of(ring()[None]), [(0, 0)]) == pytest.approx(0, abs=0.02)


def test_beyond_the_grid_there_is_background() -> None:
    where = Placement(np.array(MIDDLE) / PIXEL_MM, np.full(2, 9.5), 0.3, PIXEL_MM, SHAPE, np.full(2, 1.0), 20)
    made = where.onto_slice(np.stack([np.zeros((20, 20)), np.full((20, 20), 5.0)]))
    rows, columns = np.nonzero(made)
    far = np.hypot(rows * PIXEL_MM[0] - MIDDLE[0], columns * PIXEL_MM[1] - MIDDLE[1])
    assert 300 < made.sum() * PIXEL_MM.prod() < 500 and far.max() < 16


def test_a_label_that_is_never_there_is_never_made() -> None:
    """Also where the pixels of slice and grid lie on each other."""
    where = Placement(np.array([20.0, 20.0]), np.array([20.0, 20.0]), 0.0, np.ones(2), (41, 41), np.ones(2), 41)
    logits = np.zeros((3, 41, 41))
    logits[1, 10:30, 10:30] = 5.0
    logits[2] = NEVER
    made = where.onto_slice(logits)
    assert set(np.unique(made)) == {0, 1} and (made[11:29, 11:29] == 1).all()
