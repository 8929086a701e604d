"""Slices replaced by the map of the nearest valid code."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.repair.codes import nearest_codes
from Testing.GenerativeModelsLib.segmentation.repair.test_over_time import Rings
from Testing.helpers.segmentation_phantoms import disc, maps_of, stack


def test_a_faulty_slice_is_the_nearest_valid_map_and_others_stay() -> None:
    values = stack()
    values[3][disc(4.0)] = 0
    found = check_maps(maps_of(values))
    maps, changes = nearest_codes(found, Rings(), 50.0)
    assert not check_maps(maps).faults and [(c.slice, c.steps) for c in changes] == [(3, ("codes",))]
    assert np.array_equal(np.delete(maps.values[0], 3, 0), np.delete(values, 3, 0))
    assert not nearest_codes(found, Rings(), 0.5)[1] and not nearest_codes(found, Rings(), 50.0, {0})[1]


def test_a_decoding_that_breaks_a_rule_is_not_taken() -> None:
    class Opens(Rings):
        def decode(self, codes, shape, pixel_mm):
            made = super().decode(codes, shape, pixel_mm)
            made[0][disc(3.0)] = 0
            return made

    values = stack()
    values[3][disc(4.0)] = 0
    assert not nearest_codes(check_maps(maps_of(values)), Opens(), 50.0)[1]
