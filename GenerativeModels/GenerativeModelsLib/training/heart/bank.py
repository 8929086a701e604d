"""Bank of simulated hearts on disk, one shard per seed, made once by several processes and read by every training."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.population.bank import LabelledHearts, clear_cases, heart_shard_path, read_heart_shards
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
