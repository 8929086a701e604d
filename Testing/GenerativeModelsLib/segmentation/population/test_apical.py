"""Apical views of an ellipsoid of known section, with an atrium on its valve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.geometry import contact
from GenerativeModelsLib.segmentation.long_axis import long_axis
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.population.apical import LongAxisView, cut_apical, drawn_views
from GenerativeModelsLib.segmentation.population.atrium import Atrium
from GenerativeModelsLib.segmentation.population.poses import Pose
from Testing.helpers.ellipsoid_hearts import ENDO, EPI, SHORTER, ellipsoid_heart

EJECTED = np.array([0.0, 0.6, 1.0])
AREA = np.array([1500.0, 1800.0, 2000.0])


def view(turn: float = 0.0, tilt: float = 0.0, azimuth: float = 0.3) -> LongAxisView:
    """A view whose valve is as wide as the cavity at the base."""
    valve = 2 * ENDO[0] * (1 - 0.25 * EJECTED)
    atrium = Atrium(valve, 40 + SHORTER * EJECTED, AREA, 4.0, 0.0)
    return LongAxisView(azimuth, tilt, Pose(turn, np.array([25.0, 0.0]), 200, 1.0), atrium)


@pytest.mark.parametrize("turn", [0.0, 0.35])
@pytest.mark.parametrize("azimuth", [0.0, 0.3, -1.5, 4.0])
def test_areas_are_those_of_half_ellipses_and_of_the_atrium(turn: float, azimuth: float) -> None:
    sequence = cut_apical(ellipsoid_heart(EJECTED), view(turn, azimuth=azimuth))
    for frame, share in enumerate(EJECTED):
        across, along = ENDO[0] * (1 - 0.25 * share), ENDO[1] - SHORTER * share
        values = sequence.values[frame]
        assert (values == CODES["lv"]).sum() == pytest.approx(np.pi / 2 * across * along, rel=0.02)
        assert (values == CODES["la"]).sum() == pytest.approx(AREA[frame], rel=0.03)
        whole = np.pi / 2 * EPI[0] * (1 - 0.25 * share) * (EPI[1] - SHORTER * share)
        ends = whole - np.pi / 2 * across * along - (values == CODES["myo"]).sum()
        assert 0 < ends < 70, "the wall is thinner towards the ring, and nowhere else"


def test_the_apex_is_up_and_stays_while_the_base_descends() -> None:
    sequence = cut_apical(ellipsoid_heart(EJECTED), view())
    tops = [np.argwhere(frame == CODES["myo"])[:, 0].min() for frame in sequence.values]
    assert max(tops) - min(tops) <= 1
    for frame, share in zip(sequence.values, EJECTED, strict=True):
        found = long_axis(Plane(frame, sequence.pixel_mm, "alone"))
        assert found.length_mm == pytest.approx(ENDO[1] - SHORTER * share, abs=1.5)
        assert found.orientation_degrees == pytest.approx(0, abs=1)


def test_the_cavity_meets_the_atrium_along_the_valve_and_the_wall_hardly_does() -> None:
    sequence = cut_apical(ellipsoid_heart(EJECTED), view())
    for frame, valve in zip(sequence.values, view().atrium.valve_mm, strict=True):
        lv, myo, la = (frame == CODES[name] for name in ("lv", "myo", "la"))
        assert contact(lv, la, np.ones(2))[0] * 4 / np.pi == pytest.approx(valve, abs=3)
        assert contact(myo, la, np.ones(2))[0] < 6


def test_a_narrow_valve_narrows_the_base_alone() -> None:
    wide, heart = view(), ellipsoid_heart(EJECTED)
    narrow = replace(wide, atrium=replace(wide.atrium, valve_mm=np.full(3, 26.0)))
    one, other = (cut_apical(heart, each).values[0] == CODES["lv"] for each in (wide, narrow))
    rows = np.flatnonzero(one.any(axis=1))
    assert other[rows[-1] - 1].sum() == pytest.approx(26, abs=3)
    np.testing.assert_array_equal(one[: rows[-1] - 36], other[: rows[-1] - 36])


def test_drawn_views_keep_the_apex_in_the_image_and_are_two_planes() -> None:
    heart = ellipsoid_heart(EJECTED)
    for seed in range(20):
        four, two = drawn_views(heart, np.random.default_rng(seed), 96, 1.5)
        assert 55 < np.degrees(four.azimuth - two.azimuth) < 110
        for each in (four, two):
            values = cut_apical(heart, each).values
            assert not values[:, 0].any() and not values[:, :, [0, -1]].any()
            assert all((values == CODES[name]).any(axis=(1, 2)).all() for name in ("lv", "myo", "la"))
