"""Scores of all trainings, each kept beside its weights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from GenerativeModelsLib.benchmarks.rivals.cases import Cases
from GenerativeModelsLib.benchmarks.rivals.inputs import Inputs
from GenerativeModelsLib.benchmarks.rivals.methods import Fit
from GenerativeModelsLib.benchmarks.rivals.score import Score, basis_of, score_predictor
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.output.fingerprint import data_hash
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.predictors.load import load_predictor, weights_of

__all__ = ["SCORING", "Scored", "digest_of_cases", "scored"]

SCORING = 2
"""Raised when `score_case` changes: kept scores are those of the same cases, weights and number."""


@dataclass(frozen=True)
class Scored:
    """Scores of one training by kind of cases."""

    fit: Fit
    scores: Mapping[str, Sequence[Score]]


def scored(
    fits: Sequence[Fit], inputs: Inputs, sets: Mapping[str, Cases], *, first_seed_alone: bool = True
) -> list[Scored]:
    """Scores of every training.

    Parameters
    ----------
    first_seed_alone
        Whether seeds after the first are scored on simulated heads alone.
    """
    work = partial(_scored, inputs, dict(sets), first_seed_alone)
    with bar("scores") as progress:
        return parallel_map(work, fits, inputs.workers, threads=1, progress=progress)


def _scored(inputs: Inputs, sets: Mapping[str, Cases], first_seed_alone: bool, fit: Fit) -> Scored:
    basis = basis_of(inputs.basis)
    predictor, found = None, {}
    for kind, cases in sets.items():
        if kind != "simulated" and fit.seed > 1 and first_seed_alone:
            continue
        weights = data_hash([weights_of(fit.folder)])[:12]
        path = fit.folder / "scores" / f"{kind}-{digest_of_cases(cases)}-{weights}-{SCORING}.json"
        rows = [row for row in range(len(cases)) if cases.fold[row] in (-1, fit.fold)]
        if not path.is_file() and predictor is None:
            predictor = load_predictor(fit.folder, basis)
        found[kind] = score_predictor(predictor, basis, cases, rows, path)
    return Scored(fit, found)


def digest_of_cases(cases: Cases) -> str:
    """Twelve hexadecimal digits of the SHA-256 of all arrays."""
    total = hashlib.sha256()
    for name, values in vars(cases).items():
        total.update(name.encode() + np.ascontiguousarray(values).tobytes())
    return total.hexdigest()[:12]
