"""Short-axis slices of an ellipsoid of known sections, and the slices that are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.poses import Pose
from GenerativeModelsLib.segmentation.population.right_ventricle import RightVentricle
from GenerativeModelsLib.segmentation.population.short_axis import Slice, cut_short_axis, drawn_slices
from Testing.helpers.ellipsoid_hearts import ENDO, EPI, SHORTER, ellipsoid_heart

EJECTED = np.array([0.0, 0.6, 1.0])
POSE = Pose(0.4, np.array([5.0, -8.0]), 160, 1.0)


def right_of(width_mm: float, lean: float = 0.0) -> RightVentricle:
    """Half a turn wide: its section is that of w = width cos-like on the septum's side."""
    angles = np.radians([60.0, 60.0])
    return RightVentricle(EJECTED, np.full(3, width_mm), np.zeros(2), angles, 1.0, 50.0, 2.0, 1.0, lean)


def cut(role: str = "mid", height: float = -40.0, width: float = 0.0, **options) -> np.ndarray:
    where = Slice(role, height, POSE, np.zeros(2), **options)
    return cut_short_axis(ellipsoid_heart(EJECTED), right_of(width), where).values


@pytest.mark.parametrize("height", [-15.0, -40.0, -70.0])
def test_areas_are_those_of_the_ellipsoid_as_the_base_descends_through_the_plane(height: float) -> None:
    found = cut(height=height)
    for frame, share in enumerate(EJECTED):
        discs = []
        for across, along in (ENDO, EPI):
            depth = (-height - SHORTER * share) / (along - SHORTER * share)
            discs.append(np.pi * (across * (1 - 0.25 * share)) ** 2 * (1 - depth**2))
        assert (found[frame] == CODES["lv"]).sum() == pytest.approx(discs[0], rel=0.05, abs=8)
        assert (found[frame] == CODES["myo"]).sum() == pytest.approx(discs[1] - discs[0], rel=0.05, abs=8)


def test_the_crescent_has_its_area_and_lies_to_the_left() -> None:
    found = cut(height=-40.0, width=30.0)
    depth = 40.0 / EPI[1]
    radius = EPI[0] * np.sqrt(1 - depth**2)
    # With w = 30 (1 - u^2), u from -1 to 1 over 60 degrees: mean of w is 2/3, of w^2 is 8/15.
    expected = np.radians(60) * 2 * (radius * 30 * 2 / 3 + 0.5 * 900 * 8 / 15)
    assert (found[0] == CODES["rv"]).sum() == pytest.approx(expected, rel=0.03)
    left, up = (points[found[0] == CODES["rv"]].mean() for points in np.moveaxis(POSE.plane_points(), -1, 0))
    assert left > radius and abs(up) < 1


def test_an_outflow_tract_opens_the_wall_at_the_base_alone() -> None:
    closed, opened = cut("base", -6.0), cut("base", -6.0, open_at=np.pi / 2, open_mm=10.0)
    missing = (closed[0] == CODES["myo"]) & (opened[0] == 0)
    left, up = (points[missing] for points in np.moveaxis(POSE.plane_points(), -1, 0))
    assert missing.any() and (up > 10).all() and abs(np.degrees(np.arctan2(left, up))).max() < 40 * 0.4 + 2
    np.testing.assert_array_equal(cut("base", -30.0, open_at=np.pi / 2, open_mm=10.0), cut("base", -30.0))


def test_drawn_slices_run_from_base_to_apex_and_keep_the_cavity_in_all_frames() -> None:
    heart = ellipsoid_heart(EJECTED)
    for seed in range(30):
        slices = drawn_slices(heart, right_of(25.0), np.random.default_rng(seed), 96, 1.5)
        heights = [where.height_mm for where in slices]
        assert [where.role for where in slices] == ["base", "mid", "mid", "mid", "apex"]
        assert heights == sorted(heights, reverse=True)
        assert -20 < heights[0] < -SHORTER and -ENDO[1] < heights[-1] < -65
        assert len({where.pose.turn for where in slices}) == 1, "a stack is turned as one"
        for where in (slices[0], slices[-1]):
            values = cut_short_axis(heart, right_of(25.0), where).values
            assert (values == CODES["lv"]).any(axis=(1, 2)).all()
            assert not values[:, [0, -1]].any() and not values[:, :, [0, -1]].any(), "nothing is cut off"
