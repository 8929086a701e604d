"""A heart model without weights: what commands, files and report are tested with."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from GenerativeModelsLib.heart.infer.model import Placed
from GenerativeModelsLib.heart.infer.walk import Walk
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.uncertainty.density import LatentDensity
from GenerativeModelsLib.uncertainty.in_distribution import InDistribution


class StandInModel:
    """Places hearts by the thickness of their walls and gives them back a little too large."""

    levels = (64, 32, 2)
    manifest = SimpleNamespace(
        name="stand-in",
        version="0",
        sha256="0" * 64,
        licence="Apache-2.0",
        training_population={"summary": "None.", "limits": ["It has learned nothing."]},
        validation={"summary": {"Dice": 0.5}},
    )

    def __init__(self, verdict: str = "typical") -> None:
        self.verdict = verdict
        label = np.repeat([0, 1], 60)
        z = np.random.default_rng(5).normal(0, 0.3, (120, 2)) + np.where(label, 0.8, -0.8)[:, None]
        self.typical = SimpleNamespace(density=LatentDensity.fit(z, label).with_limit(z))
        self._placed: RayBatch | None = None

    def place(self, hearts: RayBatch) -> Placed:
        self._placed = hearts
        thick = hearts.thickest_mm[:, 0]
        levels = (np.zeros((len(thick), 64)), np.zeros((len(thick), 32)), np.stack([thick / 10 - 1.4, 0 * thick], 1))
        judged = InDistribution(0.6, self.verdict, ("Its wall is thick.",))
        chance = 1 / (1 + np.exp(14.0 - thick))
        interval = np.stack([chance / 2, (1 + chance) / 2], axis=1)
        return Placed(levels, chance, 0 * thick, (judged,) * len(thick), hearts.present, interval)

    def reconstruct(self, placed: Placed) -> RayBatch:
        h = self._placed  # all phases, whichever were present
        return RayBatch(h.reach_mm, h.endo_mm * 1.01, h.epi_mm * 1.03)

    def middle(self, level: int) -> np.ndarray:
        return np.zeros(self.levels[level - 1])

    def probability(self, z_top: np.ndarray, present: np.ndarray | None = None) -> np.ndarray:
        return 1 / (1 + np.exp(-4 * z_top[:, 0]))

    def thickest_mm(self, z_top: np.ndarray) -> np.ndarray:
        return 14 + 10 * z_top[:, 0]

    def cluster_mean(self, condition: str) -> RayBatch:
        return sample_hearts(1, 0, condition).rays

    def sample(self, condition: str, n: int, seed: int = 0, prior: str = "kernel") -> RayBatch:
        return sample_hearts(n, 1 + seed + 100 * (prior == "flow"), condition).rays


def stand_in_walk(model: StandInModel, heart: Placed, towards: str, steps: int = 30) -> Walk:
    """Stands in for `heart.infer.walk.walk`."""
    share = np.linspace(0, 1, steps + 1)
    start = model.reconstruct(heart)
    grown = (share if towards == "hcm" else -0.3 * share)[:, None, None, None]
    count = np.ones((steps + 1, 1, 1, 1))
    hearts = RayBatch(start.reach_mm * count[..., 0, 0], start.endo_mm * count, start.epi_mm + 4 * grown)
    return Walk(np.stack([share, 0 * share], 1), np.clip(0.1 + 0.8 * share, 0, 1), hearts, False)
