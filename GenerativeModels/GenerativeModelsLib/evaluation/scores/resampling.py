"""Percentile intervals by resampling cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

__all__ = ["bootstrap_interval", "paired_mean"]

RESAMPLES = 2000


def bootstrap_interval(
    samples: Sequence[np.ndarray],
    statistic: Callable[..., float | np.ndarray],
    rng: np.random.Generator,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    vectorized: bool = True,
) -> tuple[float, float]:
    """Percentile interval of `statistic` when the cases of each of `samples` are drawn anew with replacement.

    (NaN, NaN) where a sample has fewer than two cases: one case shows no spread.

    Parameters
    ----------
    statistic
        Called with as many arrays as there are samples; a vectorized one takes `axis` too.
    """
    from scipy.stats import bootstrap

    if min(len(sample) for sample in samples) < 2:
        return float("nan"), float("nan")
    # `random_state` is what scipy before 1.15 calls `rng`; newer ones take both.
    found = bootstrap(
        samples,
        statistic,
        n_resamples=resamples,
        confidence_level=level,
        method="percentile",
        vectorized=vectorized,
        random_state=rng,
    ).confidence_interval
    return float(found.low), float(found.high)


def paired_mean(values: np.ndarray) -> tuple[float, float, float]:
    """Mean of differences (N,) between paired cases and its 95 % bootstrap interval; the same for every call."""
    return float(np.mean(values)), *bootstrap_interval([values], np.mean, np.random.default_rng(0))
