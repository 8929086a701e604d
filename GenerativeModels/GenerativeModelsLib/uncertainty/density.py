"""Kernel density of a population on the top latent level, for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["LatentDensity"]

MOST_POINTS = 600
"""Maximum number of points per class; enough for two dimensions."""


@dataclass(frozen=True, eq=False)
class LatentDensity:
    """Equally weighted mixture of one kernel density per class, with the class covariance scaled by Scott's rule.

    `scipy.stats.gaussian_kde` is not used: it takes the covariance of the kernels from the points that it stores, while
    here the kernels have the covariance of the whole class and the points are thinned to equal numbers. A bundle stores
    these kernels as `factors`, and gaussian_kde accepts no covariance.

    Attributes
    ----------
    points : (C, N, d) encoded hearts.
    factors : (C, d, d) lower triangular factors of the kernels' covariances.
    limit : log density that 99 % of held-out hearts exceed; latent walks end there.
    """

    points: np.ndarray
    factors: np.ndarray
    limit: float = -np.inf

    @classmethod
    def fit(cls, z: np.ndarray, label: np.ndarray) -> LatentDensity:
        """Fit to points (N, d) and labels (N,) 0, 1, ...; classes are thinned to equal numbers."""
        classes = [z[label == k] for k in range(int(label.max()) + 1)]
        count = min(MOST_POINTS, *(len(points) for points in classes))
        dimensions = z.shape[1]
        points, factors = [], []
        for members in classes:
            chosen = members[np.linspace(0, len(members) - 1, count).astype(int)]
            covariance = np.atleast_2d(np.cov(members, rowvar=False)) + 1e-6 * np.eye(dimensions)
            points.append(chosen)
            factors.append(np.linalg.cholesky(covariance) * count ** (-1 / (dimensions + 4)))
        return cls(np.stack(points), np.stack(factors))

    def with_limit(self, held_out: np.ndarray, share: float = 0.01) -> LatentDensity:
        """The same density with the limit set so that `share` of the hearts (N, d) lie below it."""
        return LatentDensity(self.points, self.factors, float(np.quantile(self.log_density(held_out), share)))

    def log_density(self, z: np.ndarray) -> np.ndarray:
        """Log of the mixture's density at z (..., d)."""
        return self.log_mixture([self.log_class(k, z) for k in range(len(self.points))])

    def log_mixture(self, classes: Sequence[np.ndarray]) -> np.ndarray:
        """`log_density` (...) of the `log_class` (...) of every class."""
        return np.logaddexp.reduce(classes, axis=0) - np.log(len(self.points))

    def log_class(self, k: int, z: np.ndarray) -> np.ndarray:
        """Log density of one class at z (..., d)."""
        from scipy.linalg import solve_triangular
        from scipy.spatial.distance import cdist
        from scipy.special import logsumexp

        z = np.asarray(z, float)
        white, centres = (
            solve_triangular(self.factors[k], points.T, lower=True).T
            for points in (z.reshape(-1, z.shape[-1]), self.points[k])
        )
        scale = np.log(np.diag(self.factors[k])).sum() + 0.5 * z.shape[-1] * np.log(2 * np.pi) + np.log(len(centres))
        total = logsumexp(-0.5 * cdist(white, centres, "sqeuclidean"), axis=1)
        return (total - scale).reshape(z.shape[:-1])

    def mean(self, k: int) -> np.ndarray:
        """(d,) centre of a class."""
        return self.points[k].mean(axis=0)

    def sample(self, k: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """(count, d) points drawn from a class."""
        chosen = self.points[k][rng.integers(len(self.points[k]), size=count)]
        return chosen + rng.standard_normal(chosen.shape) @ self.factors[k].T

    def tensors(self) -> dict[str, np.ndarray]:
        """The arrays that a bundle stores, by name; it stores the limit in its settings."""
        return {"points": self.points, "factors": self.factors}

    @classmethod
    def from_bundle(cls, tensors: Mapping[str, np.ndarray], limit: float) -> LatentDensity:
        points, factors = (np.asarray(tensors[name], float) for name in ("points", "factors"))
        if points.ndim != 3 or factors.shape != (len(points), points.shape[2], points.shape[2]):
            raise ValueError(f"density of shapes {points.shape} and {factors.shape}")
        return cls(points, factors, float(limit))
