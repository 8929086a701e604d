"""Batches of label maps: moved as they are told to, drawn by their number alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

pytest.importorskip("lightning")

from GenerativeModelsLib.segmentation.attribute_names import ATTRIBUTES
from GenerativeModelsLib.segmentation.attributes import attributes
from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps
from GenerativeModelsLib.training.segmentation.config import AugmentationConfig
from GenerativeModelsLib.training.segmentation.data import LabelBatches, batch_of, moved
from Testing.helpers.segmentation_phantoms import ellipse
from Testing.helpers.tiny_labels import GRID, TINY_PIXEL_MM, ring_sequences

STILL = {"shift_mm": 0.0, "rotation_degrees": 0.0, "scale": 0.0}
PIXEL = np.array([1.0, 1.5])


class Extreme:
    """Draws the upper ends of all ranges."""

    def uniform(self, low: float, high: float, shape) -> np.ndarray:
        return np.full(shape, high)


def phantom() -> np.ndarray:
    """A ventricle of semi-axes 22 and 14 mm in the middle of (90, 80) pixels, a right ventricle on its left."""
    values, at = np.zeros((90, 80), np.uint8), (44.5, 59.25)
    values[ellipse((8, 8), (44.5, 30.0), PIXEL)] = 3
    values[ellipse((14, 22), at, PIXEL)] = 2
    values[ellipse((9, 15), at, PIXEL)] = 1
    return values


def measures(values: np.ndarray) -> dict[str, float]:
    return dict(zip(ATTRIBUTES["short-axis"], attributes(values, PIXEL, "short-axis"), strict=True))


def pushed(**ways: float) -> dict[str, float]:
    return measures(moved(phantom()[None], PIXEL, AugmentationConfig(**STILL | ways), Extreme())[0])


def test_a_map_that_is_not_moved_stays() -> None:
    np.testing.assert_array_equal(moved(phantom()[None], PIXEL, AugmentationConfig(**STILL), Extreme())[0], phantom())


def test_shifts_turns_and_scales_are_in_mm_on_pixels_that_are_not_square() -> None:
    before = measures(phantom())
    shifted, scaled, turned = pushed(shift_mm=6.0), pushed(scale=0.2), pushed(rotation_degrees=20.0)
    assert shifted["epi_centre_x_mm"] - before["epi_centre_x_mm"] == pytest.approx(6, abs=0.4)
    assert shifted["epi_centre_y_mm"] - before["epi_centre_y_mm"] == pytest.approx(6, abs=0.4)
    assert scaled["epi_major_axis_mm"] / before["epi_major_axis_mm"] == pytest.approx(1.2, abs=0.02)
    assert scaled["lv_area_mm2"] / before["lv_area_mm2"] == pytest.approx(1.44, abs=0.05)
    assert abs(turned["septum_degrees"] - before["septum_degrees"]) == pytest.approx(20, abs=1.5)
    for name in ("epi_major_axis_mm", "lv_septal_axis_mm"):
        assert turned[name] == pytest.approx(before[name], rel=0.03)


@pytest.fixture(scope="module")
def maps() -> FrameMaps:
    return FrameMaps.of(ring_sequences(6), GRID, TINY_PIXEL_MM)


def test_a_batch_follows_from_seed_and_number_alone(maps: FrameMaps) -> None:
    one, other = (LabelBatches(maps, 8, 3, AugmentationConfig()) for _ in range(2))
    assert torch.equal(one[5].maps, other[5].maps) and not torch.equal(one[5].maps, one[6].maps)
    assert not torch.equal(one[5].maps, LabelBatches(maps, 8, 4, AugmentationConfig())[5].maps)


def test_the_measures_are_those_of_the_moved_maps(maps: FrameMaps) -> None:
    batch = LabelBatches(maps, 8, 3, AugmentationConfig())[0]
    expected = attributes(batch.maps.numpy(), maps.pixel_mm, maps.view)
    np.testing.assert_allclose(batch.attributes.numpy(), expected, rtol=1e-5)
    assert ((batch.share > 0) & (batch.share < 1)).all() and batch.known.shape == (8, 5)


def test_a_share_of_a_batch_is_real(maps: FrameMaps) -> None:
    real = replace(maps, known=np.zeros_like(maps.known))
    batch = LabelBatches(maps, 8, 0, AugmentationConfig(), real, 0.25)[0]
    assert batch.known.all(dim=1).tolist() == [True] * 6 + [False] * 2


def test_a_map_without_wall_has_no_share_and_no_outline(maps: FrameMaps) -> None:
    batch = batch_of(replace(maps, values=np.where(maps.values == 1, 1, 0).astype(np.uint8)))
    assert batch.share.isnan().all() and batch.attributes[:, 1:].isnan().all()
    assert (batch.attributes[:, 0] > 0).all()
