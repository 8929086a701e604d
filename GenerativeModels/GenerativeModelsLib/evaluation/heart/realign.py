"""Benchmark of `heart analyse --realign`: simulated hearts with known shifts, and real stacks of ACDC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.acdc import AcdcPatient, read_acdc
from GenerativeModelsLib.evaluation.data.shifted_hearts import labelled_slices, shifted_heart, with_shifts
from GenerativeModelsLib.evaluation.data.test_hearts import TEST_SET
from GenerativeModelsLib.evaluation.heart.accuracy import against_truth, true_shape
from GenerativeModelsLib.evaluation.heart.measuring import in_processes
from GenerativeModelsLib.evaluation.heart.moved_by_repair import moved_by_repair
from GenerativeModelsLib.evaluation.heart.realign_scores import RealScores, SimulatedScores
from GenerativeModelsLib.evaluation.heart.realign_tables import real_table, simulated_table
from GenerativeModelsLib.evaluation.heart.run import Models, loaded_models
from GenerativeModelsLib.evaluation.scores.tables import Report
from GenerativeModelsLib.geometry.smooth_curve import off_parabola
from GenerativeModelsLib.heart.infer.model import HeartModel
from GenerativeModelsLib.heart.labels.label_map import LabelMap, parse_labels
from GenerativeModelsLib.heart.labels.read import read_label_map
from GenerativeModelsLib.heart.measure.load import LoadedHeart, heart_from_maps
from GenerativeModelsLib.heart.realign.centres import off_curve
from GenerativeModelsLib.heart.realign.realign import realigned
from GenerativeModelsLib.heart.realign.slices import shared_slices
from GenerativeModelsLib.heart.shape.surfaces import heart_surface, thickness_figures

__all__ = ["SHIFTS_MM", "RealCase", "SimulatedCase", "measure_real", "measure_simulated", "run"]

SHIFTS_MM = (0.0, 1.0, 2.0, 3.0)
"""Standard deviations of the simulated shifts along each axis; 0 shows what is found where there is nothing."""
ADDED_MM = 2.0
"""Standard deviation of the shifts added to real stacks, then rounded to whole pixels."""
LEAST_RIGHT = 6
"""Smallest number of slices with a right ventricle whose centres are held against a parabola."""
PHASES = ("ed", "es")


@dataclass(frozen=True)
class SimulatedCase:
    """Heart `index` of the held-out set of a seed, with shifts of a standard deviation along each axis."""

    bundle: Path
    seed: int
    index: int
    shift_mm: float


@dataclass(frozen=True)
class RealCase:
    """A patient, its number and the seed of the shifts to add."""

    bundle: Path
    seed: int
    number: int
    patient: AcdcPatient


def run(bundle: Path, data: Path, cases: int, seed: int, workers: int) -> Report:
    """Evaluate `cases` simulated hearts for each of `SHIFTS_MM`, and all patients of ACDC in `data`."""
    jobs = [SimulatedCase(bundle, TEST_SET + seed, index, size) for size in SHIFTS_MM for index in range(cases)]
    patients = [RealCase(bundle, seed, number, patient) for number, patient in enumerate(read_acdc(data))]
    simulated = [score for scores in in_processes(measure_simulated, jobs, workers, "hearts") for score in scores]
    outcomes = in_processes(measure_real, patients, workers, "patients")
    real = [found for found in outcomes if isinstance(found, RealScores)]
    refused = {job.patient.name: found for job, found in zip(patients, outcomes) if isinstance(found, str)}
    figures = {
        "seed": TEST_SET + seed,
        "simulated": [asdict(score) for score in simulated],
        "real": [asdict(score) for score in real],
        "refused": refused,
    }
    tables = [simulated_table(simulated, TEST_SET + seed), real_table(real, refused, seed, ADDED_MM)]
    return Report(tables, figures)


def measure_simulated(job: SimulatedCase) -> list[SimulatedScores]:
    """A heart measured in each of the `realign_tables.WAYS`; none if its shifted slices cannot be measured."""
    case, model = shifted_heart(job.seed, job.index, job.shift_mm), _model(job.bundle)
    slices = shared_slices(case.maps)
    by_centres, by_repair = -off_curve(case.maps, slices), moved_by_repair(case.maps)
    ways: dict[str, Callable[[], LoadedHeart]] = {
        "as it is": lambda: heart_from_maps(*case.maps.values()),
        "curve": lambda: heart_from_maps(*(replace(m, moved_mm=by_centres) for m in case.maps.values())),
        "repair": lambda: heart_from_maps(*(replace(m, moved_mm=by_repair) for m in case.maps.values())),
        "realign": lambda: realigned(heart_from_maps(*case.maps.values()), model),
    }
    try:
        found = {way: measure() for way, measure in ways.items()}
    except InputError:
        return []
    there = labelled_slices(case.maps)
    truth = {p: true_shape(getattr(case.heart, p), case.pose) for p in PHASES}
    walls = {p: thickness_figures(heart_surface(getattr(case.heart, p))) for p in PHASES}
    scores = []
    for way, loaded in found.items():
        moved = _move_of(loaded)
        rest = (case.shift_mm + moved)[there]
        agreements = {p: against_truth(one.ventricle, one.frame, truth[p]) for p, one in loaded.phases.items()}
        own = {p: thickness_figures(heart_surface(one.ventricle)) for p, one in loaded.phases.items()}
        volumes = {p: 100 * (getattr(loaded.heart, p).cavity_ml / getattr(case.heart, p).cavity_ml - 1) for p in PHASES}
        scores.append(
            SimulatedScores(
                case.name,
                job.shift_mm,
                way,
                _rms(rest - rest.mean(axis=0)),
                {p: agreements[p].dice for p in PHASES},
                {p: agreements[p].mean_distance_mm for p in PHASES},
                {p: own[p].mean - walls[p].mean for p in PHASES},
                {p: own[p].p95 - walls[p].p95 for p in PHASES},
                volumes,
                loaded.heart.ejection_fraction_percent - case.heart.ejection_fraction_percent,
            )
        )
    return scores


def measure_real(job: RealCase) -> RealScores | str:
    """A patient realigned, as recorded and with shifts added; the sentence if the stack is refused."""
    model, labels = _model(job.bundle), parse_labels("acdc")
    try:
        maps = {p: read_label_map(getattr(job.patient, p), labels, p) for p in PHASES}
        slices = shared_slices(maps)
        own = realigned(heart_from_maps(*maps.values()), model)
        rng = np.random.default_rng([job.seed, job.number])
        plane_mm = maps["ed"].spacing_mm[maps["ed"].plane_columns]
        pixels = np.rint(rng.normal(0, ADDED_MM, (slices.count, 2)) / plane_mm).astype(int)
        shifted = {p: with_shifts(m, pixels[slices.of(p, m.slices)]) for p, m in maps.items()}
        again = realigned(heart_from_maps(*shifted.values()), model)
    except InputError as error:
        return str(error)
    both = sorted({s.slice for s in own.shifts} & {s.slice for s in again.shifts})
    first, second = ({s.slice: np.array(s.applied_mm) for s in some.shifts} for some in (own, again))
    added = np.array([pixels[k - slices.first] * plane_mm for k in both])
    added -= added.mean(axis=0)
    change = np.array([first[k] - second[k] for k in both])
    rest = added - (change - change.mean(axis=0))
    return RealScores(
        job.patient.name,
        job.patient.group,
        _rms(np.array(list(first.values()))),
        _right_off(maps),
        _right_off({p: phase.label_map for p, phase in own.phases.items()}),
        _rms(added),
        _rms(rest),
        float((change * added).sum() / (added**2).sum()),
    )


def _model(bundle: Path) -> HeartModel:
    return loaded_models(Models(bundle, None))["lvae"]


def _move_of(loaded: LoadedHeart) -> np.ndarray:
    """(slices, 2) by how much the slices of end diastole are moved."""
    label_map = loaded.ed.label_map
    return np.zeros((label_map.slices, 2)) if label_map.moved_mm is None else label_map.moved_mm


def _right_off(maps: dict[str, LabelMap]) -> float:
    off = []
    for label_map in maps.values():
        planes = np.moveaxis(label_map.mask("rv"), 2 - label_map.slice_column, 0)
        at = np.flatnonzero(planes.any(axis=(1, 2)))
        if len(at) >= LEAST_RIGHT:
            plane_mm = label_map.spacing_mm[label_map.plane_columns]
            centres = np.array([np.argwhere(planes[k]).mean(axis=0) for k in at]) * plane_mm
            moved = 0.0 if label_map.moved_mm is None else label_map.moved_mm[at]
            off.append(off_parabola(at, centres + moved))
    return _rms(np.concatenate(off)) if off else float("nan")


def _rms(values: np.ndarray | Sequence) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
