"""Floors of a calibration below which intervals would be narrower than those of the model that a training started from.

Fine-tuning on a few cases makes draws more alike, which is no evidence that errors became smaller. So the mean variance
of a fine-tuned model, over held-out simulated cases and over own cases, is not allowed below that of its start. Floors
of any calibration are fitted to means (`calibrate`): single cases differ in variance for other reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from GenerativeModelsLib.evaluation.skull.head_calibration import SUBSETS_BY_COUNT
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.training.skull.own_results import OwnResult

__all__ = ["SURFACE", "Variances", "own_variances", "variances", "widened"]

SURFACE = "surface"
Variances = Mapping[str, Mapping[str, float]]
"""Relative variance of one case, not calibrated, by subset of planes and by quantity or `SURFACE`."""
Pairs = Sequence[tuple[Variances, Variances]]
"""Variances of each case of a group, by the start and by the new model."""


@dataclass(frozen=True)
class _Part:
    """Scale and floor of one quantity, for 1, 2 and 3 planes."""

    scale: Sequence[float]
    floor: Sequence[float]

    def variance(self, raw: float, count: int) -> float:
        return float((self.scale[count] ** 2) * raw + self.floor[count] ** 2)


def widened(
    calibration: Mapping[str, Any],
    start: Mapping[str, Any],
    groups: Sequence[Pairs],
    names: Sequence[str],
) -> dict[str, Any]:
    """The calibration with floors at which in no group the mean variance is below the start's.

    Parameters
    ----------
    calibration, start
        Entries `surface` and `biometry` of the new model and of the one that it started from.
    groups
        Groups of cases, such as simulated and own ones.
    names
        Quantities, and `SURFACE`, whose variances must not fall.
    """
    found = deepcopy({key: calibration[key] for key in ("surface", "biometry")})
    for name in names:
        new, old = _part(calibration, name), _part(start, name)
        if new is None or old is None:
            continue
        floor = [_least_floor(new, old, name, count, groups) for count in range(len(SUBSETS_BY_COUNT))]
        rounded = [round(value, 5) for value in floor]
        if name == SURFACE:
            found["surface"]["floor"] = rounded
        else:
            found["biometry"]["floor"][name] = rounded
    return found


def _part(calibration: Mapping[str, Any], name: str) -> _Part | None:
    if name == SURFACE:
        surface = calibration.get("surface") or {}
        return _Part(surface["scale"], surface["floor"]) if surface else None
    biometry = calibration.get("biometry") or {}
    if name not in biometry.get("scale", {}):
        return None
    return _Part(biometry["scale"][name], biometry["floor"][name])


def _least_floor(new: _Part, old: _Part, name: str, count: int, groups: Sequence[Pairs]) -> float:
    """Floor of one quantity and number of planes, of which `SUBSETS_BY_COUNT[count]` are the subsets.

    Every result counts once, as in the fit; those that one of the models lacks are left out.
    """
    least = new.floor[count] ** 2
    for pairs in groups:
        missing = [
            old.variance(before[subset][name], count) - new.scale[count] ** 2 * after[subset][name]
            for before, after in pairs
            for subset in SUBSETS_BY_COUNT[count]
            if name in before.get(subset, {}) and name in after.get(subset, {})
        ]
        if missing:
            least = max(least, float(np.mean(missing)))
    return float(np.sqrt(least))


def variances(case: CaseRecords) -> Variances:
    """Of one case; empty without a result or draws."""
    return {} if case.failure else {subset: _variances(record) for subset, record in case.records.items()}


def own_variances(result: OwnResult) -> Variances:
    """Of one own case; empty without a result or draws."""
    if result.circumference is not None:
        squared = {name: sd**2 for name, sd in result.circumference.relative_sd.items()}
        return {"axial": squared} if squared else {}
    return {} if result.records is None else variances(result.records)


def _variances(record: Record) -> dict[str, float]:
    if record.sigma_mm is None:
        return {}
    found = {name: (record.sd[name] / getattr(record.found, name)) ** 2 for name in QUANTITIES}
    size = record.found.hc_mm / (2 * np.pi)
    found[SURFACE] = float(np.average((record.sigma_mm / size) ** 2, weights=record.areas))
    return found
