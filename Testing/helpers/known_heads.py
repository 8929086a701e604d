"""Known heads for the models without a network, made of numbers: nothing is simulated and nothing read."""

from __future__ import annotations

import numpy as np
import torch

from GenerativeModelsLib.training.rivals.known_heads import KnownHeads
from GenerativeModelsLib.training.skull.augmentation import STANDARD, Batch
from Testing.helpers.known_borders import ellipsoid_borders
from Testing.helpers.tiny_models import RANK

__all__ = ["some_heads"]


def some_heads(count: int = 40, seed: int = 0) -> KnownHeads:
    """Heads with random coefficients, every second one read, and the borders of ellipsoids with random axes."""
    rng = np.random.default_rng(seed)
    axes = rng.uniform([0.8, 1.0, 0.75], [0.92, 1.15, 0.95], size=(count, 3))
    borders = torch.stack([ellipsoid_borders(*one) for one in axes])
    batch = Batch(
        borders + 0.001 * torch.from_numpy(rng.standard_normal(borders.shape)).float(),
        torch.ones(count, 3, dtype=torch.bool),
        torch.from_numpy(0.02 * rng.standard_normal((count, 3, 3))).float(),
        STANDARD.expand(count, -1, -1, -1).clone(),
        torch.from_numpy(0.02 * rng.standard_normal(count)).float(),
        torch.from_numpy(0.05 * rng.standard_normal((count, RANK)) / np.arange(1, RANK + 1)).float(),
    )
    return KnownHeads(batch, np.arange(count), np.arange(count) % 2 == 0)
