"""Bootstrap percentile intervals over cases."""

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
    """Bootstrap percentile interval of `statistic`, resampling the cases of each of `samples` with replacement.

    (NaN, NaN) if a sample has fewer than two cases.

    Parameters
    ----------
    statistic
        Function of one array per sample; a vectorized one also takes `axis`.
    """
    from scipy.stats import bootstrap

    if min(len(sample) for sample in samples) < 2:
        return float("nan"), float("nan")
    # scipy before 1.15 has only `random_state`; later versions accept it as well as `rng`.
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
    """Mean of differences (N,) between paired cases and its 95 % bootstrap interval, with a fixed seed."""
    return float(np.mean(values)), *bootstrap_interval([values], np.mean, np.random.default_rng(0))
