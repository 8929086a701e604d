"""In-distribution score of an input relative to the calibration cases, with a verdict and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.uncertainty.own_inputs import OwnInputs, rank_among_own

if TYPE_CHECKING:
    from GenerativeModelsLib.uncertainty.flow import FlowDensity

TYPICAL, UNUSUAL = 0.95, 0.995
"""Largest scores of a typical and of an unusual input; above `UNUSUAL` the input is outside."""
MOST_SURPRISE = 1e4
"""Bound of a measure from a flow, in nats per dimension: a bundle's tables hold finite numbers."""
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
    reasons : further reasons, then descriptions of the measures with a rank above `TYPICAL`, largest rank first.
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
    densities : flow of the vector behind a measure, by the measure's name; the measure is `surprise` of the vector.
    quantiles : sorted values of each measure over calibration cases, larger = less typical, by name.
    worst : sorted largest ranks of the calibration cases over their measures, by the number of measures, which depends
        on the number of planes.
    own : what is usual among own cases that the model was fine-tuned on; an input is as usual as it is for the group,
        calibration cases or own ones, that it fits better.
    """

    densities: Mapping[str, FlowDensity] = field(default_factory=dict)
    quantiles: Mapping[str, np.ndarray] = field(default_factory=dict)
    worst: Mapping[int, np.ndarray] = field(default_factory=dict)
    own: OwnInputs | None = None

    @staticmethod
    def from_bundle(settings: Mapping[str, Any], tensors: Mapping[str, Any]) -> TypicalInput:
        from GenerativeModelsLib.uncertainty.flow import FlowDensity
        from GenerativeModelsLib.uncertainty.flow_prior import read_flows

        densities = read_flows(settings.get("flows", {}), tensors, FlowDensity.from_bundle)
        quantiles = {name: np.asarray(v, float) for name, v in settings.get("quantiles", {}).items()}
        worst = {int(count): np.asarray(v, float) for count, v in settings.get("worst", {}).items()}
        return TypicalInput(densities, quantiles, worst, OwnInputs.from_bundle(settings.get("own", {})))

    def surprise(self, name: str, vector: np.ndarray) -> float:
        """Negative log density in nats per dimension of the vector (d,) behind a measure, at most `MOST_SURPRISE`.

        For a vector that is more usual among own cases, the surprise of a calibration case of that rank.
        """
        density = self.densities[name]
        found = float(min(-density.log_density(vector) / len(vector), MOST_SURPRISE))
        if self.own is None or name not in self.own.vectors or name not in self.quantiles:
            return found
        return min(found, _value_at(self.quantiles[name], self.own.vectors[name].rank(vector)))

    def ranks(self, measures: Mapping[str, float]) -> dict[str, float]:
        """Share of calibration cases below each measure, see `rank_among`; that of own cases where it is lower."""
        ranks = {
            name: rank_among(self.quantiles[name], value) for name, value in measures.items() if name in self.quantiles
        }
        own = {} if self.own is None else self.own.quantiles
        for name in ranks.keys() & own.keys():
            ranks[name] = min(ranks[name], rank_among_own(own[name], self.quantiles[name], measures[name]))
        return ranks

    def judge(
        self,
        measures: Mapping[str, float],
        reasons: Mapping[str, str],
        unusual: Sequence[str] = (),
        outside: Sequence[str] = (),
    ) -> InDistribution:
        """Score and verdict of one input from its measures; `reasons` are descriptions of the measures by name.

        `unusual` and `outside` are further reasons; with one the verdict is at least that, whatever the score.
        """
        ranks, further = self.ranks(measures), (*outside, *unusual)
        if not ranks:
            verdict = "outside" if outside else "unusual" if unusual else "typical"
            return InDistribution(0.0, verdict, further, dict(measures))
        alike = self.worst.get(len(ranks))
        if alike is None:  # a set of measures that no calibration case had
            alike = np.sort(np.concatenate([np.zeros(0), *self.worst.values()]))
        score = rank_among(_surprise(alike), float(_surprise(max(ranks.values()))))
        verdict = "outside" if score > UNUSUAL or outside else "unusual" if score > TYPICAL or unusual else "typical"
        far = sorted((name for name in ranks if ranks[name] > TYPICAL), key=lambda name: -ranks[name])
        why = (*further, *(reasons[name] for name in far if name in reasons))
        return InDistribution(float(score), verdict, why, dict(measures))


def _surprise(rank: np.ndarray | float) -> np.ndarray:
    """-log2(1 - rank), a scale on which ranks close to 1 remain distinguishable."""
    return -np.log2(1 - np.minimum(rank, 1 - 1e-15))


def rank_among(ordered: np.ndarray, value: float) -> float:
    """Share of the increasing values `ordered` (n,) below `value`, extrapolated towards 1 above the largest one.

    The rank of the largest of n values is n / (n + 1). Above it, each further third of the distance between the median
    and that value halves the difference to 1, so that far outliers stay ordered.
    """
    n = len(ordered)
    if n == 0:
        return 0.0
    position = float(np.interp(value, ordered, np.arange(1, n + 1))) if value > ordered[0] else 0.0
    if value > ordered[-1]:
        return 1 - 2.0 ** -min((value - ordered[-1]) / _third(ordered), 40.0) / (n + 1)
    return position / (n + 1)


def _third(ordered: np.ndarray) -> float:
    """Distance above the largest value that halves the difference of the rank to 1."""
    return max((ordered[-1] - np.median(ordered)) / 3, 1e-5 * abs(ordered[-1]), 1e-12)


def _value_at(ordered: np.ndarray, rank: float) -> float:
    """The value whose `rank_among` is `rank`."""
    n = len(ordered)
    if rank * (n + 1) <= n:
        return float(np.interp(rank * (n + 1), np.arange(1, n + 1), ordered))
    left = max((1 - rank) * (n + 1), 2.0**-40)
    return float(ordered[-1] - np.log2(left) * _third(ordered))
