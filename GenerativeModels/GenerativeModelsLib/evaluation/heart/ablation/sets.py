"""The hearts of the comparison: simulated ones, people and patients, as they are and with the errors of label maps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from GenerativeModelsLib.evaluation.data.acdc import read_acdc
from GenerativeModelsLib.evaluation.data.lv_cap import read_lv_cap
from GenerativeModelsLib.evaluation.heart.measuring import ReadHeart, in_processes, measure_patient, measure_person
from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.population.simulate import observed_hearts, simulated_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

__all__ = [
    "ABLATION_SET",
    "DIAGNOSED_SET",
    "HeartSet",
    "HeartSets",
    "diagnosed_set",
    "heart_sets",
    "patients_set",
    "people_set",
    "simulated_set",
    "with_errors",
]

ABLATION_SET, DIAGNOSED_SET = 7_300_000, 7_350_000
"""Seeds of the simulated hearts, for shapes and for hypertrophy; training and the other benchmarks use others."""
DIAGNOSED = 5
"""Simulated hearts for hypertrophy for each one for shapes: their scores cost little."""


@dataclass(frozen=True, eq=False)
class HeartSet:
    """Hearts (N, 2) as a model sees them and as they are, in one heart frame.

    Attributes
    ----------
    name : of the set, for tables.
    seen, truth : of patients the truth is not known and is what was read.
    group : (N,) str, class or diagnosis.
    noisy : whether `seen` has errors that `truth` has not.
    refused : reasons by name of hearts that were not read.
    """

    name: str
    seen: RayBatch
    truth: RayBatch
    group: np.ndarray
    noisy: bool = False
    refused: dict[str, str] | None = None

    def __len__(self) -> int:
        return len(self.group)


class HeartSets(NamedTuple):
    """Sets for the comparison of shapes; the noisy ones hold the hearts of the set before them."""

    simulated: HeartSet
    simulated_noisy: HeartSet
    people: HeartSet
    people_noisy: HeartSet
    patients: HeartSet


def simulated_set(cases: int, seed: int) -> HeartSet:
    """`cases` hearts drawn with a seed, half of them of each class, as they are."""
    half = max(cases // 2, 1)
    rays = RayBatch.joined([simulated_hearts(half, seed, name) for name in CLASSES])
    return HeartSet("simulated", rays, rays, np.repeat(CLASSES, half))


def people_set(data: Path, cases: int, workers: int) -> HeartSet:
    """`cases` people of lv_cap, read from label maps of 1.25 mm."""
    rows = read_lv_cap(data).sample(cases)
    return _read(
        "people (lv_cap)", in_processes(measure_person, [(str(data), int(r)) for r in rows], workers, "people")
    )


def patients_set(data: Path, workers: int) -> HeartSet:
    """The patients of ACDC, read from their stacks."""
    return _read("patients (ACDC)", in_processes(measure_patient, read_acdc(data), workers, "patients"))


def with_errors(hearts: HeartSet, seed: int) -> HeartSet:
    """The same hearts with the errors of label maps, as `heart.population.label_errors` draws them."""
    seen = observed_hearts(np.random.default_rng([ABLATION_SET, seed]), hearts.truth)
    return HeartSet(f"{hearts.name}, label errors", seen, hearts.truth, hearts.group, noisy=True)


def heart_sets(data: Path, cases: int, seed: int, workers: int) -> HeartSets:
    """`cases` simulated hearts and half as many people, as they are and with errors, and the patients."""
    simulated, people = simulated_set(cases, ABLATION_SET + seed), people_set(data, max(cases // 2, 1), workers)
    noisy = [with_errors(hearts, seed) for hearts in (simulated, people)]
    return HeartSets(simulated, noisy[0], people, noisy[1], patients_set(data, workers))


def diagnosed_set(cases: int, seed: int) -> HeartSet:
    """`DIAGNOSED` times `cases` simulated hearts with the errors of label maps, for hypertrophy."""
    return with_errors(simulated_set(DIAGNOSED * cases, DIAGNOSED_SET + seed), seed)


def _read(name: str, hearts: list[ReadHeart]) -> HeartSet:
    read = [heart for heart in hearts if heart.loaded is not None]
    rays = RayBatch.of([heart.loaded.heart for heart in read])
    refused = {heart.name: heart.failure for heart in hearts if heart.loaded is None}
    return HeartSet(name, rays, rays, np.array([heart.group for heart in read]), refused=refused)
