"""The criteria of a single map: none for a plain one, and each fault by its name."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.criteria.single import broken_criteria
from GenerativeModelsLib.segmentation.maps import CODES
from Testing.helpers.segmentation_phantoms import PIXEL_MM, apical, disc, ring


def test_plain_maps_break_none() -> None:
    assert broken_criteria(ring(), PIXEL_MM, "short-axis") == []
    assert broken_criteria(apical(), np.ones(2), "apical") == []


@pytest.mark.parametrize("view", ["short-axis", "apical"])
def test_a_map_without_a_left_ventricle_is_empty(view: str) -> None:
    values = np.zeros((20, 20), np.uint8)
    assert broken_criteria(values, np.ones(2), view) == ["empty"]
    values[5:9, 5:9] = CODES["rv"]
    assert broken_criteria(values, np.ones(2), view) == ["empty"]


def test_faults_are_named_by_the_view() -> None:
    values = ring()
    values[disc(3.0)] = 0
    assert broken_criteria(values, PIXEL_MM, "short-axis") == ["lv_hole"]
    values = apical()
    values[2:8, 2:8] = CODES["la"]
    assert broken_criteria(values, np.ones(2), "apical") == ["la_pieces"]


def test_the_role_chooses_the_limits() -> None:
    values = ring()
    opened = values[42:48, 45:]  # 7 mm of the wall on the right
    opened[opened == CODES["myo"]] = 0
    assert "lv_background_contact" in broken_criteria(values, PIXEL_MM, "short-axis")
    assert "lv_background_contact" not in broken_criteria(values, PIXEL_MM, "short-axis", "base")
