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

__all__ = ["MEASURES", "Coverage", "MethodScores", "change", "change_cell", "head_of", "surface_coverage", "values_of"]

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
    """

    title: str
    by_training: Sequence[Sequence[Score]]

    def of(self, subset: str) -> dict[str, list[Score]]:
        """Scores of every case with a result, those of different trainings together."""
        found: dict[str, list[Score]] = {}
        for scores in self.by_training:
            for score in scores:
                if score.subset == subset and not score.failure:
                    found.setdefault(score.case, []).append(score)
        return found

    def refused(self, subset: str) -> int:
        """Number of cases without a result in any training."""
        names = {s.case for scores in self.by_training for s in scores if s.subset == subset}
        return len(names) - len(self.of(subset))


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


def change(
    base: Mapping[str, float], other: Mapping[str, float], measure: str, magnitude: bool = False
) -> PairedChange | None:
    """Paired change from `base` to `other` on the cases that both have; None without such cases.

    With `magnitude` the absolute values are compared.
    """
    cases = [case for case in base if case in other]
    if not cases:
        return None
    before, after = ([abs(v[case]) if magnitude else v[case] for case in cases] for v in (base, other))
    better = "higher" if measure in ("dice", "sensitivity", "precision") else "lower"
    return paired_change(before, after, [head_of(case) for case in cases], better)


def change_cell(found: PairedChange | None, digits: int) -> str:
    """Difference with its interval, and better or worse where that excludes zero; a dash if there is no interval."""
    if found is None or found.interval95 is None:
        return "-"
    low, high = found.interval95
    mark = {"better": " better", "worse": " worse"}.get(found.verdict, "")
    return f"{found.difference:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f}){mark}"


@dataclass(frozen=True)
class Coverage:
    """Share of the surface within the 90 % interval of a method's draws.

    Attributes
    ----------
    raw : with the standard deviation of the draws.
    factor : mean over folds of the factor that gives 90 % on the cases of the other folds.
    calibrated : with that factor.
    width_mm : mean width of the calibrated interval.
    error_mm : mean absolute offset.
    """

    raw: float
    factor: float
    calibrated: float
    width_mm: float
    error_mm: float


def surface_coverage(scores: MethodScores, subset: str, fitted_on: MethodScores | None = None) -> Coverage | None:
    """Coverage of the surface; None for a method without draws.

    Parameters
    ----------
    fitted_on
        Scores that give the factor, without the cases of the same fold; `scores` themselves by default.
    """
    rows = [s for found in scores.of(subset).values() for s in found if s.sigma_mm is not None]
    other = [s for found in (fitted_on or scores).of(subset).values() for s in found if s.sigma_mm is not None]
    if not rows or not other:
        return None
    ratio = {id(s): np.abs(s.offset_mm) / (NORMAL_90 * np.maximum(s.sigma_mm, 1e-6)) for s in [*rows, *other]}
    factors = {}
    for fold in {s.fold for s in rows}:
        seen = [ratio[id(s)] for s in other if s.fold != fold]
        if not seen:
            return None
        factors[fold] = float(np.quantile(np.concatenate(seen), 0.9))
    return Coverage(
        raw=float(np.mean([(ratio[id(s)] <= 1).mean() for s in rows])),
        factor=float(np.mean(list(factors.values()))),
        calibrated=float(np.mean([(ratio[id(s)] <= factors[s.fold]).mean() for s in rows])),
        width_mm=float(np.mean([2 * NORMAL_90 * factors[s.fold] * np.mean(s.sigma_mm) for s in rows])),
        error_mm=float(np.mean([np.abs(s.offset_mm).mean() for s in rows])),
    )
