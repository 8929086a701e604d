"""The long axis of half an ellipse, whose length, width and turn are known."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.curves import area_length_ml
from GenerativeModelsLib.segmentation.long_axis import long_axis
from Testing.helpers.segmentation_phantoms import LV, apical, disc, maps_of, plane_of, ring

ONE = np.ones(2)


@pytest.mark.parametrize("degrees", [0, 15, 90, 160])
@pytest.mark.parametrize("atrium", [True, False])
def test_length_width_and_turn(degrees: float, atrium: bool) -> None:
    axis = long_axis(plane_of(apical(degrees=degrees, atrium=atrium), "alone", ONE))
    assert axis.length_mm == pytest.approx(80.0, abs=1.5)
    assert axis.base_width_mm == pytest.approx(44 * np.sqrt(1 - 0.1**2), abs=1.5)
    upright = long_axis(plane_of(apical(atrium=atrium), "alone", ONE)).orientation_degrees
    turn = (axis.orientation_degrees - upright + 180) % 360 - 180
    assert abs(turn) == pytest.approx(degrees, abs=1.5)


def test_the_area_length_method_is_exact_for_half_an_ellipsoid() -> None:
    length, width = 80.0, 44.0
    area = np.pi / 4 * length * width
    assert area_length_ml(area, length) == pytest.approx(np.pi / 6 * width**2 * length / 1000)
    plane = plane_of(apical(), "alone", ONE)
    found = area_length_ml(plane.area_mm2("lv"), long_axis(plane).length_mm)
    assert found == pytest.approx(np.pi / 6 * width**2 * length / 1000, rel=0.03)


def test_a_cavity_that_touches_nothing_or_is_tiny_has_no_axis() -> None:
    values = apical(atrium=False)
    values[99:103, 30:100] = 2
    assert long_axis(plane_of(values, "alone", ONE)) is None
    assert long_axis(plane_of(np.where(disc(2.0, (20, 20), ONE), LV, np.uint8(0)), "alone", ONE)) is None


def test_a_closed_wall_in_an_apical_view_is_warned_of() -> None:
    closed = check_maps(maps_of(ring(right=False)[None]), "apical")
    assert closed.curves.lv_ml.size == 1 and np.isnan(closed.curves.lv_ml).all()
    assert any(str(warning).startswith("No mitral plane was found in 1 of the 1 frames") for warning in closed.warnings)
    correct = check_maps(maps_of(apical()[None], ONE), "apical")
    assert not any("mitral" in str(warning) for warning in correct.warnings)
