"""How good a probability of "yes" or "no" is: accuracy, area under the curve, calibration, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = [
    "ProbabilityScores",
    "auc",
    "auc_interval",
    "equal_mass_bins",
    "expected_calibration_error",
    "scores",
    "wilson",
]

DRAWS = 4000


@dataclass(frozen=True)
class ProbabilityScores:
    """Of a probability of the class "yes"; intervals are (low, high) at 95 %.

    Attributes
    ----------
    cases, accuracy, accuracy_interval
        With the threshold at one half; Wilson's interval.
    sensitivity, specificity
        Share of "yes" found, of "no" left alone.
    auc, auc_interval
        Probability that a "yes" gets more than a "no"; bootstrap over cases, within each class.
    ece
        Expected calibration error over bins of as many cases each.
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
    """All scores of probabilities (N,) against the truth (N,) bool.

    Raises
    ------
    ValueError
        One of the classes is missing.
    """
    p, yes = np.asarray(probability, float), np.asarray(yes, bool)
    if yes.all() or not yes.any():
        raise ValueError(f"All {len(yes)} cases are of one class: there is nothing to tell apart.")
    right = (p > 0.5) == yes
    return ProbabilityScores(
        cases=len(p),
        accuracy=float(right.mean()),
        accuracy_interval=wilson(int(right.sum()), len(p)),
        sensitivity=float(right[yes].mean()),
        specificity=float(right[~yes].mean()),
        auc=auc(p, yes),
        auc_interval=auc_interval(p, yes),
        ece=expected_calibration_error(p, yes, bins),
        brier=float(((p - yes) ** 2).mean()),
    )


def wilson(hits: int, cases: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of a share, at 95 % by default.

    >>> [round(v, 3) for v in wilson(36, 40)]
    [0.769, 0.96]
    """
    share = hits / cases
    centre = (share + z**2 / (2 * cases)) / (1 + z**2 / cases)
    half = z / (1 + z**2 / cases) * np.sqrt(share * (1 - share) / cases + z**2 / (4 * cases**2))
    return float(max(centre - half, 0.0)), float(min(centre + half, 1.0))


def auc(values: np.ndarray, yes: np.ndarray) -> float:
    """Area under the receiver's curve of a measure (N,) that is higher for "yes"; ties count half."""
    from scipy.stats import rankdata

    yes = np.asarray(yes, bool)
    ranks = rankdata(values)
    positives, negatives = int(yes.sum()), int((~yes).sum())
    return float((ranks[yes].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def auc_interval(values: np.ndarray, yes: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """95 % interval of `auc` by resampling the cases of each class.

    A bootstrap of a perfect separation has no width: there the lower end is Wilson's for as many pairs in order as the
    smaller class has cases.
    """
    values, yes = np.asarray(values, float), np.asarray(yes, bool)
    rng = np.random.default_rng(seed)
    positives, negatives = values[yes], values[~yes]
    ordered = (positives[:, None] > negatives) + 0.5 * (positives[:, None] == negatives)
    drawn = [rng.multinomial(n, np.full(n, 1 / n), DRAWS) for n in ordered.shape]
    found = ((drawn[0] @ ordered) * drawn[1]).sum(axis=1) / ordered.size
    low, high = np.quantile(found, [0.025, 0.975])
    if (found == 1.0).all():
        fewer = min(len(positives), len(negatives))
        low = wilson(fewer, fewer)[0]
    return float(low), float(high)


def equal_mass_bins(probability: np.ndarray, bins: int) -> list[np.ndarray]:
    """Indices of the cases in `bins` groups of as many cases each, from the lowest probability to the highest."""
    return [part for part in np.array_split(np.argsort(probability, kind="stable"), bins) if len(part)]


def expected_calibration_error(probability: np.ndarray, yes: np.ndarray, bins: int = 10) -> float:
    """Mean over equal-mass bins of how far the share of "yes" lies from the mean probability."""
    p, yes = np.asarray(probability, float), np.asarray(yes, float)
    parts = equal_mass_bins(p, bins)
    return float(sum(len(part) * abs(p[part].mean() - yes[part].mean()) for part in parts) / len(p))
