"""What is usual among the own cases that a model was fine-tuned on, beside what is usual in its first population.

A few own cases have no density of their own. Vectors are described by a Gaussian whose covariance is that of the
population, corrected by the own cases: an inverse-Wishart prior, whose predictive distribution is Student's t (Gelman
et al., Bayesian Data Analysis, 2013, section 3.6). Single numbers are described by their sorted values. An input is as
usual as it is for the group that it fits better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["MOST_RANK", "OwnInputs", "OwnVectors", "rank_among_own"]

MOST_RANK = 0.9
"""Largest rank of an own case in its own group, below which an input is typical."""
WIDEST = 2.0
"""Largest factor by which the covariance is widened so that its own cases have ranks up to `MOST_RANK`."""
PRIOR_CASES = 50
"""Own cases that weigh as much as the population in the covariance."""
LEAST_VARIANCE = 1e-6
"""Lower bound of a variance relative to the largest one."""
DIGITS = 6


@dataclass(frozen=True, eq=False)
class OwnVectors:
    """Student's t of the vectors (d,) of own cases.

    Attributes
    ----------
    mean : (d,)
    whiten : (d, d) W; (v - mean) W has unit covariance.
    freedom : degrees of freedom.
    scale : factor of the covariance.
    """

    mean: np.ndarray
    whiten: np.ndarray
    freedom: float
    scale: float

    def __post_init__(self) -> None:
        d = len(self.mean)
        finite = np.isfinite(self.mean).all() and np.isfinite(self.whiten).all()
        if self.whiten.shape != (d, d) or not finite or not (self.scale > 0 and self.freedom > 0):
            raise ValueError(f"own vectors have shapes {self.mean.shape} and {self.whiten.shape} or no positive scale")

    @staticmethod
    def fit(vectors: np.ndarray, covariance: np.ndarray, cases: int) -> OwnVectors:
        """Fit to vectors (n, d) of own cases.

        The scale accounts for the uncertainty of the mean, and is at most `WIDEST`.

        Parameters
        ----------
        vectors
            One or more of each case.
        covariance
            (d, d), of the population.
        cases
            How many cases they are of, 1 to n.
        """
        from scipy.special import fdtri

        n, d = vectors.shape
        mean = vectors.mean(0)
        offset = vectors - mean
        total = (PRIOR_CASES * covariance + cases / n * offset.T @ offset) / (PRIOR_CASES + cases)
        total = total + LEAST_VARIANCE * max(float(np.diag(total).max()), LEAST_VARIANCE) * np.eye(d)
        freedom = float(PRIOR_CASES + cases)
        # Rounded first: the scale is of what is stored.
        mean, whiten = (_rounded(part) for part in (mean, np.linalg.inv(np.linalg.cholesky(total)).T))
        squared = (((vectors - mean) @ whiten) ** 2).sum(1)
        needed = float(squared.max()) / (d * fdtri(d, freedom, MOST_RANK))
        scale = float(np.clip(1.001 * needed, 1 + 1 / cases, WIDEST))
        return OwnVectors(mean, whiten, freedom, scale)

    def rank(self, vector: np.ndarray) -> float:
        """Probability of a vector nearer to the mean than `vector` (d,)."""
        from scipy.special import fdtr

        squared = float((((vector - self.mean) @ self.whiten) ** 2).sum()) / self.scale
        return float(fdtr(len(self.mean), self.freedom, squared / len(self.mean)))


@dataclass(frozen=True, eq=False)
class OwnInputs:
    """What is usual among own cases.

    Attributes
    ----------
    cases : how many.
    vectors : of the vectors behind measures, by the measure's name.
    quantiles : sorted values of other measures, by name; larger = less typical.
    """

    cases: int
    vectors: Mapping[str, OwnVectors] = field(default_factory=dict)
    quantiles: Mapping[str, np.ndarray] = field(default_factory=dict)

    @staticmethod
    def from_bundle(settings: Mapping[str, Any]) -> OwnInputs | None:
        """From `settings()`; None if they are empty. Raises KeyError, TypeError or ValueError if they are not valid."""
        if not settings:
            return None
        vectors = {
            name: OwnVectors(
                np.asarray(one["mean"], float),
                np.asarray(one["whiten"], float),
                float(one["freedom"]),
                float(one["scale"]),
            )
            for name, one in settings["vectors"].items()
        }
        quantiles = {name: np.asarray(values, float) for name, values in settings["quantiles"].items()}
        return OwnInputs(int(settings["cases"]), vectors, quantiles)

    def settings(self) -> dict[str, Any]:
        """What a bundle stores, as JSON."""
        return {
            "cases": self.cases,
            "vectors": {
                name: {
                    "mean": one.mean.tolist(),
                    "whiten": one.whiten.tolist(),
                    "freedom": one.freedom,
                    "scale": one.scale,
                }
                for name, one in self.vectors.items()
            },
            "quantiles": {name: np.asarray(values).tolist() for name, values in self.quantiles.items()},
        }


def rank_among_own(own: np.ndarray, population: np.ndarray, value: float) -> float:
    """Rank of a value among the sorted values (n,) of own cases: at most `MOST_RANK` up to the largest of them.

    Above it, each further third of the distance between the median and the largest value halves the difference to 1;
    the distance is at least that between the median and the 95th percentile of the `population` (N,).
    """
    beyond = max(1 / (len(own) + 1), 1 - MOST_RANK)
    if value <= own[-1]:
        return (1 - beyond) * float(np.searchsorted(own, value)) / len(own)
    spread = float(np.quantile(population, 0.95) - np.median(population)) if len(population) else 0.0
    third = max(float(own[-1] - np.median(own)), spread, 1e-5 * abs(float(own[-1])), 1e-12) / 3
    return 1 - beyond * 2.0 ** -min((value - float(own[-1])) / third, 40.0)


def _rounded(values: np.ndarray) -> np.ndarray:
    """Values with `DIGITS` significant digits, as a bundle stores them."""
    return np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"))(values)
