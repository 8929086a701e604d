"""Prior of whole heads for a skull bundle: a flow of the heads that a training drew, of all variants."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.skull.infer.model import HEADS
from GenerativeModelsLib.skull.infer.prior import head_vectors
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.sources import bank_readings, drawn_shapes
from GenerativeModelsLib.uncertainty.flow_prior import FlowPrior

__all__ = ["LEAST_HEADS", "head_priors", "training_heads"]

KIND = "maf"
"""Kind of the flow; the other kind is less likely on held-out heads, see docs/science.md."""
LEAST_HEADS = 2000
"""Heads that a prior is fitted to, at least: thirty a number of the vector."""


def training_heads(config: SkullTrainingConfig) -> np.ndarray:
    """Vectors (N, K + 2) of the heads without pictures of a training; of those with pictures where it has no others.

    Files that are not there yet are made.
    """
    basis = config.output / "basis.safetensors"
    heads = drawn_shapes(config, basis) or bank_readings(config, basis)[0]
    return head_vectors(heads.coefficients, heads.head_size_mm, heads.weeks)


def head_priors(config: SkullTrainingConfig) -> dict[str, FlowPrior]:
    """The prior of a bundle by its name; none if the training has fewer than `LEAST_HEADS` heads."""
    heads = training_heads(config)
    if len(heads) < LEAST_HEADS:
        return {}
    return {HEADS: FlowPrior.fit(heads, kind=KIND, seed=config.seed)}
