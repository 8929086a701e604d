"""The label sequences that label networks are trained on, from all sources."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes, on_grid
from GenerativeModelsLib.segmentation.population.right_ventricle import right_ventricle
from GenerativeModelsLib.segmentation.population.short_axis import cut_short_axis, drawn_slices
from GenerativeModelsLib.segmentation.population.simulated_heart import simulated_hearts
from GenerativeModelsLib.segmentation.population.sunnybrook import sunnybrook_cines, sunnybrook_slices

__all__ = ["LabelSequence", "known_codes", "on_grid", "simulated_cycles", "sunnybrook_cines", "sunnybrook_slices"]


def simulated_cycles(
    view: str, hearts: int, seed: int, frames: int = 10, grid: int = 96, pixel_mm: float = 1.5
) -> Iterator[LabelSequence]:
    """The sequences of simulated hearts over the cycle: in the short axis five slices of each, from base to apex."""
    for number, heart in enumerate(simulated_hearts(hearts, seed, frames)):
        rng = np.random.default_rng([seed, number])
        right = right_ventricle(heart, rng)
        for where in drawn_slices(heart, rng, grid, pixel_mm):
            yield cut_short_axis(heart, right, where)
