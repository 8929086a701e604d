"""Batches of moved squares about hearts with their classes, drawn by their number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from GenerativeModelsLib.segmentation.uncertainty.crops import Pieces
from GenerativeModelsLib.training.synthesis.cases import ClassedSlices
from GenerativeModelsLib.training.synthesis.config import SynthesisTrainingConfig

__all__ = ["SynthesisBatch", "SynthesisBatches", "squares_of"]


class SynthesisBatch(NamedTuple):
    """B squares of a training step.

    Attributes
    ----------
    images : (B, size, size) float32 from -1 to 1, as `Tone.seen`.
    classes : (B, size, size) uint8.
    """

    images: Tensor
    classes: Tensor


def squares_of(
    slices: ClassedSlices, which: np.ndarray, config: SynthesisTrainingConfig, rng: np.random.Generator | None
) -> SynthesisBatch:
    """Squares about the hearts of the slices `which` (B,), moved and with other greys; as they are without rng."""
    ways, count, at, shares = config.augmentation, len(which), slices.at[which], slices.shares[which]
    classes, angle, scale = slices.classes[which], None, None
    if rng is not None:
        at = at + rng.uniform(-ways.shift_mm, ways.shift_mm, (count, 2)) / slices.pixel_mm
        angle = np.radians(rng.uniform(-ways.rotation_degrees, ways.rotation_degrees, count))
        scale = rng.uniform(1 - ways.scale, 1 + ways.scale, count)
        shares = shares ** np.exp(rng.uniform(-config.gamma, config.gamma, (count, 1, 1)))
        plain = rng.uniform(size=(count, 1, 1)) < config.plain_share
        classes = np.where(plain, slices.plain[which], classes)
    pieces = Pieces(at, shares.shape[1:], slices.pixel_mm, config.grid, config.grid_mm, angle, scale)
    return SynthesisBatch(2 * pieces.cut(shares) - 1, pieces.cut(classes, "nearest").to(torch.uint8))


class SynthesisBatches(Dataset):
    """Item i is the i-th batch, drawn from the seed and i alone."""

    def __init__(self, slices: ClassedSlices, config: SynthesisTrainingConfig) -> None:
        self.slices, self.config = slices, config

    def __getitem__(self, index: int) -> SynthesisBatch:
        rng = np.random.default_rng([self.config.seed, index])
        return squares_of(self.slices, rng.integers(len(self.slices), size=self.config.batch_size), self.config, rng)
