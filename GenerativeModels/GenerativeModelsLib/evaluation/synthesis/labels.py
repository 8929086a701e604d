"""Benchmark of hearts in between: whether volumes and mass change evenly, and whether every map keeps to the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.acdc import read_acdc
from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.evaluation.data.test_hearts import TEST_SET, simulated_heart
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.heart.infer.apex import completed
from GenerativeModelsLib.heart.infer.measured import rays_of
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.heart.measure.load import heart_from_maps
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.synthesis.labels.accept import volumes
from GenerativeModelsLib.synthesis.labels.from_latent import RIGHT_DRAWS, maps_of_way
from GenerativeModelsLib.synthesis.labels.labelling import Labelling
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest
from GenerativeModelsLib.synthesis.labels.subject import read_subject
from GenerativeModelsLib.synthesis.labels.ways import between

__all__ = ["MEASURES", "WayScore", "is_monotone", "run", "score_way"]

MEASURES = ("edv_ml", "esv_ml", "myocardial_mass_g")
STEPS = 7
GRID = "stack 1.5 x 1.5 x 8 mm"
SLACK = 0.005
"""Step back of a count of voxels that is still even, as a share of the larger end: the error of counting is 0.3 %."""
SIMULATED, REAL = "simulated", "ACDC"


@dataclass(frozen=True)
class WayScore:
    """What was found along one way.

    Attributes
    ----------
    population, pair
        `SIMULATED` or `REAL`, and the names of the two hearts.
    even_shapes, even_voxels, even_voxels_slack
        Whether all of `MEASURES` are monotone: of the surfaces, of the voxels, and of the voxels but for `SLACK`.
    passed
        For each heart of the way whether its maps keep to all rules with the first right ventricle.
    accepted
        Whether one of `RIGHT_DRAWS` right ventricles makes all hearts keep to them, so that the command succeeds.
    broken
        Names of the rules that were broken with the first one.
    refused
        Why a heart could not be read; "" if it was.
    """

    population: str
    pair: tuple[str, str]
    even_shapes: bool = False
    even_voxels: bool = False
    even_voxels_slack: bool = False
    passed: tuple[bool, ...] = ()
    accepted: bool = False
    broken: tuple[str, ...] = ()
    refused: str = ""


def is_monotone(values: Sequence[float], slack: float = 0.0) -> bool:
    """Whether values never step back between the first and the last, by more than a share of the larger one."""
    found = np.asarray(values, float)
    steps = np.diff(found) * (1 if found[-1] >= found[0] else -1)
    return bool((steps >= -slack * max(abs(found[0]), abs(found[-1])) - 1e-6).all())


def score_way(
    model: HeartModel,
    population: str,
    pair: tuple[str, str],
    first: list[np.ndarray],
    last: list[np.ndarray],
    seed: int,
) -> WayScore:
    """Score the hearts in between two, given by the means of their levels (1, d_l)."""
    labelling = Labelling.of(LabelsRequest(between=(Path("first"), Path("last")), steps=STEPS, seed=seed))
    way = between(model, first, last, STEPS)
    made, placed = maps_of_way(labelling, way, 0)
    accepted = all(not found.broken for _, found in made)
    for attempt in range(1, RIGHT_DRAWS):
        if accepted:
            break
        accepted = all(not found.broken for _, found in maps_of_way(labelling, way, attempt)[0])
    counted = [volumes(heart.ed, heart.es, placed.grid) for heart, _ in made]
    shapes = [heart.about["shape"] for heart, _ in made]

    def even(records: Sequence[dict[str, Any]], slack: float = 0.0) -> bool:
        return all(is_monotone([record[name] for record in records], slack) for name in MEASURES)

    return WayScore(
        population,
        pair,
        even(shapes),
        even(counted),
        even(counted, SLACK),
        tuple(not found.broken for _, found in made),
        accepted,
        tuple(sorted({name for _, found in made for name in found.broken})),
    )


@dataclass(frozen=True)
class _Job:
    bundle: Path
    population: str
    number: int
    seed: int
    files: tuple[Path, ...] = ()


def _scored(job: _Job) -> WayScore:
    model = load_heart_model(job.bundle)
    try:
        if job.files:
            pair = tuple(read_subject(file, "between", "acdc", model) for file in job.files)
            names, levels = tuple(one.name for one in pair), [one.levels for one in pair]
        else:
            cases = [simulated_heart(TEST_SET + job.seed, 2 * job.number + k, GRID) for k in (0, 1)]
            names = tuple(case.name for case in cases)
            loaded = [completed(heart_from_maps(*case.maps.values()), model) for case in cases]
            levels = [list(model.place(rays_of(one)).levels) for one in loaded]
    except InputError as error:
        return WayScore(job.population, tuple(file.name for file in job.files) or ("", ""), refused=str(error))
    return score_way(model, job.population, names, *levels, job.seed)


def run(bundle: Path, data: Path, cases: int, seed: int, workers: int) -> Report:
    """Ways between held-out simulated hearts, healthy to hypertrophic, and between patients of ACDC if it is there.

    Parameters
    ----------
    cases
        Number of simulated pairs; of ACDC each patient is in one pair, with one of another diagnosis.
    """
    jobs = [_Job(bundle, SIMULATED, number, seed) for number in range(cases)]
    try:
        patients = read_acdc(data_set(data, "acdc_labels"))
    except InputError:
        patients = []
    by_group = sorted(patients, key=lambda patient: (patient.group, patient.name))
    half = len(by_group) // 2
    jobs += [
        _Job(bundle, REAL, number, seed, (one.ed, other.ed))
        for number, (one, other) in enumerate(zip(by_group[:half], by_group[half:]))
    ]
    scores = parallel_map(_scored, jobs, workers, threads=1)
    populations = [name for name in (SIMULATED, REAL) if any(score.population == name for score in scores)]
    found = {name: [score for score in scores if score.population == name] for name in populations}
    rows = [_row(name, some) for name, some in found.items()]
    notes = [
        f"Ways of {STEPS} hearts, both ends included, on stacks of 1.5 x 1.5 x 8 mm; seed {seed}. Even: EDV, ESV and "
        f"mass never step back; of voxels also with {100 * SLACK:g} % of slack. Maps: ED and ES of a heart with the "
        f"first right ventricle. Accepted: with one of {RIGHT_DRAWS}. In brackets 95 % intervals (Clopper, Pearson).",
    ]
    notes += [f"{score.population}: {score.refused}" for score in scores if score.refused]
    if REAL not in populations:
        notes.append("ACDC is not there: real hearts were left out.")
    columns = ("hearts", "ways", "even shapes", "even voxels", "even voxels, slack", "maps that pass", "ways accepted")
    figures = {"steps": STEPS, "seed": seed, "ways": [vars(score) for score in scores]}
    return Report([Table("Hearts in between", columns, rows, notes)], figures)


def _row(name: str, scores: list[WayScore]) -> list[str]:
    read = [score for score in scores if not score.refused]
    maps = [passed for score in read for passed in score.passed]
    shares = [[getattr(score, part) for score in read] for part in ("even_shapes", "even_voxels", "even_voxels_slack")]
    return [name, str(len(read)), *(_share(values) for values in (*shares, maps, [score.accepted for score in read]))]


def _share(values: Sequence[bool]) -> str:
    if not values:
        return "-"
    interval = binomtest(sum(values), len(values)).proportion_ci()
    return f"{100 * np.mean(values):.1f} % ({100 * interval.low:.0f} to {100 * interval.high:.0f})"
