"""Comparison of densities of the same samples: Gaussian, kernel density and normalising flows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.uncertainty.density import LatentDensity
from GenerativeModelsLib.uncertainty.flow import FlowDensity
from GenerativeModelsLib.uncertainty.flow_shape import KINDS

__all__ = ["ComparedDensity", "compare_densities", "gaussian_log_density", "kernel_log_density"]

LogDensity = Callable[[np.ndarray], np.ndarray]
"""Vectors (N, d) -> log densities (N,) in nats."""


@dataclass(frozen=True)
class ComparedDensity:
    """One density in a comparison.

    Attributes
    ----------
    name : gaussian, kernel, maf or realnvp.
    nats_per_dimension : mean log density of the test samples by the number of dimensions; larger = better.
    auc : probability that an outlier has a lower density than a test sample; None without outliers.
    seconds : time of the fit.
    log_density : the density itself.
    """

    name: str
    nats_per_dimension: float
    auc: float | None
    seconds: float
    log_density: LogDensity


def compare_densities(
    train: np.ndarray, test: np.ndarray, outliers: np.ndarray | None = None, seed: int = 0
) -> list[ComparedDensity]:
    """Fit every kind of density to samples (N, d) and compare them on other samples (M, d).

    Parameters
    ----------
    train
        (N, d); a flow holds a part of them out for itself.
    test
        (M, d) of the same distribution.
    outliers
        (K, d) of another one.
    seed
        Of the flows.

    Raises
    ------
    InputError
        The samples cannot be fitted, or the others have another size or are not finite.
    """
    from GenerativeModelsLib.uncertainty.flow_training import checked_samples

    train = checked_samples(train)
    test, others = (_others(name, x, train.shape[1]) for name, x in (("test", test), ("outlier", outliers)))
    fits: dict[str, Callable[[np.ndarray], LogDensity]] = {
        "gaussian": gaussian_log_density,
        "kernel": kernel_log_density,
        **{kind: lambda x, kind=kind: FlowDensity.fit(x, kind=kind, seed=seed).log_density for kind in KINDS},
    }
    found = []
    for name, fit in fits.items():
        start = perf_counter()
        density = fit(train)
        seconds, inside = perf_counter() - start, density(test)
        auc = _auc(density(others), inside) if len(others) else None
        found.append(ComparedDensity(name, float(inside.mean()) / train.shape[1], auc, seconds, density))
    return found


def gaussian_log_density(x: np.ndarray) -> LogDensity:
    """Log density of a Gaussian fitted to samples (N, d), with its covariance shrunk to the diagonal.

    The standardised covariance S becomes (1 - r) S + r I with the oracle approximating r of Chen et al., Shrinkage
    Algorithms for MMSE Covariance Estimation, 2010.
    """
    from scipy.stats import multivariate_normal

    mean, deviation = x.mean(axis=0), x.std(axis=0)
    count, size = x.shape
    standard = np.cov(((x - mean) / deviation).T)
    trace, square = np.trace(standard), (standard**2).sum()
    ratio = (1 - 2 / size) * square + trace**2
    shrink = min(1.0, ratio / max((count + 1 - 2 / size) * (square - trace**2 / size), 1e-12))
    shrunk = (1 - shrink) * standard + shrink * np.eye(size)
    return multivariate_normal(mean, shrunk * np.outer(deviation, deviation)).logpdf


def kernel_log_density(x: np.ndarray) -> LogDensity:
    """Log density of a kernel at each of the samples (N, d), with their covariance scaled by Scott's rule."""
    count, size = x.shape
    try:
        factor = np.linalg.cholesky(np.cov(x.T)) * count ** (-1 / (size + 4))
    except np.linalg.LinAlgError as error:
        raise InputError("The samples lie in a subspace: leave out the columns that depend on others.") from error
    return LatentDensity(x[None], factor[None]).log_density


def _others(name: str, x: np.ndarray | None, size: int) -> np.ndarray:
    x = np.zeros((0, size)) if x is None else np.asarray(x, float)
    if x.ndim != 2 or x.shape[1] != size or not np.isfinite(x).all() or (name == "test" and not len(x)):
        raise InputError(f"The {name} samples have shape {x.shape}: give finite ones, (N, {size}) as the others.")
    return x


def _auc(outside: np.ndarray, inside: np.ndarray) -> float:
    """Probability that a log density outside is lower than one inside; half of it for equal ones."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([inside, outside]))[: len(inside)].sum()
    return float((ranks - len(inside) * (len(inside) + 1) / 2) / (len(inside) * len(outside)))
