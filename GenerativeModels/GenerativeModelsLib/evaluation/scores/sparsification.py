"""Sparsification error: agreement between the rankings of uncertainty and error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.evaluation.scores.normal_offsets import Offsets

__all__ = ["Sparsification", "ause", "sparsification"]


@dataclass(frozen=True)
class Sparsification:
    """Area under the sparsification error.

    Attributes
    ----------
    ause
        In the unit of the errors; 0 if the uncertainty ranks the points exactly as their errors do. Even the true
        standard deviation does not reach 0; compare with `random`.
    ause_relative
        `ause` divided by the mean error.
    random
        Expected `ause` of an uninformative ranking.
    """

    ause: float
    ause_relative: float
    random: float


def sparsification(errors: np.ndarray, uncertainty: np.ndarray, weights: np.ndarray | None = None) -> Sparsification:
    """AUSE of non-negative `errors` (N,) ordered by `uncertainty` (N,).

    The most uncertain share f of the weight is removed. The mean error of the rest, minus its value when the largest
    errors are removed instead, is integrated over f from 0 to 1. Points of equal uncertainty get their mean error.
    """
    errors, uncertainty = np.asarray(errors, float), np.asarray(uncertainty, float)
    weights = np.full(len(errors), 1 / len(errors)) if weights is None else np.asarray(weights, float) / np.sum(weights)
    mean = float(weights @ errors)
    oracle = _area(errors, errors, weights)
    area = _area(errors, uncertainty, weights) - oracle
    return Sparsification(area, area / mean if mean > 0 else 0.0, mean - oracle)


def ause(offsets: Offsets) -> Sparsification:
    """AUSE of the absolute offsets in mm, with all points of all cases in one ranking."""
    return sparsification(np.abs(offsets.d_mm), offsets.sigma_mm, offsets.weights)


def _area(errors: np.ndarray, ranking: np.ndarray, weights: np.ndarray) -> float:
    """Integral over the kept share s of the mean error of the points with the lowest `ranking`; exact."""
    level, index = np.unique(ranking, return_inverse=True)
    share = np.bincount(index, weights, len(level))
    total = np.bincount(index, weights * errors, len(level))
    share, total = share[share > 0], total[share > 0]
    error = total / share
    kept, summed = np.cumsum(share), np.cumsum(total)
    # Within one level the mean error is (S + e (s - W)) / s, with S and W summed over the levels before it.
    growth = np.log(kept[1:] / kept[:-1])
    return float(error @ share + ((summed[:-1] - error[1:] * kept[:-1]) * growth).sum())
