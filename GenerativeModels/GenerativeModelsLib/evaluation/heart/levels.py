"""KL, active units and spread of every latent level over held-out hearts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from GenerativeModelsLib.heart.infer.code import PHASES, encode
from GenerativeModelsLib.heart.population.simulate import observed_hearts, simulated_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE

__all__ = ["ACTIVE_NATS", "LevelFigures", "level_figures"]

ACTIVE_NATS = 0.02
"""A unit with a larger mean KL is active; the same threshold as in training."""
HEARTS = 500
"""Number of hearts per class."""


@dataclass(frozen=True)
class LevelFigures:
    """Metrics of one level.

    Attributes
    ----------
    size : number of units.
    kl : KL[posterior || prior] in nats, mean over hearts.
    active : number of active units.
    spread : standard deviation of every unit's mean over hearts.
    """

    size: int
    kl: float
    active: int
    spread: tuple[float, ...]


def level_figures(nets: Mapping[str, LadderVAE], seed: int) -> dict[str, list[LevelFigures]]:
    """Metrics of z_1 .. z_L of every net over hearts of both classes with simulated errors of label maps."""
    hearts = RayBatch.joined([simulated_hearts(HEARTS, seed, condition) for condition in ("healthy", "hcm")])
    code = torch.from_numpy(encode(observed_hearts(np.random.default_rng(seed), hearts)))
    return {name: levels_of(net, code) for name, net in nets.items()}


@torch.no_grad()
def levels_of(net: LadderVAE, code: torch.Tensor) -> list[LevelFigures]:
    """Metrics of the levels of one net over shapes (N, CODE_SIZE)."""
    found = []
    for level in net.encode(code, torch.ones(len(code), PHASES, dtype=torch.bool)):
        kl = level.posterior.kl(level.prior).mean(0)
        spread = tuple(float(v) for v in level.z.std(0))
        found.append(LevelFigures(len(kl), float(kl.sum()), int((kl > ACTIVE_NATS).sum()), spread))
    return found
