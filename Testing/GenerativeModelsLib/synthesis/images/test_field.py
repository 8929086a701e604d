"""The square that is cut out of slices and put back."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.synthesis.images.field import Field, middle_of_volume


def smooth(shape: tuple[int, int], pixel_mm: np.ndarray, at: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(shape) * pixel_mm[:, None, None] - (at * pixel_mm)[:, None, None]
    return np.sin(rows / 30) + np.cos(columns / 40)


def test_a_smooth_image_comes_back_inside_and_the_outside_stays() -> None:
    pixel, at = np.array([1.2, 1.8]), np.array([50.0, 40.0])
    field = Field(at, (110, 90), pixel, 64, 1.3)
    image = np.stack([smooth((110, 90), pixel, at)] * 2)
    outside = np.full(image.shape, 7.0)
    found = field.put_back(field.cut(image), outside)
    rows, columns = np.where(field.inside)
    assert np.ptp(rows) * 1.2 < 64 * 1.3 + 1.2 and abs(np.ptp(columns) * 1.8 - 64 * 1.3) < 3
    inner = slice(rows.min() + 2, rows.max() - 1), slice(columns.min() + 2, columns.max() - 1)
    assert np.abs((found - image)[(slice(None), *inner)]).max() < 0.01
    assert (found[:, :5] == 7).all() and (found[:, :, -5:] == 7).all()


def test_the_middle_is_that_of_what_is_drawn_in_all_slices() -> None:
    drawn = np.zeros((3, 20, 30), bool)
    assert middle_of_volume(drawn).tolist() == [9.5, 14.5]
    drawn[0, 4, 6] = drawn[2, 6, 10] = True
    assert middle_of_volume(drawn).tolist() == [5.0, 8.0]
