"""What the segmentation repair moves, by the slices of a heart."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.heart.moved_by_repair import moved_by_repair
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap
from Testing.helpers.segmentation_phantoms import CODES, PIXEL_MM, stack

LABELS = HeartLabels(lv=CODES["lv"], myo=CODES["myo"], rv=CODES["rv"])


@pytest.mark.parametrize("across", [0, 1, 2])
def test_a_shifted_slice_is_moved_back_along_its_rows_and_columns(across: int) -> None:
    planes = stack(slices=9).copy()
    planes[4] = np.roll(planes[4], (5, -3), axis=(0, 1))
    spacing = [PIXEL_MM[1], PIXEL_MM[0]]
    spacing.insert(across, 8.0)
    label_map = LabelMap(np.moveaxis(planes, 0, 2 - across), LABELS, np.diag([*spacing, 1.0]), "phantom")
    moved = moved_by_repair({"ed": label_map, "es": label_map})
    assert moved[4] == pytest.approx((-5 * PIXEL_MM[0], 3 * PIXEL_MM[1]), abs=PIXEL_MM.max() + 1e-9)
    assert not moved[[1, 2, 3, 5, 6]].any()
