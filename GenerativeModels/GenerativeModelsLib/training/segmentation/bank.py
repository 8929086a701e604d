"""Bank of simulated label sequences on disk, one shard per seed, made once by several processes and read by every
training."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence
from GenerativeModelsLib.segmentation.population.sequences import simulated_cycles
from GenerativeModelsLib.training.segmentation.config import LabelTrainingConfig
from GenerativeModelsLib.training.shared.whole_file import whole_file

__all__ = ["VERSION", "Simulation", "fill_label_bank", "label_shard_path", "read_label_shards", "write_label_shard"]

VERSION = 1
"""Of the population: raised with every change of what a seed gives."""


@dataclass(frozen=True)
class Simulation:
    """What is simulated: arguments of `simulated_cycles`, beside the seed."""

    view: str
    hearts: int
    frames: int
    grid: int
    pixel_mm: float

    @classmethod
    def of(cls, config: LabelTrainingConfig) -> Simulation:
        return cls(config.view, config.hearts_per_shard, config.frames, config.grid, config.pixel_mm)

    @property
    def digest(self) -> str:
        """Of these arguments and of the version of the population; every shard stores it."""
        text = json.dumps({"version": VERSION, **asdict(self)}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def label_shard_path(folder: Path, view: str, seed: int) -> Path:
    return Path(folder) / f"{view}-{seed:06d}.npz"


def write_label_shard(seed: int, folder: Path, simulation: Simulation) -> Path:
    """Write the sequences of a seed, completely or not at all, unless the shard exists; returns its path.

    A shard contains the fields of its sequences, stacked: values (S, frames, rows, columns), known (S, frames, 5),
    pixel_mm (S, 2), role and subject (S,); and the digest of the simulation.
    """
    path = label_shard_path(folder, simulation.view, seed)
    if path.exists():
        return path
    arguments = asdict(simulation)
    sequences = list(simulated_cycles(seed=seed, **arguments))
    with whole_file(path) as part:
        np.savez_compressed(
            part,
            digest=simulation.digest,
            view=simulation.view,
            values=np.stack([s.values for s in sequences]),
            known=np.stack([s.known for s in sequences]),
            pixel_mm=np.stack([s.pixel_mm for s in sequences]),
            role=np.array([s.role for s in sequences]),
            subject=np.array([s.subject for s in sequences]),
        )
    return path


def read_label_shards(paths: Iterable[Path], simulation: Simulation) -> list[LabelSequence]:
    """The sequences of shards.

    Raises
    ------
    InputError
        A shard was made by another version of the population, or with other arguments.
    """
    found = []
    for path in paths:
        with np.load(path) as data:
            if "digest" not in data or str(data["digest"]) != simulation.digest:
                raise InputError(
                    f"{path} was simulated by another version of this software, or with another grid, pixel size or "
                    "number of hearts or frames: delete the folder or name another bank."
                )
            fields = (data["values"], data["pixel_mm"], data["role"], data["known"], data["subject"])
        found += [
            LabelSequence(values, pixel_mm, simulation.view, str(role), known, str(subject))
            for values, pixel_mm, role, known, subject in zip(*fields, strict=True)
        ]
    return found


def fill_label_bank(
    config: LabelTrainingConfig, seeds: Sequence[int], progress: Progress | None = None
) -> list[LabelSequence]:
    """The sequences of `seeds`; shards that are not there yet are made by the bank's workers.

    A bank that was stopped goes on with the shards that are missing. Raises as `read_label_shards`.
    """
    folder, simulation = config.bank.folder, Simulation.of(config)
    missing = [seed for seed in seeds if not label_shard_path(folder, simulation.view, seed).exists()]
    work = partial(write_label_shard, folder=folder, simulation=simulation)
    parallel_map(work, missing, config.bank.processes, threads=1, progress=progress)
    return read_label_shards([label_shard_path(folder, simulation.view, seed) for seed in seeds], simulation)
