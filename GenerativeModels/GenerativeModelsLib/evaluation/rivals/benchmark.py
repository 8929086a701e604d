"""`benchmark rivals`: methods that predict a head from its planes, in three folds, with the published results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.folders import find_data_set
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates
from GenerativeModelsLib.evaluation.rivals.cases import Cases, hc18_cases, simulated_cases, template_cases
from GenerativeModelsLib.evaluation.rivals.cost import cost_of
from GenerativeModelsLib.evaluation.rivals.inputs import FOLDS, Inputs, prepare
from GenerativeModelsLib.evaluation.rivals.methods import METHODS, Fit, Method, fits_of, train_all
from GenerativeModelsLib.evaluation.rivals.picture import write_picture
from GenerativeModelsLib.evaluation.rivals.results import MethodScores
from GenerativeModelsLib.evaluation.rivals.score import Score, basis_of, score_predictor
from GenerativeModelsLib.evaluation.rivals.tables import Results, figures_of, tables_of
from GenerativeModelsLib.evaluation.scores.tables import Report
from GenerativeModelsLib.process.checkout import commit
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.predictors.load import load_predictor
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import data_hash

__all__ = ["KEPT", "Scored", "run", "scored"]

KEPT = Path("runs/rivals")
"""Folder of bank, trainings and scores, which a later run takes up."""
REPEATS = 3
PICTURES = 60


@dataclass(frozen=True)
class Scored:
    """Scores of one training by kind of cases."""

    fit: Fit
    scores: Mapping[str, Sequence[Score]]


def run(
    bundle: Path,
    data: Path,
    cases: int,
    workers: int,
    output: Path | None = None,
    *,
    folder: Path = KEPT,
    methods: Sequence[Method] = METHODS,
) -> Report:
    """Train what is not trained yet, score it, and compare; a run that was stopped goes on where it stopped.

    Parameters
    ----------
    bundle
        Whose locator and plane reader read the pictures for all methods.
    data
        Folder of the real data; without them the comparison has simulated heads alone.
    cases
        Simulated heads of each fold.
    output
        Folder for the picture; None: no picture.
    """
    inputs, sets = begin(folder, bundle, data, cases, workers)
    fits = fits_of(methods, range(FOLDS), inputs)
    with bar("trainings") as progress:
        train_all(fits, inputs, progress)
    results = gathered(methods, scored(fits, inputs, sets), inputs, sets)
    if output is not None:
        write_picture(results, Path(output) / "rivals.png")
    return Report(tables_of(results), {**origin(inputs, sets, cases), "methods": figures_of(results)})


def begin(folder: Path, bundle: Path, data: Path, cases: int, workers: int) -> tuple[Inputs, dict[str, Cases]]:
    """Shared inputs, and the cases of each kind whose data exist."""
    with bar("bank") as progress:
        inputs = prepare(folder, bundle, data, Stages(lambda _, share, __: progress(share, 1)), workers=workers)
    with bar("cases") as progress:
        sets = {"simulated": simulated_cases(inputs, bundle, cases, progress)}
        if evaluation_templates(data):
            sets["real_heads"] = template_cases(inputs, bundle, data, REPEATS, progress)
        if find_data_set(data, "hc18") is not None:
            sets["pictures"] = hc18_cases(inputs, bundle, PICTURES, progress)
    return inputs, sets


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
        path = fit.folder / "scores" / f"{kind}-{_digest(cases)}.json"
        rows = [row for row in range(len(cases)) if cases.fold[row] in (-1, fit.fold)]
        if not path.is_file() and predictor is None:
            predictor = load_predictor(fit.folder, basis)
        found[kind] = score_predictor(predictor, basis, cases, rows, path)
    return Scored(fit, found)


def _digest(cases: Cases) -> str:
    import hashlib

    total = hashlib.sha256()
    for name, values in vars(cases).items():
        total.update(name.encode() + np.ascontiguousarray(values).tobytes())
    return total.hexdigest()[:12]


def gathered(methods: Sequence[Method], found: Sequence[Scored], inputs: Inputs, sets: Mapping[str, Cases]) -> Results:
    """Scores by kind of cases and method."""

    def of(kind: str) -> dict[str, MethodScores]:
        if kind not in sets:
            return {}
        return {
            method.key: MethodScores(
                method.title, [s.scores[kind] for s in found if s.fit.method.key == method.key and kind in s.scores]
            )
            for method in methods
        }

    costs = {method.key: cost_of([s for s in found if s.fit.method.key == method.key], inputs) for method in methods}
    return Results(methods, of("simulated"), of("real_heads"), of("pictures"), costs)


def origin(inputs: Inputs, sets: Mapping[str, Cases], cases: int) -> dict[str, Any]:
    """Commit, folds, and digests of bank, reader and cases, for the JSON."""
    return {
        "commit": commit(),
        "folds": FOLDS,
        "cases_per_fold": cases,
        "bank": {"shards": inputs.shards, "drawn_head_files": inputs.shapes},
        "data": {
            "networks": data_hash(inputs.networks.glob("*.safetensors")),
            **{name: _digest(values) for name, values in sets.items()},
        },
    }
