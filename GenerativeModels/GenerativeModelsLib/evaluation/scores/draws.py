"""Scores of probabilistic predictions given as samples of scalars, points or whole surfaces."""

from __future__ import annotations

import numpy as np

__all__ = ["draws_coverage", "energy_score", "interval_coverage", "sample_crps"]


def sample_crps(draws: np.ndarray, truth: np.ndarray, *, fair: bool = True) -> np.ndarray:
    """Continuous ranked probability score (...) of `draws` (S, ...) against `truth` (...), in their unit.

    mean |x_i - y| - 1/2 mean |x_i - x_j|. The pair term divides by S (S - 1) if `fair`, which makes the expectation
    independent of S, and by S^2 otherwise (Gneiting and Raftery 2007; Ferro 2014).

    Raises
    ------
    ValueError
        There are fewer than two draws, or the shapes do not agree.
    """
    draws, truth = np.asarray(draws, float), np.asarray(truth, float)
    if draws.shape[1:] != truth.shape:
        raise ValueError(f"draws has shape {draws.shape}, expected (S, *{truth.shape}).")
    count = len(draws)
    if count < 2:
        raise ValueError(f"There are {count} draws; at least 2 are needed.")
    ranks = (2 * np.arange(1, count + 1) - count - 1).reshape(-1, *[1] * truth.ndim)
    pairs = 2 * (ranks * np.sort(draws, axis=0)).sum(axis=0) / (count * (count - 1 if fair else count))
    return np.abs(draws - truth).mean(axis=0) - pairs / 2


def energy_score(draws: np.ndarray, truth: np.ndarray) -> float:
    """Energy score of whole objects: `draws` (S, ...) against `truth` (...), in their unit.

    The CRPS with Euclidean norms of the flattened objects, divided by the root of their number of values. In contrast
    to scores per point it also depends on the joint distribution of the points.
    """
    from scipy.spatial.distance import pdist

    flat, y = np.asarray(draws, float).reshape(len(draws), -1), np.asarray(truth, float).ravel()
    if len(flat) < 2:
        raise ValueError(f"There are {len(flat)} draws; at least 2 are needed.")
    score = np.linalg.norm(flat - y, axis=1).mean() - pdist(flat).mean() / 2
    return float(score / np.sqrt(y.size))


def interval_coverage(low: np.ndarray, high: np.ndarray, truth: np.ndarray) -> float:
    """Share of cases whose `truth` (n,) lies within [`low`, `high`].

    Cases with a NaN are excluded; if no case is left, the result is NaN.
    """
    low, high, truth = (np.asarray(values, float) for values in (low, high, truth))
    usable = ~(np.isnan(low) | np.isnan(high) | np.isnan(truth))
    if not usable.any():
        return float("nan")
    return float(((low <= truth) & (truth <= high))[usable].mean())


def draws_coverage(draws: np.ndarray, truth: np.ndarray, p: float) -> float:
    """Share of cases whose `truth` (n,) lies in the central `p` interval of its `draws` (S, n)."""
    low, high = np.quantile(draws, [(1 - p) / 2, (1 + p) / 2], axis=0)
    return interval_coverage(low, high, truth)
