"""Held-out simulated hearts and their label maps, from seeds that no training uses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from GenerativeModelsLib.evaluation.data.heart_label_maps import GRIDS, Pose, grid_axes, label_map, random_pose
from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.population.contouring import contoured
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import Heart

__all__ = ["TEST_SET", "SimulatedHeart", "simulated_heart"]

TEST_SET = 7_200_000
"""Seed of the held-out hearts; training uses the seeds of its bank, a few hundred from one."""
PHASES = ("ed", "es")
BLOCK = 20
"""Number of hearts of a class that are drawn together."""


@dataclass(frozen=True, eq=False)
class SimulatedHeart:
    """A heart in two poses, one per phase, and its label maps on one kind of grid.

    Attributes
    ----------
    condition : one of `CLASSES`; hearts of even number are healthy.
    heart : true shape, including the variation of readers' contours, which is not an error.
    poses, maps : by phase "ed", "es".
    """

    name: str
    condition: str
    heart: Heart
    poses: dict[str, Pose]
    maps: dict[str, LabelMap]


def simulated_heart(set_seed: int, index: int, grid: str) -> SimulatedHeart:
    """Heart `index` of a held-out set on one of `heart_label_maps.GRIDS`; the same heart on every grid."""
    condition = CLASSES[index % 2]
    block, place = divmod(index // 2, BLOCK)
    heart = _block(set_seed, condition, block).heart(place)
    rng = np.random.default_rng([set_seed, index, sorted(GRIDS).index(grid)])
    spacing = GRIDS[grid]
    pose = random_pose(rng)
    axes = grid_axes(rng, pose, spacing)
    name = f"{condition} {index}"
    # Both phases are acquired in one session, on the same slices; the base moves within them.
    maps = {p: label_map(getattr(heart, p), pose, spacing, axes, rng.random(3), f"{name} {p}") for p in PHASES}
    return SimulatedHeart(name, condition, heart, dict.fromkeys(PHASES, pose), maps)


@lru_cache(maxsize=4)
def _block(set_seed: int, condition: str, block: int) -> RayBatch:
    """Hearts of one class of a held-out set, with readers' contours."""
    rays = sample_hearts(BLOCK, set_seed + block, condition).rays
    return contoured(np.random.default_rng([set_seed, block, CLASSES.index(condition)]), rays)
