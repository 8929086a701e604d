"""Bank of simulated cases on disk, which are augmented at every reading.

A shard is one `.npz` file of `CASES_PER_SHARD` cases, determined by its seed. A bank can be continued after a stop.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.skull.population.heads import VARIANTS, sample_head
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.skull.ultrasound.simulate import PLANES, simulate_negative, simulate_plane
from GenerativeModelsLib.training.shared.config_parts import BankConfig
from GenerativeModelsLib.training.shared.whole_file import whole_file

CASES_PER_SHARD = 100
NEGATIVES_PER_SHARD = 40
PICTURE_SIZE = (192, 288)
VERSION = 2
"""Of population and simulator: raised with every change of what a seed gives."""


@dataclass(frozen=True)
class Shard:
    """`n` cases of three planes each.

    Attributes
    ----------
    images : (n, 3, H, W) uint8.
    spacing : (n, 3, 2) row, column in mm.
    frames : (n, 3, 3, 3) origin (mm), u and v axis of each picture in the head frame.
    outline : (n, 3, 128, 2) true outline of the head in each picture, right and down in mm.
    log_radius : (n, 65, 128) tables of the heads.
    hc_mm, weeks : (n,).
    variant : (n,) index into VARIANTS.
    negatives : (m, H, W) uint8 pictures without a head.
    """

    images: np.ndarray
    spacing: np.ndarray
    frames: np.ndarray
    outline: np.ndarray
    log_radius: np.ndarray
    hc_mm: np.ndarray
    weeks: np.ndarray
    variant: np.ndarray
    negatives: np.ndarray

    @staticmethod
    def load(path: Path) -> Shard:
        """Read a shard.

        Raises
        ------
        InputError
            The file was written by another version of the simulator.
        """
        with np.load(path) as z:
            if "version" not in z or int(z["version"]) != VERSION:
                raise InputError(
                    f"{path} was simulated by another version of this software: delete the folder or name another bank."
                )
            return Shard(**{k: z[k] for k in Shard.__dataclass_fields__})

    def save(self, path: Path) -> None:
        np.savez(path, version=VERSION, **vars(self))

    def head(self, i: int) -> HeadShape:
        return HeadShape(self.log_radius[i])


class OpenShards:
    """Shards of a bank, each read when it is first drawn and kept.

    Parameters
    ----------
    files
        Of the shards.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        self.read: dict[Path, Shard] = {}

    def draw(self, rng: np.random.Generator) -> Shard:
        """A random shard."""
        path = self.files[rng.integers(len(self.files))]
        if path not in self.read:
            self.read[path] = Shard.load(path)
        return self.read[path]


def simulate_shard(seed: int, cases: int = CASES_PER_SHARD, negatives: int = NEGATIVES_PER_SHARD) -> Shard:
    """Simulate one shard; the same seed gives bit-identical results."""
    rng = np.random.default_rng([20261120, seed])
    columns: dict[str, list] = {name: [] for name in Shard.__dataclass_fields__}
    for _ in range(cases):
        head = sample_head(rng)
        planes = [simulate_plane(head.shape, plane, rng, size=PICTURE_SIZE) for plane in PLANES]
        columns["images"].append([p.image for p in planes])
        columns["spacing"].append([p.spacing_mm for p in planes])
        columns["frames"].append([[p.pose.origin_mm, p.pose.u_axis, p.pose.v_axis] for p in planes])
        columns["outline"].append([p.outline_mm for p in planes])
        columns["log_radius"].append(head.shape.log_radius)
        columns["hc_mm"].append(head.hc_mm)
        columns["weeks"].append(head.gestational_age_weeks)
        columns["variant"].append(VARIANTS.index(head.variant))
    columns["negatives"] = [simulate_negative(rng, PICTURE_SIZE) for _ in range(negatives)]
    types = {"images": np.uint8, "negatives": np.uint8, "variant": np.int16}
    return Shard(**{k: np.asarray(v, types.get(k, np.float32)) for k, v in columns.items()})


def shard_path(folder: Path, seed: int) -> Path:
    return Path(folder) / f"shard-{seed:06d}.npz"


def write_shard(folder: Path, seed: int) -> Path:
    """Simulate and write the shard of a seed, unless it exists; returns its path."""
    path = shard_path(folder, seed)
    if not path.exists():
        with whole_file(path) as part:
            simulate_shard(seed).save(part)
    return path


def fill_bank(folder: Path, seeds: Iterable[int], workers: int = 1, progress: Progress | None = None) -> None:
    """Write the shards of `seeds`, in order, with `workers` processes."""
    parallel_map(partial(write_shard, folder), seeds, workers, progress=progress)


def bank_files(bank: BankConfig) -> tuple[list[Path], list[Path]]:
    """Files of the training and of the validation shards of a bank, whether or not they exist."""
    return tuple([shard_path(bank.folder, seed) for seed in seeds] for seeds in (bank.seeds, bank.validation_seeds))


def filled_bank(bank: BankConfig, progress: Progress | None = None) -> tuple[list[Path], list[Path]]:
    """`bank_files`, all written before they are returned.

    The training set is the same on fast and slow machines. Existing shards are kept, so that a stopped run goes on.
    """
    fill_bank(bank.folder, [*bank.seeds, *bank.validation_seeds], bank.processes, progress)
    return bank_files(bank)


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulate cases for training into a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100, help=f"shards, of {CASES_PER_SHARD} cases each")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    fill_bank(options.folder, range(options.first, options.first + options.count), options.workers)


if __name__ == "__main__":
    main()
