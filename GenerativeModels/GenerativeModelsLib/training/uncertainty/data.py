"""Batches of moved pieces of images with their label maps, drawn by their number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from GenerativeModelsLib.segmentation.uncertainty.crops import Pieces, middle_of, standardised
from GenerativeModelsLib.training.uncertainty.cases import ImagedSlices
from GenerativeModelsLib.training.uncertainty.config import UncertaintyTrainingConfig

__all__ = ["JointBatch", "JointBatches", "pieces_of"]


class JointBatch(NamedTuple):
    """B pieces of a training step: images and maps in the same order.

    Attributes
    ----------
    images : (B, size, size) float32 of mean 0 and standard deviation 1 each.
    maps : (B, size, size) uint8, values of `segmentation.maps.CODES`.
    known : (B, 5) bool, as `LabelSequence.known`.
    """

    images: Tensor
    maps: Tensor
    known: Tensor


def pieces_of(
    slices: ImagedSlices, which: np.ndarray, config: UncertaintyTrainingConfig, rng: np.random.Generator | None
) -> JointBatch:
    """Pieces about the labels of the slices `which` (B,), moved and with other grey values; as they are without rng."""
    images, values, ways, count = slices.images[which], slices.values[which], config.augmentation, len(which)
    at, angle, scale = middle_of(values), None, None
    if rng is not None:
        at = at + rng.uniform(-ways.shift_mm, ways.shift_mm, (count, 2)) / slices.pixel_mm
        angle = np.radians(rng.uniform(-ways.rotation_degrees, ways.rotation_degrees, count))
        scale = rng.uniform(1 - ways.scale, 1 + ways.scale, count)
        power = np.exp(rng.uniform(-config.gamma, config.gamma, (count, 1, 1)))
        images = images**power
    pieces = Pieces(at, images.shape[1:], slices.pixel_mm, config.grid, config.grid_mm, angle, scale)
    seen, maps = pieces.cut(images), pieces.cut(values, "nearest").to(torch.uint8)
    if rng is not None:
        seen = seen + torch.from_numpy(rng.normal(0, config.noise, seen.shape)).float()
    return JointBatch(standardised(seen), maps, torch.from_numpy(slices.known[which]))


class JointBatches(Dataset):
    """Item i is the i-th batch, drawn from the seed and i alone."""

    def __init__(self, slices: ImagedSlices, config: UncertaintyTrainingConfig) -> None:
        self.slices, self.config = slices, config

    def __getitem__(self, index: int) -> JointBatch:
        rng = np.random.default_rng([self.config.seed, index])
        return pieces_of(self.slices, rng.integers(len(self.slices), size=self.config.batch_size), self.config, rng)
