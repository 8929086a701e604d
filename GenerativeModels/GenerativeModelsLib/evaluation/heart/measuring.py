"""Real and simulated hearts through the reader of label maps, in local processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.acdc import AcdcPatient
from GenerativeModelsLib.evaluation.data.lv_cap import LvCap, read_lv_cap
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.measure.load import LoadedHeart, heart_from_maps, load_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.process.parallel import process_pool

__all__ = ["ReadHeart", "in_processes", "measure_patient", "measure_person", "measured", "people_in"]


@dataclass(frozen=True, eq=False)
class ReadHeart:
    """A heart as its label maps show it; `loaded` is None where they were refused, and `failure` says why."""

    name: str
    group: str
    loaded: LoadedHeart | None
    failure: str = ""


def measured(name: str, group: str, load) -> ReadHeart:
    """What `load()` gives, a refusal included."""
    try:
        return ReadHeart(name, group, load())
    except InputError as error:
        return ReadHeart(name, group, None, str(error))


def measure_person(job: tuple[str, int]) -> ReadHeart:
    """A row of `lv_cap` in the folder, its meshes as label maps of 1.25 mm."""
    folder, row = job
    cohort = people_in(folder)
    maps = [cohort.person(row, phase).label_map() for phase in ("ed", "es")]
    return measured(f"lv_cap {row}", "real", lambda: heart_from_maps(*maps))


def measure_patient(patient: AcdcPatient) -> ReadHeart:
    """A patient of ACDC from its files."""
    labels = parse_labels("acdc")
    return measured(patient.name, patient.group, lambda: load_hearts(patient.ed, patient.es, labels))


@lru_cache(maxsize=1)
def people_in(folder: str) -> LvCap:
    """The collection in a folder, read once by a process."""
    return read_lv_cap(Path(folder))


def in_processes(work, jobs: Iterable, workers: int, words: str) -> Iterator:
    """`work` of every job, in order, with a bar on stderr."""
    from rich.console import Console
    from rich.progress import track

    jobs = list(jobs)
    bar = {"description": words, "total": len(jobs), "console": Console(stderr=True)}
    if workers <= 1:
        yield from track(map(work, jobs), **bar)
        return
    with process_pool(workers) as pool:
        yield from track(pool.map(work, jobs), **bar)


def rays_of(hearts: list[ReadHeart]) -> RayBatch:
    """(N, 2) shapes of the hearts that were read."""
    return RayBatch.of([heart.loaded.heart for heart in hearts if heart.loaded is not None])


def group_rays(hearts: list[ReadHeart], group: str) -> RayBatch:
    """(N, 2) shapes of the hearts of one group that were read."""
    return rays_of([heart for heart in hearts if heart.group == group])


def names(hearts: list[ReadHeart]) -> np.ndarray:
    """(N,) names of the hearts that were read, in the order of `rays_of`."""
    return np.array([heart.name for heart in hearts if heart.loaded is not None])
