"""Banks of simulated hearts: shards on disk, one per seed, and the hearts that they hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

__all__ = ["LabelledHearts", "clear_cases", "heart_shard_path", "read_heart_shards"]

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
    """File of a shard in the folder of a bank."""
    return Path(folder) / f"hearts-{seed:06d}.npz"


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
