"""Discriminants of the shape variants, from the shapes that a trained model predicts."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.skull.infer.variant_shape import WORDS
from GenerativeModelsLib.skull.population.heads import VARIANTS
from GenerativeModelsLib.skull.population.variants import USUAL
from GenerativeModelsLib.training.skull.calibrate import LEAST_VECTORS
from GenerativeModelsLib.training.skull.readings import Readings
from GenerativeModelsLib.uncertainty.discriminant import FisherDiscriminant

HELD_OUT = 0.2
"""Share of the heads that give the ranks."""
LARGEST_SIZE_ERROR = 0.1
"""|log| of true over read size above which a head counts as missed and is left out."""


def variant_discriminants(readings: Readings, shapes: np.ndarray, seed: int = 0) -> dict[str, dict]:
    """JSON values of a `FisherDiscriminant` of each variant that is judged against the usual heads.

    All subsets of planes together: `shapes` are the `predicted_shapes` of the readings. Variants with fewer than
    `LEAST_VECTORS` heads are left out.
    """
    found = np.abs(readings.log_size) < LARGEST_SIZE_ERROR
    names = np.where(readings.variant < 0, "own", np.asarray(VARIANTS)[readings.variant])
    held_out = np.random.default_rng(seed).random(len(names)) < HELD_OUT
    usual = np.isin(names, USUAL) & found

    def rows(chosen: np.ndarray) -> np.ndarray:
        return shapes[:, chosen].reshape(-1, shapes.shape[-1])

    discriminants = {}
    for variant in WORDS:
        group = (names == variant) & found & ~held_out
        if group.sum() >= LEAST_VECTORS:
            fitted = FisherDiscriminant.fit(rows(usual & ~held_out), rows(group), rows(usual & held_out))
            discriminants[variant] = {k: [round(v, 5) for v in values] for k, values in fitted.settings().items()}
    return discriminants
