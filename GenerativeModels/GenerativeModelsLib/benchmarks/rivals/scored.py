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
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.predictors.load import load_predictor

__all__ = ["Scored", "digest_of_cases", "scored"]


@dataclass(frozen=True)
class Scored:
    """Scores of one training by kind of cases."""

    fit: Fit
    scores: Mapping[str, Sequence[Score]]


def scored(fits: Sequence[Fit], inputs: Inputs, sets: Mapping[str, Cases]) -> list[Scored]:
    """Scores of every training; those with seed 1 on all kinds of cases, further seeds on simulated heads alone."""
    with bar("scores") as progress:
        return parallel_map(partial(_scored, inputs, dict(sets)), fits, inputs.workers, threads=1, progress=progress)


def _scored(inputs: Inputs, sets: Mapping[str, Cases], fit: Fit) -> Scored:
    basis = basis_of(inputs.basis)
    predictor, found = None, {}
    for kind, cases in sets.items():
        if kind != "simulated" and fit.seed > 1:
            continue
        path = fit.folder / "scores" / f"{kind}-{digest_of_cases(cases)}.json"
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
