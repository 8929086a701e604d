"""Evaluation of simulated hearts, people and patients in local processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.acdc import AcdcPatient
from GenerativeModelsLib.evaluation.data.lv_cap import Person
from GenerativeModelsLib.evaluation.data.test_hearts import SimulatedHeart, simulated_heart
from GenerativeModelsLib.evaluation.heart.accuracy import TrueShape, true_shape
from GenerativeModelsLib.evaluation.heart.measuring import in_processes, people_in
from GenerativeModelsLib.evaluation.heart.records import PHASES, HeartRecord, Volumes, heart_record
from GenerativeModelsLib.heart.labels.label_map import LabelMap, parse_labels
from GenerativeModelsLib.heart.measure.load import heart_from_maps, load_hearts

if TYPE_CHECKING:
    from GenerativeModelsLib.evaluation.heart.baseline import HeartBaseline
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["Models", "evaluate_patients", "evaluate_people", "evaluate_simulated", "loaded_models"]

ROOM_MM = 8.0


class Models(NamedTuple):
    """Models to evaluate: a bundle, and the training weights with the baseline VAE, if any."""

    bundle: Path
    baseline: Path | None = None


class _Job(NamedTuple):
    models: Models
    what: tuple


def evaluate_simulated(models: Models, set_seed: int, cases: int, grid: str, workers: int) -> list[HeartRecord]:
    """Evaluate hearts 0 to `cases` - 1 of a held-out set, from label maps on one kind of grid."""
    return _records(_simulated, models, [(set_seed, index, grid) for index in range(cases)], workers, grid)


def evaluate_people(models: Models, folder: Path, rows: Iterable[int], workers: int) -> list[HeartRecord]:
    """Evaluate rows of the `lv_cap` in a folder."""
    return _records(_person, models, [(str(folder), int(row)) for row in rows], workers, "people")


def evaluate_patients(models: Models, patients: Iterable[AcdcPatient], workers: int) -> list[HeartRecord]:
    """Evaluate patients of ACDC, whose true shape is not known."""
    return _records(_patient, models, [(patient,) for patient in patients], workers, "patients")


def _records(work, models: Models, whats: list[tuple], workers: int, words: str) -> list[HeartRecord]:
    return list(in_processes(work, [_Job(models, what) for what in whats], workers, words))


@lru_cache(maxsize=1)
def loaded_models(models: Models) -> Mapping[str, HeartModel | HeartBaseline]:
    """The Ladder VAE as lvae, and the baseline VAE as vae, if there is one."""
    import torch

    from GenerativeModelsLib.heart.infer.model import load_heart_model

    torch.set_num_threads(1)
    found: dict[str, HeartModel | HeartBaseline] = {"lvae": load_heart_model(models.bundle, "cpu")}
    if models.baseline is not None:
        from GenerativeModelsLib.evaluation.heart.baseline import load_heart_baseline

        found["vae"] = load_heart_baseline(models.baseline, found["lvae"])
    return found


def _simulated(job: _Job) -> HeartRecord:
    case: SimulatedHeart = simulated_heart(*job.what)
    try:
        loaded = heart_from_maps(case.maps["ed"], case.maps["es"])
    except InputError as error:
        return HeartRecord(case.name, case.condition, str(error))
    shapes = {p: getattr(case.heart, p) for p in PHASES}
    heights = {p: float(case.poses[p].to_heart(getattr(loaded, p).frame.origin_lps)[2]) for p in PHASES}
    return heart_record(
        case.name,
        case.condition,
        loaded,
        loaded_models(job.models),
        truth={p: true_shape(shapes[p], case.poses[p]) for p in PHASES},
        true_volumes=Volumes.of(shapes["ed"], shapes["es"]),
        base_mm=heights,
    )


def _person(job: _Job) -> HeartRecord:
    folder, row = job.what
    cohort = people_in(folder)
    people = {p: cohort.person(row, p) for p in PHASES}
    maps = {p: people[p].label_map() for p in PHASES}
    name = f"lv_cap {row}"
    try:
        loaded = heart_from_maps(maps["ed"], maps["es"])
    except InputError as error:
        return HeartRecord(name, "real", str(error))
    truth = {p: _person_shape(people[p], maps[p]) for p in PHASES}
    volumes = Volumes(*(float(v) for v in cohort.volumes_ml[row]))
    return heart_record(name, "real", loaded, loaded_models(job.models), truth=truth, true_volumes=volumes)


def _person_shape(person: Person, label_map: LabelMap) -> TrueShape:
    """True shape of a person: voxels with a margin around the ventricle, and the surfaces."""
    found = np.argwhere(label_map.mask("lv") | label_map.mask("myo"))[:, ::-1]
    room = np.ceil(ROOM_MM / label_map.spacing_mm).astype(int)
    box = label_map.window(found.min(0) - room, found.max(0) + 1 + room)
    everywhere = np.ones(box.values.shape, bool)
    return TrueShape(
        box.points_lps(everywhere), box.mask("myo").ravel(), box.mask("lv").ravel(), person.endo, person.epi
    )


def _patient(job: _Job) -> HeartRecord:
    patient: AcdcPatient = job.what[0]
    try:
        loaded = load_hearts(patient.ed, patient.es, parse_labels("acdc"))
    except InputError as error:
        return HeartRecord(patient.name, patient.group, str(error))
    return heart_record(patient.name, patient.group, loaded, loaded_models(job.models), wall=True)
