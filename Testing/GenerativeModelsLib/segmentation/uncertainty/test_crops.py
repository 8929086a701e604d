"""Pieces of slices: the middle, lengths in mm on pixels that are not square, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from GenerativeModelsLib.segmentation.uncertainty.crops import Pieces, middle_of, standardised
from Testing.helpers.segmentation_phantoms import PIXEL_MM, disc, ellipse

SHAPE = (90, 80)


def pieces(at: tuple[float, float], **ways: np.ndarray) -> Pieces:
    return Pieces(np.array([at]), SHAPE, PIXEL_MM, 64, 1.5, **ways)


def test_the_middle_is_that_of_the_largest_piece_and_nan_without_any() -> None:
    values = np.zeros((3, 6, 9), np.uint8)
    values[0, 1:4, 5:8] = [[1, 2, 1], [1, 2, 1], [1, 2, 1]]
    values[1] = values[0]
    values[1, :2, :2], values[1, 4, 8] = 1, 1  # an island, and a pixel that touches at its corner
    np.testing.assert_allclose(middle_of(values)[0], [2, 6])
    np.testing.assert_allclose(middle_of(values)[1], [(9 * 2 + 4) / 10, (9 * 6 + 8) / 10])
    assert np.isnan(middle_of(values)[2]).all()


def test_a_piece_lies_about_its_middle_in_mm() -> None:
    at = (60.0, 72.0)  # mm
    values = disc(20.0, at)[None].astype(np.uint8)
    cut = pieces((at[0] / PIXEL_MM[0], at[1] / PIXEL_MM[1])).cut(values, "nearest")[0].numpy() > 0
    assert cut.sum() * 1.5**2 == pytest.approx(np.pi * 400, rel=0.04)
    np.testing.assert_allclose(middle_of(cut[None].astype(np.uint8)), [[31.5, 31.5]], atol=0.3)


def test_turn_and_scale_are_about_the_middle() -> None:
    at = (54.0, 64.0)
    values = ellipse((24.0, 10.0), at)[None].astype(np.uint8)
    where = (at[0] / PIXEL_MM[0], at[1] / PIXEL_MM[1])
    turned = pieces(where, angle=np.array([np.pi / 2])).cut(values, "nearest")[0].numpy() > 0
    rows, columns = np.nonzero(turned)
    assert np.ptp(columns) * 1.5 == pytest.approx(48, abs=3) and np.ptp(rows) * 1.5 == pytest.approx(20, abs=3)
    larger = pieces(where, scale=np.array([0.8])).cut(values, "nearest")[0].numpy() > 0
    assert larger.sum() * 1.5**2 * 0.64 == pytest.approx(np.pi * 240, rel=0.04)


def test_a_piece_is_pasted_where_it_was_cut_and_nowhere_else() -> None:
    rows, columns = np.indices(SHAPE)
    values = (0.01 * rows + 0.02 * columns).astype(np.float32)
    part = pieces((40.3, 35.7), angle=np.array([0.3]))
    back = part.paste(part.cut(values[None])[:, None])[0, 0].numpy()
    near = np.hypot((rows - 40.3) * PIXEL_MM[0], (columns - 35.7) * PIXEL_MM[1])
    np.testing.assert_allclose(back[near < 40], values[near < 40], atol=1e-3)
    assert (back[near > 70] == 0).all()


def test_labels_end_at_the_border_and_images_go_on() -> None:
    ones = np.ones((1, *SHAPE), np.float32)
    corner = pieces((0.0, 0.0))
    assert corner.cut(ones, "nearest")[0, 0, 0] == 0 and corner.cut(ones)[0, 0, 0] == 1


def test_grey_values_are_standardised_and_a_constant_is_nothing() -> None:
    values = torch.stack([torch.full((4, 4), 7.0), torch.arange(16.0).reshape(4, 4)])
    found = standardised(values)
    assert (found[0] == 0).all()
    assert found[1].mean().item() == pytest.approx(0, abs=1e-6) and found[1].std().item() == pytest.approx(1)
