"""Scores of label maps and of the codes that stand for them."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES

__all__ = ["label_dice", "rank_correlations"]


def label_dice(found: np.ndarray, wanted: np.ndarray, known: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Dice of every structure of `maps.CODES` in each of N maps (N, rows, columns), by name, (N,).

    NaN where neither map has the structure, and where the entry of `known` (N, 5) is False: it may be there and is not
    labelled.
    """
    dice = {}
    for name, code in CODES.items():
        one, other = found == code, wanted == code
        total = (one.sum(axis=(1, 2)) + other.sum(axis=(1, 2))).astype(float)
        total[total == 0] = np.nan
        if known is not None:
            total[~known[:, code].astype(bool)] = np.nan
        dice[name] = 2 * (one & other).sum(axis=(1, 2)) / total
    return dice


def rank_correlations(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(A,) Spearman's correlation of each column of two arrays (N, A) over the rows where both are known (not NaN).

    NaN with fewer than 3 such rows, and where a column is constant.
    """
    from scipy.stats import rankdata

    found = np.full(one.shape[1], np.nan)
    for column, (a, b) in enumerate(zip(one.T, other.T, strict=True)):
        known = np.isfinite(a) & np.isfinite(b)
        ranks = rankdata(a[known]), rankdata(b[known])
        if known.sum() >= 3 and all(np.ptp(r) > 0 for r in ranks):
            found[column] = np.corrcoef(*ranks)[0, 1]
    return found
