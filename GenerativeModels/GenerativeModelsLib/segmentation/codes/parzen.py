"""Parzen density of the codes of training maps, in log space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from GenerativeModelsLib.uncertainty.density import LatentDensity

__all__ = ["BANDWIDTHS", "fit_parzen", "parzen", "widened"]

BANDWIDTHS = tuple(np.geomspace(0.05, 2.0, 25))
"""Bandwidths that are tried, in standard deviations of the codes."""
_LEAST_VARIANCE = 1e-6


def parzen(codes: np.ndarray, bandwidth: float) -> LatentDensity:
    """P(z) = mean over the codes z_i (N, d) of N(z; z_i, h^2 S): S their covariance, h the bandwidth."""
    covariance = np.atleast_2d(np.cov(codes, rowvar=False)) + _LEAST_VARIANCE * np.eye(codes.shape[1])
    return LatentDensity(codes[None].astype(float), bandwidth * np.linalg.cholesky(covariance)[None])


def fit_parzen(
    codes: np.ndarray, held_out: np.ndarray, bandwidths: Sequence[float] = BANDWIDTHS
) -> tuple[LatentDensity, float]:
    """The Parzen density of codes (N, d) with the bandwidth that makes other codes (M, d) most likely.

    The other codes are of other hearts: a code's own frames lie so near to it that any bandwidth would seem too wide.

    Returns
    -------
    The density, and its bandwidth in standard deviations of the codes.

    Raises
    ------
    ValueError
        There are fewer than two codes, or none held out.
    """
    if len(codes) < 2 or not len(held_out):
        raise ValueError(f"A density needs two codes and one held out, there are {len(codes)} and {len(held_out)}.")
    found = [float(parzen(codes, h).log_density(held_out).mean()) for h in bandwidths]
    best = float(bandwidths[int(np.argmax(found))])
    return parzen(codes, best), best


def widened(density: LatentDensity, factor: float) -> LatentDensity:
    """The mixture of the same kernels, `factor` times as wide in all directions."""
    return LatentDensity(density.points, factor * density.factors)
