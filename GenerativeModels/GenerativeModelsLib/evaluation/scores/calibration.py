"""Calibration metrics for predicted standard deviations, with bootstrap intervals.

Means over points are area-weighted within each case, then averaged over cases (`Offsets`). d is the offset of the
truth, sigma the predicted standard deviation, z = d / sigma. Binned metrics use bins of equal weight and the root mean
square error per bin, so that they are 0 for calibrated Gaussian predictions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from GenerativeModelsLib.evaluation.scores.draws import draws_coverage, energy_score, interval_coverage, sample_crps
from GenerativeModelsLib.evaluation.scores.normal_offsets import CLIP_MM, Offsets, clipped_share, signed_offsets
from GenerativeModelsLib.evaluation.scores.resampling import bootstrap_interval
from GenerativeModelsLib.evaluation.scores.sigma import SigmaCalibration, fit_calibration
from GenerativeModelsLib.evaluation.scores.sparsification import Sparsification, ause, sparsification

__all__ = [
    "CLIP_MM",
    "LEVELS",
    "Band",
    "Calibration",
    "CaseLevel",
    "Offsets",
    "SigmaCalibration",
    "Sparsification",
    "ause",
    "bootstrap",
    "calibration",
    "case_level",
    "clipped_share",
    "conformal_factor",
    "coverage",
    "coverage_error",
    "crps",
    "draws_coverage",
    "ence",
    "energy_score",
    "fit_calibration",
    "gaussian_crps",
    "interval_coverage",
    "nll",
    "sample_crps",
    "sigma_scale",
    "signed_offsets",
    "sparsification",
    "uce",
]

LEVELS = (0.50, 0.68, 0.90, 0.95)
BINS = 15


@dataclass(frozen=True)
class Calibration:
    """Calibration metrics of predicted standard deviations; lengths in mm, ideal value in brackets.

    Attributes
    ----------
    coverage_50, coverage_68, coverage_90, coverage_95
        Share of area within the central Gaussian interval [.50, .68, .90, .95].
    coverage_error
        Mean absolute difference of those four from their ideal values [0].
    sigma_scale
        Maximum likelihood scale factor of sigma [1].
    uce_mm, ence
        Absolute and relative miscalibration over bins of sigma [0].
    nll
        Gaussian negative log likelihood [low].
    crps_mm
        Continuous ranked probability score of the Gaussian [low].
    ause_mm, ause_relative, ause_random_mm
        Area under the sparsification error, the same divided by the mean error, and its value for a random ranking.
    mean_sigma_mm
        Mean of sigma (sharpness).
    mean_error_mm
        Mean of abs(d).
    cases, points, dropped
        Number of cases, of points, and of points excluded because of a NaN.
    """

    coverage_50: float
    coverage_68: float
    coverage_90: float
    coverage_95: float
    coverage_error: float
    sigma_scale: float
    uce_mm: float
    ence: float
    nll: float
    crps_mm: float
    ause_mm: float
    ause_relative: float
    ause_random_mm: float
    mean_sigma_mm: float
    mean_error_mm: float
    cases: int
    points: int
    dropped: int


@dataclass(frozen=True)
class CaseLevel:
    """Relation between mean sigma and mean error per case; `correlation` is Pearson's, NaN below three cases."""

    correlation: float
    ause_mm: float
    ause_relative: float


@dataclass(frozen=True)
class Band:
    """A value and its bootstrap percentile interval over cases."""

    value: float
    low: float
    high: float


def calibration(offsets: Offsets) -> Calibration:
    """All calibration metrics of one set of offsets."""
    shares = [coverage(offsets, p) for p in LEVELS]
    ranking = ause(offsets)
    return Calibration(
        *shares,
        coverage_error=coverage_error(offsets),
        sigma_scale=sigma_scale(offsets),
        uce_mm=uce(offsets),
        ence=ence(offsets),
        nll=nll(offsets),
        crps_mm=crps(offsets),
        ause_mm=ranking.ause,
        ause_relative=ranking.ause_relative,
        ause_random_mm=ranking.random,
        mean_sigma_mm=offsets.mean(offsets.sigma_mm),
        mean_error_mm=offsets.mean(np.abs(offsets.d_mm)),
        cases=offsets.cases,
        points=len(offsets.d_mm),
        dropped=offsets.dropped,
    )


def coverage(offsets: Offsets, p: float) -> float:
    """Share of area with abs(d) <= q sigma; q is the half width of the standard normal central interval for `p`."""
    return offsets.mean(np.abs(offsets.d_mm) <= ndtri((1 + p) / 2) * offsets.sigma_mm)


def coverage_error(offsets: Offsets) -> float:
    """Mean over `LEVELS` of abs(coverage - p)."""
    return float(np.mean([abs(coverage(offsets, p) - p) for p in LEVELS]))


def sigma_scale(offsets: Offsets) -> float:
    """s with s^2 = mean(d^2 / sigma^2), the Gaussian maximum likelihood estimate for sigma' = s sigma."""
    return float(np.sqrt(offsets.mean(_z(offsets) ** 2)))


def nll(offsets: Offsets) -> float:
    """Mean of 1/2 ln(2 pi sigma^2) + d^2 / (2 sigma^2); infinite where sigma is 0."""
    sigma = np.where(offsets.sigma_mm > 0, offsets.sigma_mm, 1.0)
    values = np.log(sigma) + 0.5 * np.log(2 * np.pi) + 0.5 * (offsets.d_mm / sigma) ** 2
    return offsets.mean(np.where(offsets.sigma_mm > 0, values, np.inf))


def gaussian_crps(d: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """CRPS (...) of N(0, sigma^2) at `d` (...): sigma [z (2 Phi(z) - 1) + 2 phi(z) - 1/sqrt(pi)]; abs(d) at sigma 0."""
    d, sigma = np.broadcast_arrays(np.asarray(d, float), np.asarray(sigma, float))
    z = np.divide(d, sigma, out=np.zeros(d.shape), where=sigma > 0)
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    return np.where(sigma > 0, sigma * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi)), np.abs(d))


def crps(offsets: Offsets) -> float:
    """Mean Gaussian CRPS in mm."""
    return offsets.mean(gaussian_crps(offsets.d_mm, offsets.sigma_mm))


def uce(offsets: Offsets, bins: int = BINS) -> float:
    """Uncertainty calibration error in mm: sum over bins of sigma of share * abs(RMSE - RMV)."""
    b = _bins(offsets, bins)
    return float(b.share @ np.abs(b.rmse - b.rmv))


def ence(offsets: Offsets, bins: int = BINS) -> float:
    """Expected normalised calibration error: mean over bins of sigma of abs(RMSE - RMV) / RMV."""
    b = _bins(offsets, bins)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.abs(b.rmse - b.rmv) / b.rmv
    return float(np.where((b.rmse == 0) & (b.rmv == 0), 0.0, relative).mean())


def case_level(offsets: Offsets) -> CaseLevel:
    """Correlation and AUSE of the cases' mean sigma against their mean abs(d)."""
    sigma, error = offsets.per_case(offsets.sigma_mm), offsets.per_case(np.abs(offsets.d_mm))
    ranking = sparsification(error, sigma)
    varies = offsets.cases > 2 and np.ptp(sigma) > 0 and np.ptp(error) > 0
    correlation = float(np.corrcoef(sigma, error)[0, 1]) if varies else float("nan")
    return CaseLevel(correlation, ranking.ause, ranking.ause_relative)


def conformal_factor(offsets: Offsets, alpha: float = 0.1, *, quantile: float = 1.0) -> float:
    """Conformal factor k: a new case has abs(d) <= k sigma everywhere with probability at least 1 - `alpha`.

    k is the ceil((n + 1)(1 - alpha))-th smallest of the n per-case scores max abs(d) / sigma, or infinite if there are
    too few cases. With a `quantile` below 1 the bound holds for that share of each case's area.
    """
    from GenerativeModelsLib.geometry.metrics import weighted_quantile

    z = np.abs(_z(offsets))
    scores = []
    for case in range(offsets.cases):
        of_case = offsets.case == case
        scores.append(weighted_quantile(z[of_case], offsets.weights[of_case], quantile))
    rank = int(np.ceil((offsets.cases + 1) * (1 - alpha) - 1e-9))
    return float(np.sort(scores)[rank - 1]) if rank <= offsets.cases else float("inf")


def bootstrap(
    statistic: Callable[[Offsets], float],
    offsets: Offsets,
    generator: np.random.Generator,
    *,
    resamples: int = 200,
    level: float = 0.9,
) -> Band:
    """`statistic` with its bootstrap percentile interval; cases are resampled, since their points are not independent.

    Valid for every statistic here that is based on the weights: all except `case_level` and `conformal_factor`.
    """

    def of_cases(drawn: np.ndarray) -> float:
        return statistic(offsets.resampled(np.bincount(drawn, minlength=offsets.cases)))

    low, high = bootstrap_interval(
        [np.arange(offsets.cases)], of_cases, generator, level=level, resamples=resamples, vectorized=False
    )
    return Band(statistic(offsets), low, high)


@dataclass(frozen=True, eq=False)
class _Bins:
    share: np.ndarray
    rmse: np.ndarray
    rmv: np.ndarray


def _bins(offsets: Offsets, count: int) -> _Bins:
    """Bins of sigma with equal weight; equal values of sigma are in the same bin."""
    levels, index = np.unique(offsets.sigma_mm, return_inverse=True)
    weight = np.bincount(index, offsets.weights, len(levels))
    middle = np.cumsum(weight) - weight / 2
    label = np.minimum((middle / weight.sum() * count).astype(int), count - 1)[index]
    share = np.bincount(label, offsets.weights, count)
    filled = share > 0
    squares = [np.bincount(label, offsets.weights * v**2, count)[filled] for v in (offsets.d_mm, offsets.sigma_mm)]
    return _Bins(share[filled], *(np.sqrt(total / share[filled]) for total in squares))


def _z(offsets: Offsets) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        z = offsets.d_mm / offsets.sigma_mm
    return np.where((offsets.d_mm == 0) & (offsets.sigma_mm == 0), 0.0, z)
