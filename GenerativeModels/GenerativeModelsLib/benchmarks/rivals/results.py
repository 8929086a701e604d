"""Scores of all trainings by method and case, and what is averaged and compared from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.benchmarks.rivals.score import Score
from GenerativeModelsLib.evaluation.scores.paired import PairedChange, paired_change
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.locate.outlines import NORMAL_90
from GenerativeModelsLib.skull.shape.regions import REGIONS

__all__ = [
    "MEASURES",
    "Coverage",
    "MethodScores",
    "change",
    "change_cell",
    "circumference_coverage",
    "head_of",
    "mean_over_heads",
    "raw_surface_coverage",
    "refused_cell",
    "surface_coverage",
    "values_of",
]

MEASURES: dict[str, Callable[[Score], float | None]] = {
    **{
        name: lambda s, name=name: None if s.accuracy is None else s.accuracy[name]
        for name in ("dice", "sensitivity", "precision", "hausdorff_mm", "rvd", "mean_mm")
    },
    **{f"{name}_mm": lambda s, name=name: None if s.region_mm is None else s.region_mm[name] for name in REGIONS},
    **{f"{name} error": lambda s, name=name: _absolute((s.biometry or {}).get(name)) for name in QUANTITIES},
}
"""Figures of one score by name; None where the case or the method has none."""


def _absolute(value: float | None) -> float | None:
    return None if value is None else abs(value)


@dataclass(frozen=True)
class MethodScores:
    """Scores of one method on the cases of one kind.

    Attributes
    ----------
    title : of the method.
    by_training : the scores of every training, a case being in one or more of them.
    seeds : of the trainings, in the same order.
    """

    title: str
    by_training: Sequence[Sequence[Score]]
    seeds: Sequence[int] = ()

    def of(self, subset: str) -> dict[str, list[Score]]:
        """Scores of every case with a result, those of different trainings together."""
        found: dict[str, list[Score]] = {}
        for scores in self.by_training:
            for score in scores:
                if score.subset == subset and not score.failure:
                    found.setdefault(score.case, []).append(score)
        return found

    def refused(self, subset: str) -> int:
        """Number of predictions, one for each case and training, without a result."""
        return sum(s.subset == subset and bool(s.failure) for scores in self.by_training for s in scores)

    def predictions(self, subset: str) -> int:
        """Number of predictions with and without a result."""
        return sum(s.subset == subset for scores in self.by_training for s in scores)

    def between_seeds(self, subset: str, measure: str) -> float | None:
        """Standard deviation over the seeds of their mean figure; None for a single seed."""
        means = []
        for seed in dict.fromkeys(self.seeds):
            own = [scores for scores, of in zip(self.by_training, self.seeds, strict=True) if of == seed]
            found = values_of(MethodScores(self.title, own), subset, measure)
            means.append(np.mean(list(found.values())) if found else np.nan)
        return float(np.std(means, ddof=1)) if len(means) > 1 else None


def head_of(case: str) -> str:
    """Name of the head of a case."""
    return case.rsplit("-", 1)[0]


def values_of(scores: MethodScores, subset: str, measure: str) -> dict[str, float]:
    """A figure of every case that has it, the mean over the trainings."""
    read, found = MEASURES[measure], {}
    for case, rows in scores.of(subset).items():
        values = [value for value in map(read, rows) if value is not None and np.isfinite(value)]
        if values:
            found[case] = float(np.mean(values))
    return found


def refused_cell(scores: MethodScores, subset: str) -> str:
    """Predictions without a result, of how many."""
    return f"{scores.refused(subset)} of {scores.predictions(subset)}"


def change(base: Mapping[str, float], other: Mapping[str, float], measure: str) -> PairedChange | None:
    """Paired change from `base` to `other` on the cases that both have; None without such cases."""
    cases = [case for case in base if case in other]
    if not cases:
        return None
    before, after = ([values[case] for case in cases] for values in (base, other))
    better = "higher" if measure in ("dice", "sensitivity", "precision") else "lower"
    return paired_change(before, after, [head_of(case) for case in cases], better)


def change_cell(found: PairedChange | None, digits: int) -> str:
    """Difference with its interval, and better or worse where that excludes zero; a dash if there is no interval."""
    if found is None or found.interval95 is None:
        return "-"
    low, high = found.interval95
    mark = {"better": " better", "worse": " worse"}.get(found.verdict, "")
    return f"{found.difference:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f}){mark}"


def mean_over_heads(values: Mapping[str, float]) -> tuple[float, float] | None:
    """Mean over heads of a figure by case, and half its 95 % interval by Student's t (0 for one head); None without."""
    from scipy.stats import t

    heads: dict[str, list[float]] = {}
    for case, value in values.items():
        heads.setdefault(head_of(case), []).append(value)
    means = np.array([np.mean(found) for found in heads.values()])
    if len(means) < 2:
        return (float(means[0]), 0.0) if len(means) else None
    half = t.ppf(0.975, len(means) - 1) * means.std(ddof=1) / np.sqrt(len(means))
    return float(means.mean()), float(half)


@dataclass(frozen=True)
class Coverage:
    """Share of the surface, or of the circumferences, within the 90 % interval of a method's draws.

    Attributes
    ----------
    raw : with the standard deviation of the draws.
    factor : mean over folds of the factor that gives 90 % on the cases of the other folds.
    calibrated : with that factor.
    half95 : half the 95 % interval of `calibrated` over heads, given the factor.
    width_mm : mean width of the calibrated interval.
    error_mm : mean absolute error.
    """

    raw: float
    factor: float
    calibrated: float
    half95: float
    width_mm: float
    error_mm: float


@dataclass(frozen=True, eq=False)
class _Claim:
    """Errors (P,) of one prediction with the standard deviations (P,) that its draws give."""

    case: str
    fold: int
    error: np.ndarray
    sigma: np.ndarray

    @property
    def ratio(self) -> np.ndarray:
        """Of the error to the half width of the draws' own 90 % interval."""
        return np.abs(self.error) / (NORMAL_90 * np.maximum(self.sigma, 1e-6))


def surface_coverage(scores: MethodScores, subset: str, fitted_on: MethodScores | None = None) -> Coverage | None:
    """Coverage of the surface; None for a method without draws.

    Parameters
    ----------
    fitted_on
        Scores that give the factor, without the cases of the same fold; `scores` themselves by default.
    """
    return _coverage(_surfaces(scores, subset), _surfaces(fitted_on or scores, subset))


def circumference_coverage(scores: MethodScores, subset: str, fitted_on: MethodScores | None = None) -> Coverage | None:
    """Coverage of the head circumference; as `surface_coverage`."""
    return _coverage(_circumferences(scores, subset), _circumferences(fitted_on or scores, subset))


def raw_surface_coverage(scores: MethodScores, subset: str) -> float | None:
    """Share of the surface within the draws' own 90 % interval; None for a method without draws."""
    claims = _surfaces(scores, subset)
    return float(np.mean([(claim.ratio <= 1).mean() for claim in claims])) if claims else None


def _surfaces(scores: MethodScores, subset: str) -> list[_Claim]:
    rows = [s for found in scores.of(subset).values() for s in found if s.sigma_mm is not None]
    return [_Claim(s.case, s.fold, np.asarray(s.offset_mm), np.asarray(s.sigma_mm)) for s in rows]


def _circumferences(scores: MethodScores, subset: str) -> list[_Claim]:
    rows = [s for found in scores.of(subset).values() for s in found if s.hc_sd_mm is not None]
    return [_Claim(s.case, s.fold, np.array([s.biometry["hc_mm"]]), np.array([s.hc_sd_mm])) for s in rows]


def _coverage(claims: Sequence[_Claim], others: Sequence[_Claim]) -> Coverage | None:
    factors = {}
    for fold in {claim.fold for claim in claims}:
        seen = [claim.ratio for claim in others if claim.fold != fold]
        if not seen:
            return None
        factors[fold] = float(np.quantile(np.concatenate(seen), 0.9))
    if not claims:
        return None
    by_case: dict[str, list[float]] = {}
    for claim in claims:
        by_case.setdefault(claim.case, []).append(float((claim.ratio <= factors[claim.fold]).mean()))
    calibrated, half = mean_over_heads({case: float(np.mean(shares)) for case, shares in by_case.items()})
    return Coverage(
        raw=float(np.mean([(claim.ratio <= 1).mean() for claim in claims])),
        factor=float(np.mean(list(factors.values()))),
        calibrated=calibrated,
        half95=half,
        width_mm=float(np.mean([2 * NORMAL_90 * factors[claim.fold] * claim.sigma.mean() for claim in claims])),
        error_mm=float(np.mean([np.abs(claim.error).mean() for claim in claims])),
    )
