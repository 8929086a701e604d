"""Bank of simulated hearts on disk, one shard per seed, made once by several processes and read by every training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.population.simulate import simulated_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.training.shared.whole_file import whole_file

__all__ = [
    "CALIBRATION_FIRST",
    "HEARTS_PER_CLASS",
    "LabelledHearts",
    "clear_cases",
    "heart_shard_path",
    "read_heart_shards",
    "write_heart_shard",
]

HEARTS_PER_CLASS = 250
CALIBRATION_FIRST = 910_000
"""First seed of the hearts for calibration, above all seeds of training and validation."""
LEAST_HCM_MM, MOST_HEALTHY_MM = 14.3, 13.5
"""Limits of `RayBatch.thickest_mm` at end diastole of clear cases, as contoured."""


@dataclass(frozen=True, eq=False)
class LabelledHearts:
    """Hearts for training.

    Attributes
    ----------
    rays : (N, PHASES) shapes, all present; training hides phases itself.
    label : (N,) index of each heart's condition in `CLASSES`.

    Raises
    ------
    ValueError
        A phase of a heart is absent.
    """

    rays: RayBatch
    label: np.ndarray

    def __post_init__(self) -> None:
        if not self.rays.present.all():
            raise ValueError("A heart lacks a phase: training hides phases itself and needs hearts with all of them.")

    def __len__(self) -> int:
        return len(self.label)

    @classmethod
    def joined(cls, parts: list[LabelledHearts]) -> LabelledHearts:
        return cls(
            RayBatch.joined([p.rays for p in parts]),
            np.concatenate([p.label for p in parts]),
        )

    def __getitem__(self, index) -> LabelledHearts:
        return LabelledHearts(self.rays[index], self.label[index])


def heart_shard_path(folder: Path, seed: int) -> Path:
    return Path(folder) / f"hearts-{seed:06d}.npz"


def write_heart_shard(seed: int, folder: Path, per_class: int = HEARTS_PER_CLASS) -> Path:
    """Write `per_class` hearts of each class, completely or not at all, unless the shard exists; returns its path.

    A shard contains `RayBatch.FIELDS` (N, PHASES, ...) in mm and the labels (N,). Every phase of a simulated heart is
    present, so this is not stored.
    """
    path = heart_shard_path(folder, seed)
    if path.exists():
        return path
    rays = RayBatch.joined([simulated_hearts(per_class, seed, name) for name in CLASSES])
    arrays = {name: getattr(rays, name).astype(np.float32) for name in RayBatch.FIELDS}
    with whole_file(path) as part:
        np.savez(part, label=np.repeat(np.arange(len(CLASSES)), per_class), **arrays)
    return path


def clear_cases(hearts: LabelledHearts) -> LabelledHearts:
    """Hearts whose measured wall does not contradict their condition.

    A contour may thin a wall of 15 mm to 13 mm or thicken a healthy one to 14 mm. Such hearts are ambiguous, and a
    classifier trained on them learns properties of the simulation instead of the wall.
    """
    thickest = hearts.rays[:, 0].thickest_mm
    return hearts[np.where(hearts.label == CLASSES.index("hcm"), thickest >= LEAST_HCM_MM, thickest < MOST_HEALTHY_MM)]


def read_heart_shards(paths: list[Path]) -> LabelledHearts:
    """The clear cases of the shards."""
    parts = []
    for path in paths:
        with np.load(path) as data:
            rays = RayBatch(*(data[name] for name in RayBatch.FIELDS))
            parts.append(LabelledHearts(rays, data["label"].astype(np.int64)))
    return clear_cases(LabelledHearts.joined(parts))
