"""Cases and scores for the tests of the comparison."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from GenerativeModelsLib.benchmarks.rivals.cases import COMPARED, Cases
from GenerativeModelsLib.benchmarks.rivals.score import Score
from GenerativeModelsLib.models.predictor import Conditions, Prediction
from GenerativeModelsLib.skull.locate.canonical import CHANNELS, PROFILE
from GenerativeModelsLib.skull.population.heads import sample_heads
from Testing.helpers.tiny_models import RANK


def cases_of(count: int = 3, *, refused: str = "", known: bool = True) -> Cases:
    """Heads of 22 to 28 weeks with circles as borders; the last one refused from its axial plane, if asked for."""
    heads = list(sample_heads(count, 12, weeks=(22.0, 28.0)))
    subsets = COMPARED if known else ("axial",)
    shape = (count, len(subsets), 3)
    borders = np.zeros((*shape, len(CHANNELS), PROFILE), np.float32)
    borders[..., 0, :], borders[..., 1, :], borders[..., 2, :] = 1, -4, 1
    present = np.ones(shape, bool)
    for k, subset in enumerate(subsets):
        present[:, k] = [True, subset != "axial", subset == "three planes"]
    why = np.zeros(shape[:2], "U60")
    why[-1, -1] = refused
    size = np.repeat([[head.hc_mm / (2 * np.pi)] for head in heads], len(subsets), axis=1)
    tables = np.stack([head.shape.log_radius if known else np.zeros((0, 0)) for head in heads])
    return Cases(
        np.array([f"head{k}-0" for k in range(count)]),
        np.array(subsets),
        borders,
        present,
        size,
        why,
        tables.astype(np.float32),
        np.array([head.hc_mm for head in heads]),
        np.arange(count) % 3,
    )


@dataclass
class Known:
    """A predictor that returns given coefficients, with draws about them."""

    coefficients: np.ndarray
    log_size: float = 0.0
    spread: float | None = None

    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        mean = torch.from_numpy(np.append(self.coefficients, self.log_size)).float()[None]
        if self.spread is None or not samples:
            return Prediction(mean)
        noise = torch.randn(samples, RANK + 1, generator=generator)
        return Prediction(mean, mean + self.spread * noise)


def score_of(case: str, subset: str = "axial", fold: int = 0, mean_mm: float = 1.0, **fields) -> Score:
    """A score with the given mean distance."""
    accuracy = {"dice": 0.9, "sensitivity": 0.9, "precision": 0.9, "hausdorff_mm": 3.0, "rvd": 0.01, "mean_mm": mean_mm}
    region = {"vault": 1.0, "face": 2.0, "base": 3.0}
    biometry = dict.fromkeys(("bpd_mm", "ofd_mm", "hc_mm", "cephalic_index_percent", "head_volume_ml"), -2.0)
    return Score(case, subset, fold, **{"accuracy": accuracy, "region_mm": region, "biometry": biometry, **fields})
