"""What every training on the simulated population reads: readings of pictures, drawn heads and real pictures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from torch import Tensor

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import training_pictures
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.whole_file import whole_file
from GenerativeModelsLib.training.skull.bank import fill_bank, write_shard
from GenerativeModelsLib.training.skull.cohort import OwnReadings
from GenerativeModelsLib.training.skull.config import PopulationTrainingConfig
from GenerativeModelsLib.training.skull.data import FixedBatches, SkullData
from GenerativeModelsLib.training.skull.derived import readings_folder, shapes_folder
from GenerativeModelsLib.training.skull.durations import DRAWING, READING, SIMULATION
from GenerativeModelsLib.training.skull.field_basis import load_basis, mirror_matrix
from GenerativeModelsLib.training.skull.readings import Readings, RealReadings, load_reader, read_file, read_real
from GenerativeModelsLib.training.skull.shapes import Shapes, fill_shapes

__all__ = ["Sources", "bank_readings", "drawn_shapes", "read_sources", "require_reader"]

SHAPES_SEED = 0
"""Seed of the first file of drawn heads."""


@dataclass(frozen=True)
class Sources:
    """Inputs of a training on the simulated population.

    Attributes
    ----------
    basis : decoder of the coefficients.
    mirror : (K, K), see `field_basis.mirror_matrix`.
    readings, held_out : of the training and of the validation shards.
    shapes : heads without pictures; None if the training has none.
    real : readings of real axial pictures; None if there are none.
    """

    basis: LowRankField
    mirror: Tensor
    readings: Readings
    held_out: Readings
    shapes: Shapes | None
    real: RealReadings | None

    def data(self, batch_size: int, seed: int, own: OwnReadings | None = None, own_size: int = 0) -> SkullData:
        """Training batches: a quarter as many real pictures as known heads, if there are any."""
        real_size = batch_size // 4 if self.real is not None and len(self.real) else 0
        return SkullData(self.readings, self.shapes, self.real, self.mirror, batch_size, real_size, seed, own, own_size)

    def validation(self) -> FixedBatches:
        """The held-out readings in order."""
        data = SkullData(self.held_out, None, None, self.mirror, 64, 0, 0)
        return FixedBatches(data, min(64, len(data.readings)))


def require_reader(config: PopulationTrainingConfig) -> None:
    """Refuse a config whose locator or plane reader does not exist.

    Raises
    ------
    InputError
        Naming the field, the folder and the missing file.
    """
    for field, file in (("locator", "locator.safetensors"), ("reader", "reader.safetensors")):
        folder = getattr(config, field)
        if folder is None or not (folder / file).is_file():
            raise InputError(f"{field}: {folder} holds no {file}: train it first, make train-skull trains all.")


def read_sources(
    config: PopulationTrainingConfig, basis: Path, stages: Stages, own_pictures: RealReadings | None = None
) -> Sources:
    """Simulate, read and draw what a training needs, where it does not exist yet.

    Parameters
    ----------
    basis
        File of the decoder of the coefficients.
    own_pictures
        Own real pictures, in addition to those of HC18.
    """
    decoder = load_basis(basis)
    seeds = [*config.bank.seeds, *config.bank.validation_seeds]
    fill_bank(config.bank.folder, seeds, config.bank.processes, stages.stage(SIMULATION))
    readings, held_out = bank_readings(config, basis, stages.stage(READING))
    shapes = drawn_shapes(config, basis, stages.stage(DRAWING))
    real = _real(config, basis, own_pictures)
    return Sources(decoder, mirror_matrix(decoder), readings, held_out, shapes, real)


def bank_readings(
    config: PopulationTrainingConfig, basis: Path, progress: Progress | None = None
) -> tuple[Readings, Readings]:
    """Readings of the training and of the validation shards, complete before a training starts."""
    bank, folder = config.bank, readings_folder(config, basis)
    folder.mkdir(parents=True, exist_ok=True)
    work = partial(_read, bank=bank.folder, output=folder, locator=config.locator, reader=config.reader, basis=basis)
    found = parallel_map(work, [*bank.seeds, *bank.validation_seeds], bank.processes, threads=1, progress=progress)
    parts, training = [Readings.load(path) for path in found], len(bank.seeds)
    return Readings.concatenate(parts[:training]), Readings.concatenate(parts[training:])


def _read(seed: int, bank: Path, output: Path, locator: Path, reader: Path, basis: Path) -> Path:
    return read_file(write_shard(bank, seed), output, locator, reader, basis)


def drawn_shapes(config: PopulationTrainingConfig, basis: Path, progress: Progress | None = None) -> Shapes | None:
    """The heads without pictures of a training, drawn where their files are missing; None if it has none."""
    if not config.shapes:
        return None
    seeds = range(SHAPES_SEED, SHAPES_SEED + config.shapes)
    return Shapes.load(fill_shapes(shapes_folder(config, basis), basis, seeds, config.bank.processes, progress))


def _real(config: PopulationTrainingConfig, basis: Path, own: RealReadings | None) -> RealReadings | None:
    """Readings of real axial pictures: HC18's, and own ones of which the circumference alone is known."""
    parts = [] if own is None else [own]
    if config.hc18:
        parts.append(_read_hc18(config, basis))
    return RealReadings.concatenate([part for part in parts if len(part)]) if any(map(len, parts)) else None


def _read_hc18(config: PopulationTrainingConfig, basis: Path) -> RealReadings:
    """Readings of HC18's training pictures, which lie beside those of the bank once they were read."""
    cases = training_pictures(config.hc18)
    listed = [f"{case.path.name} {case.path.stat().st_size} {case.hc_mm} {case.spacing_mm}" for case in cases]
    digest = hashlib.sha256("\n".join(listed).encode()).hexdigest()[:12]
    path = readings_folder(config, basis) / f"hc18-{digest}.npz"
    if path.is_file():
        return RealReadings.load(path)
    found = read_real(cases, load_reader(config.locator, config.reader))
    with whole_file(path) as part:
        np.savez(part, **vars(found))
    return found
