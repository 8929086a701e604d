"""The classes of pixels: of the labels, and of the intensities around them."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.synthesis.images.classes import BRIGHT, DARK, conditioned, intensity_classes, not_drawn
from Testing.helpers.segmentation_phantoms import PIXEL_MM, ring

PIXEL = np.array([1.0, 2.0])


def test_three_bands_of_intensity_are_three_classes() -> None:
    shares = np.zeros((2, 60, 40))
    shares[:, 20:40], shares[:, 40:] = 0.4, 0.9
    found = intensity_classes(shares, PIXEL, np.zeros(shares.shape, bool))
    assert [np.unique(found[:, rows]).tolist() for rows in (slice(0, 16), slice(24, 36), slice(44, 60))] == [
        [DARK],
        [DARK + 1],
        [BRIGHT],
    ]


def test_what_lies_in_the_heart_does_not_move_the_thresholds() -> None:
    rng = np.random.default_rng(0)
    shares = rng.choice([0.1, 0.15, 0.2], (1, 40, 40))
    heart = np.zeros(shares.shape, bool)
    heart[:, 10:30, 10:30] = True
    bright = np.where(heart, 1.0, shares)
    np.testing.assert_array_equal(
        intensity_classes(bright, np.full(2, 1e6), heart)[~heart],
        intensity_classes(shares, np.full(2, 1e6), heart)[~heart],
    )


def test_the_heart_of_a_style_gets_the_class_of_what_lies_nearest() -> None:
    shares = np.zeros((1, 40, 60))
    shares[:, :, 30:] = 0.5
    shares[:, 5:10, 50:] = 1.0
    heart = np.zeros(shares.shape, bool)
    heart[:, 15:35, 10:50] = True
    shares[heart] = 1.0
    found = intensity_classes(shares, np.full(2, 1e6), heart)
    assert (found[:, 20:30, 11:16] == DARK).all() and (found[:, 20:30, 44:49] == DARK + 1).all()


def test_an_image_of_one_value_has_classes_too() -> None:
    assert set(np.unique(intensity_classes(np.zeros((1, 8, 8)), PIXEL, np.zeros((1, 8, 8), bool)))) <= {3, 4, 5}


def test_labels_lie_over_the_surroundings_and_the_right_ventricle_is_bright() -> None:
    codes = ring()[None]
    dark = np.full(codes.shape, DARK, np.uint8)
    found = conditioned(codes, dark, PIXEL_MM)
    for structure, number in {"lv": 1, "myo": 2, "rv": BRIGHT}.items():
        assert (found[codes == CODES[structure]] == number).all()
    assert (found[codes == 0] == DARK).all() and not conditioned(codes, None, PIXEL_MM)[codes == 0].any()


def test_around_a_cavity_without_a_wall_nothing_is_known() -> None:
    """As at end systole, where experts drew the cavity alone."""
    drawn, alone = ring(right=False), ring(right=False)
    alone[alone == CODES["myo"]] = 0
    found = conditioned(np.stack([drawn, alone]), np.full((2, *drawn.shape), DARK, np.uint8), PIXEL_MM)
    assert (found[0] != 0).all()
    wall = drawn == CODES["myo"]  # 9 mm
    assert not found[1][wall].any() and found[1][0, 0] == DARK
    area = np.pi * (37.0**2 - 22.0**2) / PIXEL_MM.prod()
    assert abs(not_drawn(alone[None], PIXEL_MM).sum() - (alone > 0).sum() - area) < 0.03 * area
