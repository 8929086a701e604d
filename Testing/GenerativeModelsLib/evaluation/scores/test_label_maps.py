"""Dice of label maps by structure, and rank correlations with values that are missing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from GenerativeModelsLib.evaluation.scores.label_maps import label_dice, rank_correlations


def maps() -> tuple[np.ndarray, np.ndarray]:
    one, other = np.zeros((2, 4, 4), np.uint8), np.zeros((2, 4, 4), np.uint8)
    one[0, :2], other[0, 1:3] = 1, 1
    one[0, 3], other[1, 0] = 3, 2
    return one, other


def test_dice_by_structure_and_map() -> None:
    dice = label_dice(*maps())
    np.testing.assert_allclose(dice["lv"], [0.5, np.nan])
    np.testing.assert_allclose(dice["myo"], [np.nan, 0])
    np.testing.assert_allclose(dice["rv"], [0, np.nan])
    assert np.isnan(dice["la"]).all()


def test_what_is_not_known_does_not_count() -> None:
    one, other = maps()
    known = np.ones((2, 5), bool)
    known[0, [0, 3]] = False
    dice = label_dice(one, other, known)
    assert np.isnan(dice["rv"][0]) and dice["lv"][0] == 0.5
    one[0, 1] = 3  # where the other map has the cavity, which is known to be wrong
    assert label_dice(one, other, known)["lv"][0] == 0
    known[0, 1] = False
    assert np.isnan(label_dice(one, other, known)["lv"][0])


def test_ranks_are_correlated_where_both_are_known() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(30, 3)), rng.normal(size=(30, 3))
    other[:, 0] = np.exp(one[:, 0])
    other[:5, 1], other[2:, 2] = np.nan, np.nan
    found = rank_correlations(one, other)
    assert found[0] == pytest.approx(1)
    assert found[1] == pytest.approx(spearmanr(one[5:, 1], other[5:, 1]).statistic)
    assert np.isnan(found[2]) and np.isnan(rank_correlations(np.ones((4, 1)), other[5:9, :1])).all()
