"""`benchmark ablations`: what each part of HiREC-CVAE is worth, each changed alone.

Trained without: fold 0 of `benchmark rivals`, three seeds each. Not trained again: number of members, number of draws,
and the grid and rank of the distance field, whose share of the error is that of the true heads in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from GenerativeModelsLib.benchmarks.rivals.benchmark import KEPT, begin, origin
from GenerativeModelsLib.benchmarks.rivals.cases import COMPARED, Cases
from GenerativeModelsLib.benchmarks.rivals.inputs import Inputs
from GenerativeModelsLib.benchmarks.rivals.methods import BASE, METHODS, Method, fits_of, train_all
from GenerativeModelsLib.benchmarks.rivals.representation import floors_table, representation_floors
from GenerativeModelsLib.benchmarks.rivals.results import (
    MethodScores,
    change,
    change_cell,
    raw_surface_coverage,
    values_of,
)
from GenerativeModelsLib.benchmarks.rivals.score import DRAWS, basis_of, score_case
from GenerativeModelsLib.benchmarks.rivals.scored import Scored, scored
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.predictors.load import load_predictor
from GenerativeModelsLib.training.skull.config import REAL_TERMS

__all__ = ["VARIATIONS", "run"]

FOLD = 0
COUNTED = ("refused", "predictions")
DRAW_COUNTS = (1, 2, 5, 10, 25, 50, 100, 200, 400)


def _variation(key: str, title: str, **fields: Any) -> Method:
    network = {**BASE.fields["network"], **fields.pop("network", {})}
    return replace(BASE, key=key, title=title, fields={**BASE.fields, **fields, "network": network}, published=None)


VARIATIONS = (
    BASE,
    replace(METHODS[1], title="one latent space (REC-CVAE)"),
    _variation("order-sac", "order sagittal, axial, coronal", network={"order": ["sagittal", "axial", "coronal"]}),
    _variation("order-csa", "order coronal, sagittal, axial", network={"order": ["coronal", "sagittal", "axial"]}),
    _variation("beta-0.1", "beta 0.1", beta=0.1),
    _variation("beta-4", "beta 4", beta=4.0),
    _variation("no-real", "no real pictures", hc18=None),
    *(
        _variation(f"no-{term}", f"without {term}", real_terms={k: v for k, v in REAL_TERMS.items() if k != term})
        for term in REAL_TERMS
    ),
)


@dataclass(frozen=True)
class _Mixture:
    """Scores of a number of members, or of draws."""

    value: int
    scores: MethodScores


def run(
    bundle: Path, data: Path, cases: int, workers: int, output: Path | None = None, *, folder: Path = KEPT
) -> Report:
    """Train and score every variation; a run that was stopped goes on where it stopped. See `rivals.benchmark.run`.

    There is no picture: `output` is where the caller writes the tables.
    """
    inputs, sets = begin(folder, bundle, data, cases, workers)
    fits = fits_of(VARIATIONS, [FOLD], inputs)
    with bar("trainings") as progress:
        train_all(fits, inputs, progress)
    found = scored(fits, inputs, sets, first_seed_alone=False)
    own = [fit for fit in fits if fit.method.key == BASE.key]
    with bar("members and draws") as progress:
        jobs = [("members", n) for n in range(1, len(own) + 1)] + [("draws", n) for n in DRAW_COUNTS]
        work = partial(_mixture, inputs, sets["simulated"], [fit.folder for fit in own])
        mixtures = parallel_map(work, jobs, workers, threads=1, progress=progress)
    members, draws = mixtures[: len(own)], mixtures[len(own) :]
    with bar("grids") as progress:
        floors = representation_floors(sets["simulated"], FOLD, workers, progress)
    tables = [_variations(found, sets), _members(members), _draws(draws), floors_table(floors)]
    figures = {
        "variations": _figures(found, sets),
        "members": {m.value: _means(m.scores) for m in members},
        "draws": {m.value: _means(m.scores) for m in draws},
        "grids": [asdict(floor) for floor in floors],
    }
    return Report(tables, {**origin(inputs, sets, cases, fits), "fold": FOLD, "seeds": BASE.seeds, **figures})


def _scores(found: Sequence[Scored], method: Method, kind: str) -> MethodScores:
    own = [s for s in found if s.fit.method.key == method.key and kind in s.scores]
    return MethodScores(method.title, [s.scores[kind] for s in own], [s.fit.seed for s in own])


COLUMNS = (
    *(("simulated", subset, "mean_mm") for subset in COMPARED),
    ("real_heads", "three planes", "mean_mm"),
    ("real_heads", "axial", "mean_mm"),
    ("pictures", "axial", "hc_mm error"),
)


def _variations(found: Sequence[Scored], sets: Mapping[str, Cases]) -> Table:
    columns = [column for column in COLUMNS if column[0] in sets]
    rows = []
    for method in VARIATIONS:
        cells = []
        for kind, subset, name in columns:
            values = values_of(_scores(found, method, kind), subset, name)
            text = f"{np.mean(list(values.values())):.2f}"
            if method is not BASE:
                base = values_of(_scores(found, BASE, kind), subset, name)
                text += f", {change_cell(change(base, values, name), 2)}"
            cells.append(text)
        refused = [_scores(found, method, kind) for kind in sets]
        counts = [sum(getattr(s, name)(subset) for s in refused for subset in COMPARED) for name in COUNTED]
        spread = raw_surface_coverage(_scores(found, method, "simulated"), "three planes")
        between = _scores(found, method, "simulated").between_seeds("three planes", "mean_mm")
        rows.append([method.title, *cells, f"{spread:.2f}", f"{between:.3f}", "{} of {}".format(*counts)])
    names = {"simulated": "simulated", "real_heads": "real heads", "pictures": "HC18"}
    titles = [f"{names[kind]}, {subset}, mm" for kind, subset, _ in columns]
    notes = [
        "Mean surface distance after rigid alignment, on HC18 the error of the circumference; in brackets the paired "
        f"95 % interval over heads of the difference from {BASE.title}, given these trainings; mean of {BASE.seeds} "
        "seeds of one fold. Of the seven real heads an interval is wide. Coverage: of the draws' own 90 % interval, "
        "three planes. Between seeds: standard deviation of the mean distance, simulated, three planes, mm.",
    ]
    return Table("Each part changed alone", ("variation", *titles, "coverage", "between seeds", "refused"), rows, notes)


def _figures(found: Sequence[Scored], sets: Mapping[str, Cases]) -> dict[str, Any]:
    columns = [column for column in COLUMNS if column[0] in sets]
    figures: dict[str, Any] = {}
    for method in VARIATIONS:
        entry = figures.setdefault(method.key, {"title": method.title, "settings": method.settings()})
        for kind, subset, name in columns:
            values = values_of(_scores(found, method, kind), subset, name)
            base = values_of(_scores(found, BASE, kind), subset, name)
            c = None if method is BASE else asdict(change(base, values, name))
            own = _scores(found, method, kind)
            entry[f"{kind}, {subset}"] = {
                "mean": float(np.mean(list(values.values()))),
                "change": c,
                "between_seeds": own.between_seeds(subset, name),
                "refused": own.refused(subset),
                "predictions": own.predictions(subset),
            }
    return figures


@lru_cache(maxsize=1)
def _base_nets(folders: tuple[str, ...], basis: str) -> tuple[list[SkullEnsemble], LowRankField]:
    field = basis_of(Path(basis))
    return [load_predictor(Path(folder), field) for folder in folders], field


def _mixture(inputs: Inputs, cases: Cases, folders: Sequence[Path], job: tuple[str, int]) -> _Mixture:
    """The first `n` seeds as one ensemble with the usual draws, or the first seed with `n` draws."""
    kind, count = job
    torch.set_num_threads(1)
    nets, basis = _base_nets(tuple(map(str, folders)), str(inputs.basis))
    used = nets[:count] if kind == "members" else nets[:1]
    mixed = SkullEnsemble.of([member for net in used for member in net.members])
    rows = [row for row in range(len(cases)) if cases.fold[row] == FOLD]
    columns = range(len(cases.subsets)) if kind == "members" else [0]
    draws = DRAWS if kind == "members" else count
    found = [score_case(mixed, basis, cases, row, column, draws=draws) for row in rows for column in columns]
    return _Mixture(count, MethodScores(f"{count} {kind}", [found]))


def _means(scores: MethodScores) -> dict[str, Any]:
    found = {}
    for subset in COMPARED:
        values = values_of(scores, subset, "mean_mm")
        if values:
            rows = [s for rows in scores.of(subset).values() for s in rows]
            found[subset] = {
                "mean_mm": float(np.mean(list(values.values()))),
                "coverage": raw_surface_coverage(scores, subset),
                "seconds": float(np.median([s.seconds for s in rows])),
                "refused": scores.refused(subset),
            }
    return found


def _members(members: Sequence[_Mixture]) -> Table:
    rows = []
    for subset in COMPARED:
        base = values_of(members[0].scores, subset, "mean_mm")
        for m in members:
            values = _means(m.scores)[subset]
            c = change(base, values_of(m.scores, subset, "mean_mm"), "mean_mm")
            cell = "-" if m is members[0] else change_cell(c, 3)
            rows.append([subset, str(m.value), f"{values['mean_mm']:.3f}", cell, f"{values['coverage']:.2f}"])
    columns = ("planes", "members", "mean distance, mm", "difference from one", "coverage of the draws")
    return Table("Members of the ensemble", columns, rows)


def _draws(draws: Sequence[_Mixture]) -> Table:
    rows = []
    for m in draws:
        values = _means(m.scores)["three planes"]
        cover = "-" if values["coverage"] is None else f"{values['coverage']:.2f}"
        rows.append([str(m.value), f"{values['mean_mm']:.3f}", cover, f"{1000 * values['seconds']:.1f}"])
    columns = ("draws", "mean distance, mm", "coverage of the draws", "prediction, ms")
    return Table("Number of draws, one network, three planes", columns, rows)
