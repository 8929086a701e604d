"""Labels to signed distances and back."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.repair.distances import FARTHEST_MM, labels_of, signed_distances
from Testing.helpers.segmentation_phantoms import LV, MYO, PIXEL_MM, SHAPE, apical, ring


@pytest.mark.parametrize("values", [ring(), ring(right=False), np.zeros(SHAPE, np.uint8)])
def test_labels_come_back(values: np.ndarray) -> None:
    assert np.array_equal(labels_of(signed_distances(values, PIXEL_MM)), values)


def test_an_atrium_comes_back_and_what_is_absent_is_far() -> None:
    values = apical()
    distances = signed_distances(values, np.ones(2))
    assert np.array_equal(labels_of(distances), values)
    assert (distances["rv"] == -FARTHEST_MM).all()


def test_the_mean_of_two_rings_is_the_ring_between() -> None:
    small, large = (signed_distances(ring(r, r + 9, right=False), PIXEL_MM) for r in (16.0, 20.0))
    mean = labels_of({name: 0.5 * (small[name] + large[name]) for name in small})
    areas = np.array([(mean == LV).sum(), (mean > 0).sum()]) * PIXEL_MM.prod()
    assert np.sqrt(areas / np.pi) == pytest.approx([18.0, 27.0], abs=0.4)
    assert set(np.unique(mean)) == {0, LV, MYO}
