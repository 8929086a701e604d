"""Batches of squares of two domains, drawn by their number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from GenerativeModelsLib.segmentation.uncertainty.crops import Pieces
from GenerativeModelsLib.training.synthesis.looks import Look, cut_regions
from GenerativeModelsLib.training.synthesis.translation_config import TranslationTrainingConfig

__all__ = ["TranslationBatch", "TranslationBatches", "squares_of"]


class TranslationBatch(NamedTuple):
    """B squares of each domain, which do not belong together.

    Attributes
    ----------
    first, second : (B, size, size) float32 from -1 to 1.
    first_regions, second_regions : (B, size, size) uint8, see `looks.Look`.
    """

    first: Tensor
    second: Tensor
    first_regions: Tensor
    second_regions: Tensor


def squares_of(
    look: Look, which: np.ndarray, config: TranslationTrainingConfig, rng: np.random.Generator | None
) -> tuple[Tensor, Tensor]:
    """Squares and regions of the images `which` (B,), moved; from the middle without rng."""
    seen, regions, count = look.seen[which], look.regions[which], len(which)
    at, angle, scale = np.full((count, 2), (seen.shape[1] - 1) / 2), None, None
    if rng is not None:
        ways = config.moved
        at = at + rng.uniform(-ways.shift, ways.shift, (count, 2))
        angle = np.radians(rng.uniform(-ways.rotation_degrees, ways.rotation_degrees, count))
        scale = rng.uniform(1 - ways.scale, 1 + ways.scale, count)
        if ways.mirrored:
            turned = (rng.uniform(size=count) < 0.5)[:, None, None]
            seen, regions = (np.where(turned, each[:, :, ::-1], each) for each in (seen, regions))
    pieces = Pieces(at, seen.shape[1:], np.ones(2), config.grid, 1.0, angle, scale)
    return pieces.cut(seen), torch.from_numpy(cut_regions(regions, pieces))


class TranslationBatches(Dataset):
    """Item i is the i-th batch, drawn from the seed and i alone."""

    def __init__(self, looks: tuple[Look, Look], config: TranslationTrainingConfig) -> None:
        self.looks, self.config = looks, config

    def __getitem__(self, index: int) -> TranslationBatch:
        rng = np.random.default_rng([self.config.seed, index])
        count = self.config.batch_size
        drawn = [squares_of(look, rng.integers(len(look), size=count), self.config, rng) for look in self.looks]
        (first, first_regions), (second, second_regions) = drawn
        return TranslationBatch(first, second, first_regions, second_regions)
