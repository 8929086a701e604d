"""Connected bodies of the ventricle in a stack."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation.bodies import bodies_of
from Testing.helpers.segmentation_phantoms import LV, MYO, RV, disc, stack

ISLAND = disc(5.0, (95.0, 20.0))


def test_the_largest_body_comes_first() -> None:
    values = stack()
    values[2:4, ISLAND] = MYO
    values[6][ISLAND] = LV
    found = bodies_of(values)
    assert found.sizes.tolist() == sorted(found.sizes, reverse=True) and len(found.sizes) == 3
    assert np.array_equal(found.numbers == 2, (np.isin(np.arange(8), (2, 3))[:, None, None]) & ISLAND)
    assert np.array_equal(found.numbers == 3, (np.arange(8) == 6)[:, None, None] & ISLAND)
    assert np.array_equal(found.largest, np.isin(stack(), (LV, MYO)))
    assert found.sizes[0] == found.largest.sum()


def test_a_missing_slice_does_not_part_a_body_and_the_right_ventricle_is_none() -> None:
    values = stack()
    values[3] = 0
    assert len(bodies_of(values).sizes) == 1
    values[np.isin(values, (LV, MYO))] = RV
    found = bodies_of(values)
    assert not len(found.sizes) and not found.largest.any()


def test_voxels_that_touch_at_a_corner_are_one_body() -> None:
    values = np.zeros((2, 4, 4), np.uint8)
    values[0, 1, 1] = values[1, 2, 2] = LV
    assert bodies_of(values).sizes.tolist() == [2]
    values[1] = np.roll(values[1], 1, axis=0)
    assert bodies_of(values).sizes.tolist() == [1, 1]
