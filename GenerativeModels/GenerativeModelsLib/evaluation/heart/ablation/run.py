"""Benchmark of what the ladder is worth: Ladder VAE, VAE and principal components of as many numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.acdc import read_acdc
from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.evaluation.heart.ablation import tables
from GenerativeModelsLib.evaluation.heart.ablation.diagnosis import Diagnosis, Evidence, alarms, diagnoses, evidence
from GenerativeModelsLib.evaluation.heart.ablation.linear import LinearShapes, fit_linear, require_sklearn
from GenerativeModelsLib.evaluation.heart.ablation.models import (
    LadderShapes,
    LinearReading,
    ShapeModel,
    load_rival,
    require_population,
)
from GenerativeModelsLib.evaluation.heart.ablation.picture import draw_ablation
from GenerativeModelsLib.evaluation.heart.ablation.sets import (
    ABLATION_SET,
    DIAGNOSED_SET,
    HeartSet,
    diagnosed_set,
    heart_sets,
)
from GenerativeModelsLib.evaluation.heart.ablation.shapes import AS_READ, shape_errors
from GenerativeModelsLib.evaluation.scores.tables import Report
from GenerativeModelsLib.evaluation.scores.timing import best
from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.heart.population.bank import heart_shard_path, read_heart_shards
from GenerativeModelsLib.output.fingerprint import data_hash
from GenerativeModelsLib.process.checkout import commit

__all__ = ["BANK", "PICTURE", "SHARDS", "VAE", "report", "run", "shape_models"]

BANK = Path("runs/heart-bank")
"""Hearts that `make train-heart` trains on."""
SHARDS = 32
"""Of the bank, the first ones; the others are for validation and calibration."""
VAE = Path("runs/heart-vae/bundle")
"""VAE that `make train-heart` writes, of as many numbers as the Ladder VAE."""
PICTURE = "heart_ablation.png"
LADDER = "Ladder VAE"
TRIES = 30


def run(
    bundle: Path, vae: Path, bank: Path, data: Path, cases: int, seed: int, workers: int, output: Path | None
) -> Report:
    """Compare the models on `cases` simulated hearts, half as many people, and patients; the picture goes to `output`.

    Hypertrophy is compared on five times as many simulated hearts, and on the same people and patients.

    Parameters
    ----------
    bundle, vae
        Bundles of the Ladder VAE and of the VAE with as many numbers in one level.
    bank
        Folder of the training bank that the principal components are fitted to.

    Raises
    ------
    InputError
        Weights, bank or data are missing or do not go together, or scikit-learn is not installed.
    """
    require_sklearn()
    torch.set_num_threads(1)
    ladder = load_heart_model(bundle)
    rival = load_rival(vae, ladder)
    shards = _shards(bank)
    read_acdc(data)  # a data set that is missing is said before minutes of work
    linear = fitted(ladder, shards, seed)
    require_population(linear.mean, ladder.net.centre.numpy(), str(bank))
    models = shape_models(ladder, rival, linear)
    sets = heart_sets(data, cases, seed, workers)
    errors = [shape_errors(hearts, models, workers) for hearts in sets]
    asked = (diagnosed_set(cases, seed), sets.people, sets.patients)
    seen = [evidence(hearts, ladder, rival, linear, workers) for hearts in asked]
    found = report(models, milliseconds(models, sets.simulated), sets, errors, seen)
    sources = {"bank": shards, "acdc_labels": _files(data, "acdc_labels"), "lv_cap": _files(data, "lv_cap")}
    about = {
        "seeds": {
            "shapes": ABLATION_SET + seed,
            "hypertrophy": DIAGNOSED_SET + seed,
            "label_errors": [ABLATION_SET, seed],
            "linear": [seed, 3],
        },
        "commit": commit(),
        "weights_sha256": {"lvae": ladder.manifest.sha256, "vae": rival.manifest.sha256},
        "data": {name: data_hash(files) for name, files in sources.items()},
    }
    if output is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
        draw_ablation(sets, errors, next(some for some in seen if _groups(some)), Path(output) / PICTURE)
    return Report(found.tables, found.figures | about)


def fitted(ladder: HeartModel, shards: list[Path], seed: int) -> LinearShapes:
    """Principal components of the bank under the metric of the ladder; classifiers of as many scores as its levels."""
    hearts = read_heart_shards(shards)
    counts = _counts(ladder)
    return fit_linear(hearts, ladder.net.metric.numpy(), len(ladder.net.modes), counts, seed)


def _counts(ladder: HeartModel) -> list[int]:
    """Numbers of all levels, of the levels above the lowest, and of the top level."""
    return list(dict.fromkeys(sum(ladder.levels[first:]) for first in (0, 1, len(ladder.levels) - 1)))


def shape_models(ladder: HeartModel, rival: HeartModel, linear: LinearShapes) -> list[ShapeModel]:
    """The Ladder VAE first; last it and the components with the numbers of the levels above the lowest alone."""
    whole, upper = _counts(ladder)[:2]
    return [
        LadderShapes(LADDER, ladder.net),
        LadderShapes("VAE", rival.net),
        LinearReading(f"PCA of {whole}", linear, whole),
        LinearReading(f"PCA of {whole}, regression", linear, whole, regressed=True),
        LadderShapes(f"Ladder VAE, upper levels ({upper})", ladder.net, 1),
        LinearReading(f"PCA of {upper}", linear, upper),
        LinearReading(f"PCA of {upper}, regression", linear, upper, regressed=True),
    ]


def milliseconds(models: Sequence[ShapeModel], hearts: HeartSet) -> dict[str, float]:
    """Shortest time to rebuild one heart, ms, by model."""
    one = hearts.seen[[0]]
    return {model.name: 1000 * best(lambda model=model: model.rebuild(one), TRIES) for model in models}


def report(
    models: Sequence[ShapeModel],
    times_ms: Mapping[str, float],
    sets: Sequence[HeartSet],
    errors: Sequence[tables.Errors],
    seen: Sequence[Evidence],
) -> Report:
    """All tables and figures from the errors by set, and from the evidence of hypertrophy."""
    reference = models[0].name
    diagnosed = {_title(some): diagnoses(some, _groups(some)) for some in seen if _groups(some)}
    called = {some.hearts.name: alarms(some) for some in seen if not _groups(some)}
    found = [
        tables.model_table(models, times_ms),
        tables.shape_table(sets, errors, reference),
        tables.noise_table(sets, errors),
        tables.class_table(diagnosed),
        tables.predictive_table(diagnosed),
        tables.abstention_table(diagnosed),
        tables.alarm_table(called),
    ]
    figures = {
        "models": {
            m.name: {"numbers": m.numbers, "weights": m.weights, "milliseconds": times_ms[m.name]} for m in models
        },
        "sets": {
            hearts.name: {
                "cases": len(hearts),
                "refused": hearts.refused or {},
                "means": {name: {k: float(v.mean()) for k, v in own.items()} for name, own in some.items()},
                "against_ladder": _plain(tables.changes(some, reference)),
                "against_as_read": _plain(tables.changes(some, AS_READ)) if hearts.noisy else {},
            }
            for hearts, some in zip(sets, errors, strict=True)
        },
        "hcm": {where: {one.name: _document(one) for one in some} for where, some in diagnosed.items()},
        "alarms": {where: {name: asdict(one) for name, one in some.items()} for where, some in called.items()},
    }
    return Report(found, figures)


def _groups(found: Evidence) -> tuple[str, ...]:
    """Groups that are compared: both classes of simulated hearts, hypertrophic and normal patients; else none."""
    return next((pair for pair in (CLASSES, ("NOR", "HCM")) if set(pair) <= set(found.hearts.group)), ())


def _title(found: Evidence) -> str:
    groups = _groups(found)
    return f"{found.hearts.name}: {groups[1]} against {groups[0]}, {int(np.isin(found.hearts.group, groups).sum())}"


def _plain(changes: Mapping[str, Mapping[str, object]]) -> dict:
    return {name: {key: asdict(change) for key, change in own.items()} for name, own in changes.items()}


def _document(one: Diagnosis) -> dict:
    found = asdict(one)
    found["sensitivity_interval"], found["specificity_interval"] = (
        one.sensitivity.interval95,
        one.specificity.interval95,
    )
    return found


def _shards(bank: Path) -> list[Path]:
    paths = [heart_shard_path(bank, seed) for seed in range(SHARDS)]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise InputError(
            f"{missing[0]} does not exist: make the bank by `make train-heart`, and run the benchmark from "
            "the same folder."
        )
    return paths


def _files(data: Path, name: str) -> list[Path]:
    return [path for path in data_set(data, name).iterdir() if path.is_file()]
