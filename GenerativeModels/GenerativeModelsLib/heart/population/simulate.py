"""Simulated hearts as in label maps: anatomy, a reader's contours, and an estimated heart frame per phase."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.heart.population.contouring import contoured
from GenerativeModelsLib.heart.population.frame_errors import estimated_frames, reframed
from GenerativeModelsLib.heart.population.hearts import CONDITIONS, sample_hearts
from GenerativeModelsLib.heart.population.label_errors import as_observed
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

__all__ = ["observed_hearts", "simulated_hearts"]

BATCH = 250


def simulated_hearts(count: int, seed: int, condition: str = "healthy") -> RayBatch:
    """(count, 2) shapes at end diastole and end systole of one of `hearts.CONDITIONS`; reproducible by `seed`."""
    rays = sample_hearts(count, seed, condition).rays
    rng = np.random.default_rng([seed, CONDITIONS.index(condition), 1])
    parts = []
    for start in range(0, count, BATCH):
        drawn = contoured(rng, rays[start : start + BATCH])
        parts.append(RayBatch.stacked(*(reframed(shapes, estimated_frames(rng, shapes)) for shapes in drawn.phases())))
    return RayBatch.joined(parts)


def observed_hearts(rng: np.random.Generator, hearts: RayBatch) -> RayBatch:
    """The hearts (N, T) with the errors of a label map at each phase; absent phases stay absent."""
    return RayBatch.stacked(*(as_observed(rng, shapes) for shapes in hearts.phases()))
