"""Poses of sections on the image: there and back, margins, outlines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation.population.poses import MARGIN, Pose

angle, shift = st.floats(-3.1, 3.1), st.floats(-20, 20)


@given(turn=angle, down=shift, right=shift)
def test_a_pixel_is_where_its_point_of_the_plane_lies(turn: float, down: float, right: float) -> None:
    pose = Pose(turn, np.array([down, right]), 24, 1.5)
    back = pose.pixels(pose.plane_points())
    np.testing.assert_allclose(back, np.moveaxis(np.indices((24, 24)), 0, -1), atol=1e-9)


def test_up_is_against_the_rows_and_a_turn_is_anticlockwise() -> None:
    upright = Pose(0.0, np.zeros(2), 21, 1.0)
    np.testing.assert_allclose(upright.pixels(np.array([[0.0, 4.0], [4.0, 0.0]])), [[6, 10], [10, 6]])
    turned = Pose(np.pi / 2, np.zeros(2), 21, 1.0)
    np.testing.assert_allclose(turned.pixels(np.array([0.0, 4.0])), [10, 6], atol=1e-9)


@given(turn=angle, down=st.floats(-90, 90), right=st.floats(-90, 90), wide=st.floats(10, 60))
def test_what_fits_lies_within_the_margin(turn: float, down: float, right: float, wide: float) -> None:
    points = np.random.default_rng(1).uniform(-wide, wide, (50, 2)) / np.sqrt(2) + [30.0, -15.0]
    places = Pose.around(points, turn, np.array([down, right]), 96, 1.5).pixels(points)
    assert places.min() >= MARGIN - 1e-9 and places.max() <= 95 - MARGIN + 1e-9


def test_a_section_lies_off_the_middle_by_what_was_asked_for() -> None:
    points = np.array([[-20.0, -10.0], [40.0, 30.0]])
    places = Pose.around(points, 0.0, np.array([6.0, -3.0]), 97, 1.0).pixels(points)
    np.testing.assert_allclose(places.mean(axis=0), [54, 45])


@given(turn=angle)
def test_an_outline_encloses_its_area(turn: float) -> None:
    phi = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    mask = Pose(turn, np.array([3.3, -2.1]), 96, 1.0).inside(np.stack([30 * np.cos(phi), 12 * np.sin(phi)], axis=-1))
    assert mask.sum() == pytest.approx(np.pi * 360, rel=0.02)
