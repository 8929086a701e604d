"""`benchmark rivals`: methods that predict a head from its planes, in three folds, with the published results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from GenerativeModelsLib.benchmarks.rivals.cases import Cases, hc18_cases, simulated_cases, template_cases
from GenerativeModelsLib.benchmarks.rivals.cost import cost_of
from GenerativeModelsLib.benchmarks.rivals.inputs import FOLDS, Inputs, prepare
from GenerativeModelsLib.benchmarks.rivals.methods import METHODS, Fit, Method, fits_of, train_all
from GenerativeModelsLib.benchmarks.rivals.picture import write_picture
from GenerativeModelsLib.benchmarks.rivals.results import MethodScores
from GenerativeModelsLib.benchmarks.rivals.scored import Scored, digest_of_cases, scored
from GenerativeModelsLib.benchmarks.rivals.tables import Results, figures_of, tables_of
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.folders import find_data_set
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates
from GenerativeModelsLib.evaluation.scores.tables import Report
from GenerativeModelsLib.process.checkout import commit
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import data_hash, recorded_training

__all__ = ["KEPT", "begin", "gathered", "origin", "run"]

KEPT = Path("runs/rivals")
"""Folder of bank, trainings and scores, which a later run takes up."""
REPEATS = 3


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
    found = scored(fits, inputs, sets)
    results = gathered(methods, found, inputs, sets)
    if output is not None:
        write_picture(results, Path(output) / "rivals.png")
    return Report(tables_of(results), {**origin(inputs, sets, cases, fits), "methods": figures_of(results)})


def begin(folder: Path, bundle: Path, data: Path, cases: int, workers: int) -> tuple[Inputs, dict[str, Cases]]:
    """Shared inputs, and the cases of each kind whose data exist."""
    with bar("bank") as progress:
        inputs = prepare(folder, bundle, data, Stages(lambda _, share, __: progress(share, 1)), workers=workers)
    with bar("cases") as progress:
        sets = {"simulated": simulated_cases(inputs, bundle, cases, progress)}
        if evaluation_templates(data):
            sets["real_heads"] = template_cases(inputs, bundle, data, REPEATS, progress)
        if find_data_set(data, "hc18") is not None:
            sets["pictures"] = hc18_cases(inputs, bundle, progress)
    return inputs, sets


def gathered(methods: Sequence[Method], found: Sequence[Scored], inputs: Inputs, sets: Mapping[str, Cases]) -> Results:
    """Scores by kind of cases and method."""

    def of(kind: str) -> dict[str, MethodScores]:
        if kind not in sets:
            return {}
        scores = {}
        for method in methods:
            own = [s for s in found if s.fit.method.key == method.key and kind in s.scores]
            scores[method.key] = MethodScores(method.title, [s.scores[kind] for s in own], [s.fit.seed for s in own])
        return scores

    costs = {method.key: cost_of([s for s in found if s.fit.method.key == method.key], inputs) for method in methods}
    return Results(methods, of("simulated"), of("real_heads"), of("pictures"), costs)


def origin(inputs: Inputs, sets: Mapping[str, Cases], cases: int, fits: Sequence[Fit]) -> dict[str, Any]:
    """Commits of this run and of the trainings, folds, and digests of reader, readings and cases, for the JSON."""
    return {
        "commit": commit(),
        "trainings": {fit.folder.name: recorded_training(fit.folder).get("commit") for fit in fits},
        "folds": FOLDS,
        "cases_per_fold": cases,
        "bank": {"shards": inputs.shards, "drawn_head_files": inputs.shapes},
        "data": {
            "networks": data_hash(inputs.networks.glob("*.safetensors")),
            "readings and drawn heads": data_hash((inputs.folder / "derived").rglob("*.npz")),
            **{name: digest_of_cases(values) for name, values in sets.items()},
        },
    }
