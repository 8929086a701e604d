"""Curves of a beat whose areas, volumes and ejection fraction are known."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.check import check_maps
from Testing.helpers.segmentation_phantoms import LV, MYO, PIXEL_MM, apical, cine, disc, maps_of, ring


def test_volumes_are_areas_times_the_distance_of_slices() -> None:
    radii = np.array([[24.0, 20.0, 14.0], [18.0, 15.0, 10.0]])
    values = np.stack([np.stack([np.where(disc(r + 9), MYO, 0) for r in row]) for row in radii]).astype(np.uint8)
    for frame, row in enumerate(radii):
        for slice_, radius in enumerate(row):
            values[frame, slice_][disc(radius)] = LV
    curves = check_maps(maps_of(values, slice_mm=9.0)).curves
    expected = np.pi * (radii**2).sum(axis=1) * 9 / 1000
    np.testing.assert_allclose(curves.lv_ml, expected, rtol=0.02)
    np.testing.assert_allclose(curves.columns["lv_area_mm2"], np.pi * (radii**2).sum(axis=1), rtol=0.02)
    wall = np.pi * ((radii + 9) ** 2 - radii**2).sum(axis=1) * 9 / 1000
    np.testing.assert_allclose(curves.myo_ml, wall, rtol=0.02)
    assert (curves.ed, curves.es) == (0, 1)
    assert curves.ef_percent == pytest.approx(100 * (1 - expected[1] / expected[0]), abs=1.5)
    np.testing.assert_allclose(curves.columns["wall_mm"], 9.0, atol=0.4)


def test_a_slice_over_time_has_areas_and_no_volume() -> None:
    curves = check_maps(maps_of(cine(6, 1))).curves
    assert "lv_ml" not in curves.columns and curves.edv_ml is curves.ef_percent is None
    assert (curves.ed, curves.es) == (0, 3) and curves.columns["lv_area_mm2"].shape == (6,)


def test_an_apical_view_has_the_volume_of_its_body_of_revolution() -> None:
    values = np.stack([apical(80.0, 44.0)[None], apical(68.0, 32.0)[None]])
    curves = check_maps(maps_of(values, np.ones(2)), "apical").curves
    expected = np.pi / 6 * np.array([44.0**2 * 80, 32.0**2 * 68]) / 1000
    np.testing.assert_allclose(curves.lv_ml, expected, rtol=0.04)
    np.testing.assert_allclose(curves.columns["lv_length_mm"], [80, 68], atol=1.5)
    assert curves.ef_percent == pytest.approx(100 * (1 - expected[1] / expected[0]), abs=2.5)


def test_what_is_not_labelled_in_a_frame_is_not_known() -> None:
    values = cine(4, 4)
    values[2] = 0
    values[1][values[1] == MYO] = 0
    found = check_maps(maps_of(values))
    assert np.isnan(found.curves.lv_ml[2]) and np.isfinite(found.curves.lv_ml[[0, 1, 3]]).all()
    assert "The myocardium is not labelled in 1 of the 4 frames" in " ".join(found.warnings)


def test_a_frame_with_labels_in_less_than_half_of_the_slices_has_no_part_in_the_ejection_fraction() -> None:
    values = cine(10, 8)
    whole = check_maps(maps_of(values))
    values[3, 3:] = 0
    found = check_maps(maps_of(values))
    assert found.curves.lv_ml[3] < found.curves.esv_ml, "the curve keeps what was counted"
    assert found.curves.incomplete == (3,) and found.curves.ef_percent == whole.curves.ef_percent
    (said,) = set(found.warnings) - set(whole.warnings)
    assert said.startswith("1 of the 10 frames has labels of the left ventricle in less than half")
    values[4, 3:] = 0
    found = check_maps(maps_of(values))
    assert found.curves.incomplete == (3, 4) and any(w.startswith("2 of the 10 frames have") for w in found.warnings)
    half = cine(10, 8)
    half[3, :4] = 0
    found = check_maps(maps_of(half))
    assert found.curves.incomplete == () and found.curves.es == 3


def test_a_cavity_that_vanishes_at_the_apex_does_not_make_a_frame_incomplete() -> None:
    values = cine(6, 8)
    values[3, 2:][values[3, 2:] == LV] = MYO
    curves = check_maps(maps_of(values)).curves
    assert curves.incomplete == () and curves.es == 3


def test_spacing_and_order_of_pixels_do_not_matter() -> None:
    values = ring(right=False)[None]
    one = check_maps(maps_of(values)).curves.columns["lv_area_mm2"]
    turned = check_maps(maps_of(np.ascontiguousarray(values.transpose(0, 2, 1)), PIXEL_MM[::-1])).curves.columns
    np.testing.assert_allclose(one, turned["lv_area_mm2"])
