"""Fisher's linear discriminant of a group against the usual cases, with the usual cases' own projections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from GenerativeModelsLib.uncertainty.in_distribution import rank_among

RIDGE = 1e-3
"""Added to the covariance, relative to its diagonal."""
QUANTILES = 201


@dataclass(frozen=True)
class FisherDiscriminant:
    """Direction that separates a group best from the usual cases.

        w = (S + ridge diag S)^-1 (m_group - m_usual)

    S is the covariance within both groups (Fisher 1936).

    Attributes
    ----------
    weights : (d,) w.
    quantiles : increasing projections w . x of usual cases that w was not fitted to.
    """

    weights: np.ndarray
    quantiles: np.ndarray

    @staticmethod
    def fit(usual: np.ndarray, group: np.ndarray, held_out: np.ndarray) -> FisherDiscriminant:
        """Fit to `usual` (n, d) and `group` (m, d); the quantiles are of `held_out` (k, d) usual cases."""
        difference = group.mean(0) - usual.mean(0)
        covariance = np.cov(np.concatenate([usual - usual.mean(0), group - group.mean(0)]).T)
        weights = np.linalg.solve(covariance + RIDGE * np.diag(np.diag(covariance)), difference)
        return FisherDiscriminant(weights, np.quantile(held_out @ weights, np.linspace(0, 1, QUANTILES)))

    @staticmethod
    def from_bundle(settings: Mapping[str, Any]) -> FisherDiscriminant:
        return FisherDiscriminant(np.asarray(settings["weights"], float), np.asarray(settings["quantiles"], float))

    def settings(self) -> dict[str, list[float]]:
        """The same as JSON values."""
        return {"weights": self.weights.tolist(), "quantiles": self.quantiles.tolist()}

    def rank(self, vector: np.ndarray) -> float:
        """Share of usual cases that resemble the group less than the case with this vector (d,)."""
        return rank_among(self.quantiles, float(vector @ self.weights))
