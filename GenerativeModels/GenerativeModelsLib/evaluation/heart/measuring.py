"""Measurement of real and simulated hearts from label maps, in local processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.acdc import AcdcPatient
from GenerativeModelsLib.evaluation.data.lv_cap import LvCap, read_lv_cap
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.measure.load import LoadedHeart, heart_from_maps, load_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.process.parallel import parallel_map

__all__ = ["ReadHeart", "in_processes", "measure_patient", "measure_person", "measured", "people_in"]

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class ReadHeart:
    """A heart measured from its label maps; `loaded` is None if they were refused, for the reason in `failure`."""

    name: str
    group: str
    loaded: LoadedHeart | None
    failure: str = ""


def measured(name: str, group: str, load) -> ReadHeart:
    """Result of `load()`, or its `InputError` as `failure`."""
    try:
        return ReadHeart(name, group, load())
    except InputError as error:
        return ReadHeart(name, group, None, str(error))


def measure_person(job: tuple[str, int]) -> ReadHeart:
    """Measure a row of `lv_cap` in a folder, its meshes as label maps of 1.25 mm."""
    folder, row = job
    cohort = people_in(folder)
    maps = [cohort.person(row, phase).label_map() for phase in ("ed", "es")]
    return measured(f"lv_cap {row}", "real", lambda: heart_from_maps(*maps))


def measure_patient(patient: AcdcPatient) -> ReadHeart:
    """Measure a patient of ACDC."""
    labels = parse_labels("acdc")
    return measured(patient.name, patient.group, lambda: load_hearts(patient.ed, patient.es, labels))


@lru_cache(maxsize=1)
def people_in(folder: str) -> LvCap:
    """The collection in a folder, read once per process."""
    return read_lv_cap(Path(folder))


def in_processes(work: Callable[[Job], Result], jobs: Iterable[Job], workers: int, words: str) -> list[Result]:
    """`parallel_map` with a progress bar labelled `words`."""
    with bar(words) as progress:
        return parallel_map(work, jobs, workers, progress=progress)


def rays_of(hearts: list[ReadHeart]) -> RayBatch:
    """(N, 2) shapes of the hearts that were read."""
    return RayBatch.of([heart.loaded.heart for heart in hearts if heart.loaded is not None])


def group_rays(hearts: list[ReadHeart], group: str) -> RayBatch:
    """(N, 2) shapes of the hearts of one group that were read."""
    return rays_of([heart for heart in hearts if heart.group == group])


def names(hearts: list[ReadHeart]) -> np.ndarray:
    """(N,) names of the hearts that were read, in the order of `rays_of`."""
    return np.array([heart.name for heart in hearts if heart.loaded is not None])
