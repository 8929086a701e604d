"""In-distribution score of an input relative to the calibration cases, with a verdict and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

TYPICAL, UNUSUAL = 0.95, 0.995
"""Largest scores of a typical and of an unusual input; above `UNUSUAL` the input is outside."""
LEAST_VARIANCE = 1e-6
"""Lower bound of a variance relative to the largest one; with few calibration cases it can be zero by chance."""


@dataclass(frozen=True)
class FeatureModel:
    """Gaussian of a feature vector (F,) in its leading principal directions, plus isotropic residual variance.

    Attributes
    ----------
    mean : (F,)
    directions : (D, F) orthonormal.
    variances : (D,)
    rest : variance of a coordinate outside the directions.

    Raises
    ------
    ValueError
        The shapes do not agree, D is not below F, or a variance is not positive.
    """

    mean: np.ndarray
    directions: np.ndarray
    variances: np.ndarray
    rest: float

    def __post_init__(self) -> None:
        shapes = self.mean.shape, self.directions.shape, self.variances.shape
        if self.mean.ndim != 1 or self.variances.ndim != 1 or shapes[1] != (*shapes[2], *shapes[0]):
            raise ValueError(f"a feature model has mean, directions and variances of shapes {shapes}")
        if len(self.variances) >= len(self.mean) or not (np.all(self.variances > 0) and self.rest > 0):
            raise ValueError("a feature model has a variance that is not positive, or as many directions as features")

    @staticmethod
    def fit(features: np.ndarray, count: int = 24) -> FeatureModel:
        """Fit to features (n, F) of calibration cases."""
        mean = features.mean(0)
        _, s, vt = np.linalg.svd(features - mean, full_matrices=False)
        variances = s**2 / len(features)
        variances = np.maximum(variances, LEAST_VARIANCE * variances[0])
        count = min(count, len(variances) - 1)
        rest = variances[count:].sum() / (features.shape[1] - count)
        return FeatureModel(mean, vt[:count], variances[:count], float(rest))

    def distance(self, features: np.ndarray) -> np.ndarray:
        """Root mean squared standardised deviation of features (..., F): about 1 for a typical case."""
        offset = features - self.mean
        inside = offset @ self.directions.T
        left = (offset**2).sum(-1) - (inside**2).sum(-1)
        dimensions = len(self.variances)
        rest = features.shape[-1] - dimensions
        total = (inside**2 / self.variances).sum(-1) / dimensions + np.maximum(left, 0) / (self.rest * rest)
        return np.sqrt(total / 2)


@dataclass(frozen=True)
class InDistribution:
    """In-distribution score and verdict of one input.

    Attributes
    ----------
    score : in [0, 1], the share of calibration cases that are more typical.
    verdict : typical, unusual or outside.
    reasons : descriptions of the measures with a rank above `TYPICAL`, largest rank first.
    measures : the measures of the input, larger = less typical.
    """

    score: float
    verdict: str
    reasons: tuple[str, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class TypicalInput:
    """The calibration cases' distribution of every measure, as sorted samples.

    Attributes
    ----------
    planes : feature model per plane, by name.
    quantiles : sorted values of each measure over calibration cases, larger = less typical, by name.
    worst : sorted largest ranks of the calibration cases over their measures, by the number of measures, which depends
        on the number of planes.
    """

    planes: Mapping[str, FeatureModel] = field(default_factory=dict)
    quantiles: Mapping[str, np.ndarray] = field(default_factory=dict)
    worst: Mapping[int, np.ndarray] = field(default_factory=dict)

    @staticmethod
    def from_bundle(settings: Mapping[str, Any], tensors: Mapping[str, Any]) -> TypicalInput:
        planes = {}
        for name, rest in settings.get("rest", {}).items():
            parts = [np.asarray(tensors[f"{name}.{part}"]) for part in ("mean", "directions", "variances")]
            planes[name] = FeatureModel(*parts, float(rest))
        quantiles = {name: np.asarray(v, float) for name, v in settings.get("quantiles", {}).items()}
        worst = {int(count): np.asarray(v, float) for count, v in settings.get("worst", {}).items()}
        return TypicalInput(planes, quantiles, worst)

    def ranks(self, measures: Mapping[str, float]) -> dict[str, float]:
        """Share of calibration cases below each measure, extrapolated towards 1 above the largest case.

        The rank of the largest of n calibration values is n / (n + 1). Above it, each further third of the distance
        between the median and that value halves the difference to 1, so that far outliers stay ordered.
        """
        return {name: _rank(self.quantiles[name], value) for name, value in measures.items() if name in self.quantiles}

    def judge(self, measures: Mapping[str, float], reasons: Mapping[str, str]) -> InDistribution:
        """Score and verdict of one input from its measures; `reasons` are descriptions of the measures by name."""
        ranks = self.ranks(measures)
        if not ranks:
            return InDistribution(0.0, "typical", (), dict(measures))
        alike = self.worst.get(len(ranks))
        if alike is None:  # a set of measures that no calibration case had
            alike = np.sort(np.concatenate([np.zeros(0), *self.worst.values()]))
        score = _rank(_surprise(alike), float(_surprise(max(ranks.values()))))
        verdict = "typical" if score <= TYPICAL else "unusual" if score <= UNUSUAL else "outside"
        far = sorted((name for name in ranks if ranks[name] > TYPICAL), key=lambda name: -ranks[name])
        return InDistribution(
            float(score), verdict, tuple(reasons[name] for name in far if name in reasons), dict(measures)
        )


def _surprise(rank: np.ndarray | float) -> np.ndarray:
    """-log2(1 - rank), a scale on which ranks close to 1 remain distinguishable."""
    return -np.log2(1 - np.minimum(rank, 1 - 1e-15))


def _rank(ordered: np.ndarray, value: float) -> float:
    n = len(ordered)
    if n == 0:
        return 0.0
    position = float(np.interp(value, ordered, np.arange(1, n + 1))) if value > ordered[0] else 0.0
    if value > ordered[-1]:
        third = max((ordered[-1] - np.median(ordered)) / 3, 1e-5 * abs(ordered[-1]), 1e-12)
        return 1 - 2.0 ** -min((value - ordered[-1]) / third, 40.0) / (n + 1)
    return position / (n + 1)
