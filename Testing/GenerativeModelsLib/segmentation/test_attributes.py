"""Attributes of label maps against closed forms of ellipses and rectangles, on pixels that are not square."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.attribute_names import ATTRIBUTES
from GenerativeModelsLib.segmentation.attributes import attributes, cavity_share
from GenerativeModelsLib.segmentation.maps import CODES
from Testing.helpers.segmentation_phantoms import apical, ellipse

FINE = np.array([0.4, 0.6])
SHAPE = (300, 260)
LV, MYO, RV = CODES["lv"], CODES["myo"], CODES["rv"]


def measured(values: np.ndarray, pixel_mm: np.ndarray = FINE, view: str = "short-axis") -> dict[str, float]:
    return dict(zip(ATTRIBUTES[view], attributes(values, pixel_mm, view), strict=True))


def turned(degrees: float) -> np.ndarray:
    """An ellipse of semi-axes 36 and 26 mm, a cavity of 24 and 14 within, and a right ventricle on its left."""
    at, values = (62.0, 90.0), np.zeros(SHAPE, np.uint8)
    back = 50 * np.array([np.sin(np.radians(degrees)), -np.cos(np.radians(degrees))])
    values[ellipse((15, 15), (at[0] + back[0], at[1] + back[1]), FINE, SHAPE)] = RV
    values[ellipse((26, 36), at, FINE, SHAPE, degrees)] = MYO
    values[ellipse((14, 24), at, FINE, SHAPE, degrees)] = LV
    return values


@pytest.mark.parametrize("degrees", [0.0, 25.0, -40.0, 90.0])
def test_a_turned_ellipse(degrees: float) -> None:
    found = measured(turned(degrees))
    assert found["lv_area_mm2"] == pytest.approx(np.pi * 24 * 14, rel=0.01)
    assert found["myo_area_mm2"] == pytest.approx(np.pi * (36 * 26 - 24 * 14), rel=0.01)
    assert found["epi_major_axis_mm"] == pytest.approx(72, rel=0.005)
    assert found["lv_septal_axis_mm"] == pytest.approx(48, rel=0.01)
    assert found["epi_centre_x_mm"] == pytest.approx(90, abs=0.1)
    assert found["epi_centre_y_mm"] == pytest.approx(62, abs=0.1)


def test_the_septum_points_from_left_to_right_ventricle_and_up_is_positive() -> None:
    assert measured(turned(0.0))["septum_degrees"] == pytest.approx(0, abs=0.5)
    assert measured(turned(25.0)[::-1])["septum_degrees"] == pytest.approx(25, abs=0.5)
    assert measured(turned(25.0))["septum_degrees"] == pytest.approx(-25, abs=0.5)
    mirrored = measured(turned(25.0)[:, ::-1])["septum_degrees"]
    assert mirrored == pytest.approx(-155, abs=0.5)


def test_a_rectangle_has_the_axes_of_its_second_moments_exactly() -> None:
    values = np.zeros((60, 70), np.uint8)
    values[10:40, 20:32] = MYO  # 30 rows of 1.5 mm and 12 columns of 2 mm
    found = measured(values, np.array([1.5, 2.0]))
    assert found["epi_major_axis_mm"] == pytest.approx(4 * 45 / np.sqrt(12))
    assert np.isnan(found["lv_septal_axis_mm"])
    cavity = np.where(values == MYO, LV, 0).astype(np.uint8)
    cavity[24:26, 0:3] = RV  # straight to the left of its centre
    assert measured(cavity, np.array([1.5, 2.0]))["lv_septal_axis_mm"] == pytest.approx(4 * 24 / np.sqrt(12))
    assert (found["lv_area_mm2"], found["myo_area_mm2"]) == (0, 45 * 24)
    assert (found["epi_centre_x_mm"], found["epi_centre_y_mm"]) == (25.5 * 2, 24.5 * 1.5)
    assert np.isnan(found["septum_degrees"])


def test_what_the_outline_encloses_is_inside() -> None:
    whole, holed = turned(0.0), turned(0.0)
    holed[(holed == LV) & (np.indices(SHAPE)[0] % 2 == 0)] = 0
    names = ("epi_major_axis_mm", "epi_centre_x_mm", "epi_centre_y_mm")
    assert [measured(holed)[name] for name in names] == [measured(whole)[name] for name in names]


def test_an_apical_view_has_its_long_axis() -> None:
    values = apical(80.0, 44.0, 9.0)
    found = measured(values, np.ones(2), "apical")
    assert found["lv_length_mm"] == pytest.approx(80, abs=1.5)
    assert found["lv_orientation_degrees"] == pytest.approx(0, abs=1)
    assert found["lv_base_width_mm"] == pytest.approx(44 * np.sqrt(1 - 0.1**2), abs=1.5)
    assert found["lv_area_mm2"] == pytest.approx(np.pi * 80 * 44 / 4, rel=0.02)
    assert measured(values, np.array([2.0, 2.0]), "apical")["lv_length_mm"] == pytest.approx(160, abs=3)


def test_without_myocardium_the_outline_is_not_known() -> None:
    values = np.where(turned(0.0) == LV, LV, 0).astype(np.uint8)
    found = measured(values)
    assert found["lv_area_mm2"] > 0
    assert [name for name, value in found.items() if np.isnan(value)] == [
        name for name in ATTRIBUTES["short-axis"] if name != "lv_area_mm2"
    ]
    assert np.isnan(attributes(np.zeros((4, 4), np.uint8), FINE, "short-axis")).all()


def test_arrays_of_maps_keep_their_shape_and_a_wrong_view_is_refused() -> None:
    maps = np.stack([turned(0.0), turned(25.0)])
    found = attributes(maps[None], FINE, "short-axis")
    assert found.shape == (1, 2, 7)
    np.testing.assert_array_equal(found[0, 1], attributes(maps[1], FINE, "short-axis"))
    with pytest.raises(ValueError, match="'axial', expected one of"):
        attributes(maps, FINE, "axial")


def test_the_share_of_the_cavity() -> None:
    values = np.zeros((3, 10, 10), np.uint8)
    values[0, :3], values[0, 3:] = LV, MYO
    values[1, 0] = LV
    np.testing.assert_allclose(cavity_share(values), [0.3, np.nan, np.nan])
