"""What a skull bundle calls usual: densities kept from the start or fitted, and the own cases of a cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Split
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.skull.infer.typicality import border_vector
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.training.skull.calibrate import axial_alone, fit_densities, predicted_shapes, usual_vectors
from GenerativeModelsLib.training.skull.cohort import OwnCohort
from GenerativeModelsLib.training.skull.finished import FinishedTraining
from GenerativeModelsLib.training.skull.kept import TYPICAL, Start
from GenerativeModelsLib.training.skull.own_results import OwnResult
from GenerativeModelsLib.training.skull.readings import Readings
from GenerativeModelsLib.training.skull.variant_shapes import variant_discriminants
from GenerativeModelsLib.uncertainty.own_inputs import OwnInputs, OwnVectors

__all__ = ["UsualInputs", "own_inputs", "usual_inputs"]

POPULATION = 2000
"""Simulated cases, at most, whose covariance the own cases are compared with."""
SINGLE = (" head", " misfit")
"""Ends of the names of measures that are single numbers; the others are surprises of vectors."""


@dataclass(frozen=True)
class UsualInputs:
    """The in-distribution check of a bundle.

    Attributes
    ----------
    settings : flows and discriminants of variants; where they were kept, also the ranks of the calibration cases.
    tensors : of the flows, by bundle name.
    kept_from : name of the bundle they were kept from; empty if they were fitted.
    """

    settings: dict[str, Any]
    tensors: dict[str, torch.Tensor] = field(default_factory=dict)
    kept_from: str = ""


def usual_inputs(
    training: FinishedTraining, start: Start | None, own: OwnCohort, real: Hc18Split | None
) -> UsualInputs:
    """Densities of usual borders and shapes, and discriminants of the shape variants.

    Those of the start are kept if its reader reads the pictures and the training has no HC18 of its own: they were
    fitted to borders of real pictures, which simulated ones do not replace. Otherwise they are fitted to the readings
    of the training, simulated, real and own.
    """
    if start is not None and real is None and start.in_distribution is not None:
        return UsualInputs(start.in_distribution, start.typical_tensors, start.name)
    parts = [training.readings, *([own.heads["train"].readings] if "train" in own.heads else [])]
    readings = Readings.concatenate(parts)
    shapes = predicted_shapes(training.net, readings.borders, readings.present)
    fitted = fit_densities(usual_vectors(readings, shapes, training.read(real.training) if real else None))
    tensors = {f"{TYPICAL}.{k}": torch.from_numpy(np.array(v)) for k, v in fitted.tensors.items()}
    return UsualInputs(fitted.settings | {"variants": variant_discriminants(readings, shapes)}, tensors)


def own_inputs(training: FinishedTraining, own: OwnCohort, results: Sequence[OwnResult]) -> OwnInputs | None:
    """What is usual among the own cases for training and calibration, never the test; None without any.

    Parameters
    ----------
    results
        Of the new model on these cases. Those without own pictures are as usual as simulated ones, but for their shape.
    """
    seen = [result for result in results if result.row.part != "test"]
    if not seen:
        return None
    net, population = training.net, training.readings
    some = np.linspace(0, len(population) - 1, min(len(population), POPULATION)).astype(int)
    usual = _vectors(net, population.borders[some], population.present[some], pictures=np.ones(len(some), bool))
    vectors = {
        name: OwnVectors.fit(rows, np.cov(usual[name], rowvar=False), cases)
        for name, (rows, cases) in _own_vectors(net, own).items()
        if cases and len(usual[name]) > 1
    }
    return OwnInputs(len(seen), vectors, _single_numbers(seen))


def _own_vectors(net: SkullEnsemble, own: OwnCohort) -> dict[str, tuple[np.ndarray, int]]:
    """Vectors (n, d) behind each measure over the own cases, and of how many cases they are."""
    parts = []
    for heads in own.heads.values():
        first = np.cumsum(heads.counts) - heads.counts  # of several simulated examinations of a head, the first
        borders, present, poses = (getattr(heads.readings, name)[first] for name in ("borders", "present", "poses"))
        # The poses of own pictures are not known; those of simulated ones are.
        parts.append((len(first), _vectors(net, borders, present, np.isnan(poses[:, 0, 0]))))
    for real in own.pictures.values():
        parts.append((len(real), _vectors(net, *axial_alone(real), np.ones(len(real), bool))))
    found = {}
    for name in parts[0][1] if parts else ():
        rows = [vectors[name] for _, vectors in parts if len(vectors[name])]
        cases = sum(count for count, _ in parts) if name == "shape" else sum(map(len, rows))
        found[name] = (np.concatenate(rows) if rows else np.zeros((0, 1)), cases)
    return found


def _vectors(
    net: SkullEnsemble, borders: np.ndarray, present: np.ndarray, pictures: np.ndarray
) -> dict[str, np.ndarray]:
    """Vectors behind the measures of cases: of the borders of those in `pictures` (n,), and of the shapes of all.

    Shapes are predicted from every subset of planes, four for each case.
    """
    found: dict[str, np.ndarray] = {}
    for k, plane in enumerate(PLANES):
        rows = borders[present[:, k] & pictures, k]
        found[f"{plane} picture"] = np.asarray([border_vector(border, plane) for border in rows])
    return found | {"shape": np.concatenate(predicted_shapes(net, borders, present))}


def _single_numbers(seen: Sequence[OwnResult]) -> Mapping[str, np.ndarray]:
    values: dict[str, list[float]] = {}
    for result in seen:
        if not result.own_pictures:
            continue
        rows = [] if result.records is None else [record.measures for record in result.records.records.values()]
        rows += [] if result.circumference is None else [result.circumference.measures]
        for row in rows:
            for name in row:
                if name.endswith(SINGLE):
                    values.setdefault(name, []).append(round(row[name], 6))
    return {name: np.sort(found) for name, found in values.items()}
