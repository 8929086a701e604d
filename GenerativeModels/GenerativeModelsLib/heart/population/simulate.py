"""Simulated hearts as a label map would hold them: anatomy, a reader's contours, an estimated heart frame a phase."""

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
    """(count, 2) shapes of one of `population.CONDITIONS`; same seed, same hearts."""
    rays = sample_hearts(count, seed, condition).rays
    rng = np.random.default_rng([seed, CONDITIONS.index(condition), 1])
    parts = []
    for start in range(0, count, BATCH):
        drawn = contoured(rng, rays[start : start + BATCH])
        phases = []
        for phase in (0, 1):
            shapes = drawn[:, phase]
            phases.append(reframed(shapes, estimated_frames(rng, shapes)))
        parts.append(RayBatch.stacked(*phases))
    return RayBatch.joined(parts)


def observed_hearts(rng: np.random.Generator, hearts: RayBatch) -> RayBatch:
    """(N, 2) shapes with the errors of a label map a phase."""
    return RayBatch.stacked(as_observed(rng, hearts[:, 0]), as_observed(rng, hearts[:, 1]))
