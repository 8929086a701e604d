"""Measurements in a plane against closed forms, on pixels that are not square."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation import geometry
from Testing.helpers.segmentation_phantoms import PIXEL_MM, disc, ellipse

SPACINGS = [(1.0, 1.0), (1.2, 1.6), (0.7, 2.1)]
each_spacing = pytest.mark.parametrize("pixel", SPACINGS, ids=str)
FINE = {"shape": (160, 160)}


@each_spacing
def test_a_disc_is_round_and_a_long_ellipse_is_not(pixel: tuple[float, float]) -> None:
    pixel_mm = np.array(pixel)
    at = (80 * pixel[0], 80 * pixel[1])
    assert geometry.circularity(disc(30.0, at, pixel_mm, **FINE), pixel_mm) == pytest.approx(1.0, abs=0.03)
    long = ellipse((36.0, 12.0), at, pixel_mm, (160, 160))
    h = ((36 - 12) / (36 + 12)) ** 2  # Ramanujan's perimeter
    perimeter = np.pi * 48 * (1 + 3 * h / (10 + np.sqrt(4 - 3 * h)))
    assert geometry.circularity(long, pixel_mm) == pytest.approx(4 * np.pi * np.pi * 36 * 12 / perimeter**2, abs=0.03)


@settings(max_examples=25, deadline=None)
@given(radius=st.floats(14, 30), row=st.floats(0, 1), column=st.floats(0, 1), degrees=st.floats(0, 90))
def test_an_ellipse_keeps_its_circularity_wherever_it_lies(radius, row, column, degrees) -> None:
    at = (70 + row, 90 + column)
    found = geometry.circularity(ellipse((radius, 0.6 * radius), at, PIXEL_MM, (130, 120), degrees), PIXEL_MM)
    assert found == pytest.approx(0.881, abs=0.04)


@each_spacing
def test_the_contact_of_a_disc_with_the_rest_is_its_circumference(pixel: tuple[float, float]) -> None:
    pixel_mm = np.array(pixel)
    mask = disc(30.0, (80 * pixel[0], 80 * pixel[1]), pixel_mm, **FINE)
    length, places = geometry.contact(mask, ~mask, pixel_mm)
    assert length == pytest.approx(2 * np.pi * 30, rel=0.04)
    assert np.hypot(*((places - 80) * pixel_mm).T) == pytest.approx(30, abs=max(pixel))
    assert geometry.contact(~mask, mask, pixel_mm)[0] == length
    assert geometry.contact(mask, np.zeros_like(mask), pixel_mm)[0] == 0


def test_pixels_that_touch_at_a_corner_have_no_contact_and_are_one_piece() -> None:
    mask = np.eye(4, dtype=bool)
    assert len(geometry.pieces(mask)) == 1
    assert geometry.contact(mask, np.roll(mask, 2, 1), np.ones(2))[0] == 0


@pytest.mark.parametrize("depth", [4.0, 9.0, 15.0])
@each_spacing
def test_a_notch_is_as_deep_as_it_was_cut(pixel: tuple[float, float], depth: float) -> None:
    pixel_mm = np.array(pixel)
    mask = np.zeros((120, 120), bool)
    mask[20:100, 20:100] = True
    rows = round(depth / pixel[0])
    mask[20 : 20 + rows, 55:65] = False
    found, place = geometry.concavity_mm(mask, pixel_mm)
    assert found == pytest.approx(rows * pixel[0], abs=1e-9)
    assert 54 <= place[1] <= 65 and place[0] == pytest.approx(20 + rows, abs=1)


def test_a_disc_has_no_dent_and_a_hole_is_none() -> None:
    ring = disc(28.0) & ~disc(20.0)
    assert geometry.concavity_mm(disc(28.0), PIXEL_MM)[0] < 1.6
    assert geometry.concavity_mm(ring, PIXEL_MM)[0] < 1.6
    assert geometry.concavity_mm(np.pad([[True]], 3), PIXEL_MM)[0] == 0, "a pixel has no hull"


@settings(max_examples=20, deadline=None)
@given(down=st.integers(0, 12), right=st.integers(0, 12), flip=st.booleans())
def test_what_is_measured_does_not_depend_on_the_place_or_the_side(down: int, right: int, flip: bool) -> None:
    mask = np.zeros((70, 70), bool)
    mask[:40, :40] = disc(18.0, (24.0, 32.0))[:40, :40] & ~disc(4.0, (24.0, 46.0))[:40, :40]
    moved = np.roll(mask, (down, right), (0, 1))
    moved = moved[::-1] if flip else moved
    for measure in (lambda m: geometry.concavity_mm(m, PIXEL_MM)[0], lambda m: geometry.circularity(m, PIXEL_MM)):
        assert measure(moved) == pytest.approx(measure(mask), abs=1e-6)


def test_holes_and_pieces_come_with_their_pixels_the_largest_first() -> None:
    mask = disc(28.0)
    mask[disc(5.0, (50.0, 62.0))] = False
    mask[disc(3.0, (60.0, 80.0))] = False
    mask[disc(6.0, (20.0, 20.0))] = True
    holes = geometry.enclosed_pieces(mask)
    areas = [len(hole) * geometry.pixel_area_mm2(PIXEL_MM) for hole in holes]
    assert areas == pytest.approx([np.pi * 25, np.pi * 9], rel=0.2)
    assert holes[0].mean(axis=0) * PIXEL_MM == pytest.approx([50.0, 62.0], abs=0.5)
    island = disc(6.0, (20.0, 20.0)).sum()
    assert [len(piece) for piece in geometry.pieces(mask)] == [mask.sum() - island, island]
    assert geometry.enclosed_pieces(disc(28.0)) == []


def test_the_gap_between_two_discs_is_their_distance() -> None:
    one, other = disc(10.0, (54.0, 40.0)), disc(10.0, (54.0, 80.0))
    gap, place = geometry.distance_between_mm(one, other, PIXEL_MM)
    assert gap == pytest.approx(20.0, abs=2.5) and place[1] * PIXEL_MM[1] == pytest.approx(50.0, abs=1.7)
    assert geometry.distance_between_mm(one, np.roll(one, 1, 0), PIXEL_MM)[0] == 0


@each_spacing
def test_the_gap_between_two_blocks_is_that_of_the_pixels_between_them(pixel: tuple[float, float]) -> None:
    one, other = np.zeros((20, 20), bool), np.zeros((20, 20), bool)
    one[:5], other[8:] = True, True
    for turned, mm in ((False, pixel[0]), (True, pixel[1])):
        pair = (one.T, other.T) if turned else (one, other)
        assert geometry.distance_between_mm(*pair, np.array(pixel))[0] == pytest.approx(3 * mm)


def test_the_place_of_an_arc_lies_on_it() -> None:
    ring = np.argwhere(disc(28.0) & ~disc(24.0))
    assert geometry.place_of(ring) in {tuple(map(float, place)) for place in ring}
    assert np.isnan(geometry.place_of(np.zeros((0, 2)))).all()


@pytest.mark.parametrize("share", [0.2, 0.4, 0.7])
def test_a_bottleneck_is_the_share_of_its_width(share: float) -> None:
    band = np.zeros((60, 120), bool)
    band[10:50, 5:115] = True  # 40 mm wide
    half = round(20 * share)
    band[10 : 30 - half, 55:65] = band[30 + half : 50, 55:65] = False
    ratio, _ = geometry.bottleneck_ratio(band, np.ones(2))
    assert ratio == pytest.approx(share, abs=0.06)
    band[:, 55:65] = False
    band[10:50, 55:65] = True
    assert geometry.bottleneck_ratio(band, np.ones(2))[0] > 0.9


@pytest.mark.parametrize("pixel", [(1.0, 1.0), (0.3, 0.15), (1.0, 3.0), (3.0, 1.0)], ids=str)
def test_a_bottleneck_is_measured_and_found_on_pixels_of_any_shape(pixel: tuple[float, float]) -> None:
    across = round(27 / pixel[1]) // 2 * 2 + 1
    neck, rows = round(across / 3) // 2 * 2 + 1, round(120 / pixel[0])
    band = np.ones((rows, across), bool)
    beside = (across - neck) // 2
    cut = slice(rows // 4 - 1, rows // 4 + 2)
    band[cut, :beside] = band[cut, across - beside :] = False
    ratio, place = geometry.bottleneck_ratio(band, np.array(pixel))
    assert ratio == pytest.approx(neck / across, abs=0.03)
    assert band[tuple(map(int, place))] and place[0] == pytest.approx(rows // 4, abs=1 + 3 / pixel[0])


def test_a_band_across_a_disc_measures_its_diameter_in_any_direction() -> None:
    mask = disc(25.0)
    for degrees in (0, 30, 60, 90, 135):
        along = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        (width,) = geometry.band_widths_mm([mask], along, np.array((54.0, 70.0)), PIXEL_MM)
        assert width == pytest.approx(50.0, rel=0.06)
