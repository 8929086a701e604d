"""The shipped heart model, and a small round heart in a label map, for tests of the synthesis."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS

__all__ = ["shipped_heart_model", "tube", "tube_grid", "write_tube"]


@lru_cache(maxsize=1)
def shipped_heart_model() -> HeartModel:
    """The shipped bundle on the CPU."""
    return load_heart_model(default_bundle("heart"))


def tube_grid(pixel_mm: float = 1.5, slice_mm: float = 8.0, slices: int = 12) -> VoxelGrid:
    """A short-axis stack of 80 pixels a side whose axes are those of the patient."""
    return VoxelGrid((80, 80, slices), np.diag([pixel_mm, pixel_mm, slice_mm, 1.0]))


def tube(grid: VoxelGrid, inner_mm: float = 20.0, outer_mm: float = 29.0, right_mm: float = 24.0) -> np.ndarray:
    """(k, j, i) labels: a ventricle that narrows from the last slices, its base, to the second, with a right one."""
    values = np.zeros(grid.size[::-1], np.uint8)
    place = (np.arange(grid.size[0]) - (grid.size[0] - 1) / 2) * grid.spacing_mm[0]
    x, y = place[None, :] + 12, place[:, None]
    flat, angle = np.hypot(x, y), np.abs(np.arctan2(y, x))
    for k in range(1, grid.size[2] - 1):
        share = np.sqrt(1 - ((grid.size[2] - 2 - k) / (grid.size[2] - 1)) ** 2)
        if k > 3:
            width = right_mm * share * np.clip(1 - (angle / np.radians(62)) ** 2, 0, 1)
            values[k][flat < outer_mm * share + np.where(width > 3, width, 0)] = LABELS["rv"]
        values[k][flat < outer_mm * share] = LABELS["myo"]
        values[k][flat < outer_mm * share - (outer_mm - inner_mm)] = LABELS["lv"]
    return values


def write_tube(path: Path, **sizes: float) -> Path:
    """Write the tube into a file."""
    grid = tube_grid()
    sitk.WriteImage(grid.image(tube(grid, **sizes)), str(path), True)
    return path
