"""Scores of label maps of a stack, on masks whose overlap and distances are known."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.scores.stacks import roughness_percent, stack_score

SPACING = np.array([8.0, 1.2, 1.6])


def block(row: int = 10, rows: int = 10) -> np.ndarray:
    mask = np.zeros((3, 40, 40), bool)
    mask[:, row : row + rows, 10:20] = True
    return mask


def test_a_moved_block_has_the_overlap_and_the_distance_of_its_move() -> None:
    score = stack_score(block(12), block(), SPACING)
    assert score.dice == pytest.approx(0.8)
    assert score.hausdorff_mm == pytest.approx(2 * 1.2)
    assert stack_score(block(), block(), SPACING).hausdorff_mm == 0


def test_an_island_is_the_hausdorff_distance_and_not_its_95th_percentile() -> None:
    found = block()
    found[1, 15, 39] = True
    score = stack_score(found, block(), SPACING)
    assert score.hausdorff_mm == pytest.approx(20 * 1.6) and score.hd95_mm == 0
    assert stack_score(block(), found, SPACING).hausdorff_mm == pytest.approx(20 * 1.6)


def test_a_slice_left_out_is_as_far_as_the_slices_lie_apart() -> None:
    found = block()
    found[0] = False
    score = stack_score(found, block(), SPACING)
    assert score.hausdorff_mm == pytest.approx(8.0) and score.dice == pytest.approx(0.8)


def test_a_structure_that_is_not_found_scores_the_extent_of_the_truth() -> None:
    score = stack_score(np.zeros_like(block()), block(), SPACING)
    assert score.dice == 0
    assert score.hd95_mm == pytest.approx(np.linalg.norm([2 * 8.0, 9 * 1.2, 9 * 1.6]))
    with pytest.raises(ValueError, match="nothing to compare"):
        stack_score(block(), np.zeros_like(block()), SPACING)


def test_a_border_at_the_edge_of_the_picture_counts() -> None:
    whole = np.ones((1, 4, 4), bool)
    assert stack_score(whole, block()[:1, 10:14, 10:14], SPACING).hausdorff_mm == 0


def test_the_roughness_of_a_sine_is_that_of_its_second_difference() -> None:
    w = 2 * np.pi / 20
    curve = 100 + 50 * np.cos(w * np.arange(21))
    expected = 50 * (1 - np.cos(w)) * np.sqrt(np.mean(np.cos(w * np.arange(1, 20)) ** 2)) / 150 * 100
    assert roughness_percent(curve) == pytest.approx(expected)
    assert roughness_percent(np.arange(1.0, 9.0)) == pytest.approx(0)
    assert np.isnan(roughness_percent(curve[:2]))
