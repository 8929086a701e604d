"""Metrics of binary class probabilities: accuracy, area under the ROC curve and calibration, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.evaluation.scores.resampling import bootstrap_interval
from GenerativeModelsLib.uncertainty.platt import expected_calibration_error, reliability

__all__ = ["ProbabilityScores", "auc", "auc_difference", "auc_interval", "scores", "wilson"]

DRAWS = 4000


@dataclass(frozen=True)
class ProbabilityScores:
    """Metrics of a predicted probability of the positive class; intervals are (low, high) at 95 %.

    Attributes
    ----------
    cases, accuracy, accuracy_interval
        At a threshold of 0.5; Wilson's interval.
    sensitivity, specificity
        True positive and true negative rate at that threshold.
    auc, auc_interval
        Area under the ROC curve; bootstrap over the cases of each class.
    ece
        Expected calibration error over bins of equal size.
    brier
        Mean squared error of the probability.
    """

    cases: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    sensitivity: float
    specificity: float
    auc: float
    auc_interval: tuple[float, float]
    ece: float
    brier: float


def scores(probability: np.ndarray, yes: np.ndarray, bins: int = 10) -> ProbabilityScores:
    """All metrics of probabilities (N,) against the truth (N,) bool, True for the positive class.

    Raises
    ------
    ValueError
        One of the classes is missing.
    """
    p, yes = np.asarray(probability, float), np.asarray(yes, bool)
    if yes.all() or not yes.any():
        raise ValueError(f"All {len(yes)} cases are of one class: expected cases of both classes.")
    right = (p > 0.5) == yes
    return ProbabilityScores(
        cases=len(p),
        accuracy=float(right.mean()),
        accuracy_interval=wilson(int(right.sum()), len(p)),
        sensitivity=float(right[yes].mean()),
        specificity=float(right[~yes].mean()),
        auc=auc(p, yes),
        auc_interval=auc_interval(p, yes),
        ece=expected_calibration_error(reliability(p, yes, bins)),
        brier=float(((p - yes) ** 2).mean()),
    )


def wilson(hits: int, cases: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of the proportion `hits` / `cases`.

    >>> [round(v, 3) for v in wilson(36, 40)]
    [0.769, 0.96]
    """
    from scipy.stats import binomtest

    found = binomtest(hits, cases).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def auc(values: np.ndarray, yes: np.ndarray) -> float:
    """Area under the ROC curve of a measure (N,) that is higher for positive cases; ties count half."""
    values, yes = np.asarray(values, float), np.asarray(yes, bool)
    return float(_ordered_share(values[yes], values[~yes]))


def auc_interval(values: np.ndarray, yes: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """95 % interval of `auc` by resampling the cases of each class.

    For a perfect separation the bootstrap interval has no width; the lower bound is then Wilson's for n hits out of n,
    with n the size of the smaller class.
    """
    values, yes = np.asarray(values, float), np.asarray(yes, bool)
    positives, negatives = values[yes], values[~yes]
    if positives.min() > negatives.max():
        fewer = min(len(positives), len(negatives))
        return wilson(fewer, fewer)[0], 1.0
    return bootstrap_interval([positives, negatives], _ordered_share, np.random.default_rng(seed), resamples=DRAWS)


def auc_difference(
    values: np.ndarray, others: np.ndarray, yes: np.ndarray, seed: int = 0
) -> tuple[float, float, float]:
    """Difference of the `auc` of two measures (N,) of the same cases, `values` minus `others`, and its 95 % interval.

    The cases of each class are resampled, each with both measures.
    """
    values, others, yes = np.asarray(values, float), np.asarray(others, float), np.asarray(yes, bool)

    def difference(positives: np.ndarray, negatives: np.ndarray, axis: int = -1) -> np.ndarray:
        one, other = (_ordered_share(some[positives], some[negatives], axis) for some in (values, others))
        return one - other

    classes = [np.flatnonzero(yes), np.flatnonzero(~yes)]
    low, high = bootstrap_interval(classes, difference, np.random.default_rng(seed), resamples=DRAWS)
    return auc(values, yes) - auc(others, yes), low, high


def _ordered_share(positives: np.ndarray, negatives: np.ndarray, axis: int = -1) -> np.ndarray:
    """Share of pairs with the higher value for the positive case, ties half: the Mann-Whitney U over all pairs."""
    from scipy.stats import mannwhitneyu

    pairs = positives.shape[axis] * negatives.shape[axis]
    return mannwhitneyu(positives, negatives, axis=axis, method="asymptotic").statistic / pairs
