"""Batches of label maps for training: randomly moved, with what is measured of them."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset

from GenerativeModelsLib.segmentation.attributes import attributes, cavity_share
from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps
from GenerativeModelsLib.training.segmentation.config import AugmentationConfig

__all__ = ["LabelBatch", "LabelBatches", "batch_of", "moved"]


class LabelBatch(NamedTuple):
    """B maps of a training step.

    Attributes
    ----------
    maps : (B, H, W) uint8, values of `segmentation.maps.CODES`.
    known : (B, 5) bool, as `LabelSequence.known`.
    attributes : (B, 7) in mm, mm2 and degrees, NaN where not known.
    share : (B,) of the cavity in the ventricle, NaN where not known.
    """

    maps: Tensor
    known: Tensor
    attributes: Tensor
    share: Tensor


def batch_of(maps: FrameMaps) -> LabelBatch:
    """The maps with their measures."""
    return LabelBatch(
        torch.from_numpy(maps.values),
        torch.from_numpy(maps.known),
        torch.from_numpy(attributes(maps.values, maps.pixel_mm, maps.view)).float(),
        torch.from_numpy(cavity_share(maps.values)).float(),
    )


def moved(values: np.ndarray, pixel_mm: np.ndarray, ways: AugmentationConfig, rng: np.random.Generator) -> np.ndarray:
    """Maps (B, H, W) turned and scaled about their middle and shifted, each by other random numbers.

    The nearest pixels are taken, and 0 beyond the border. Pixels of any spacing keep their lengths in mm.
    """
    count, rows, columns = values.shape
    angle = np.radians(rng.uniform(-ways.rotation_degrees, ways.rotation_degrees, count))
    scale = rng.uniform(1 - ways.scale, 1 + ways.scale, count)
    shift = rng.uniform(-ways.shift_mm, ways.shift_mm, (count, 2))  # x, y
    half = 0.5 * np.array([columns * pixel_mm[1], rows * pixel_mm[0]])
    c, s = np.cos(angle) / scale, np.sin(angle) / scale
    back = np.stack([np.stack([c, s], -1), np.stack([-s, c], -1)], -2)  # from a moved place in mm to that it came from
    affine = np.concatenate([back * half / half[:, None], -(back @ shift[..., None]) / half[:, None]], axis=-1)
    grid = F.affine_grid(torch.from_numpy(affine).float(), [count, 1, rows, columns], align_corners=False)
    pictures = torch.from_numpy(values)[:, None].float()
    return F.grid_sample(pictures, grid, mode="nearest", align_corners=False)[:, 0].to(torch.uint8).numpy()


class LabelBatches(Dataset):
    """Item i is the i-th batch of moved maps, drawn from the seed and i alone.

    A `share` of a batch are `real` maps. Maps that lost all labels beyond the border are left as they were.
    """

    def __init__(
        self,
        maps: FrameMaps,
        batch_size: int,
        seed: int,
        ways: AugmentationConfig,
        real: FrameMaps | None = None,
        share: float = 0.0,
    ) -> None:
        self.maps, self.real, self.seed, self.ways = maps, real, seed, ways
        self.real_count = round(share * batch_size) if real is not None else 0
        self.count = batch_size - self.real_count

    def __getitem__(self, index: int) -> LabelBatch:
        rng = np.random.default_rng([self.seed, index])
        batch = self._some(rng, self.maps, self.count)
        if self.real is not None and self.real_count:
            real = self._some(rng, self.real, self.real_count)
            batch = LabelBatch(*(torch.cat(pair) for pair in zip(batch, real, strict=True)))
        return batch

    def _some(self, rng: np.random.Generator, maps: FrameMaps, count: int) -> LabelBatch:
        chosen = maps[rng.integers(len(maps), size=count)]
        values = moved(chosen.values, maps.pixel_mm, self.ways, rng)
        kept = values.any(axis=(1, 2))[:, None, None]
        return batch_of(replace(chosen, values=np.where(kept, values, chosen.values)))
