"""Simulated and real stacks whose slices are moved in their plane by known shifts, as by breath holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.evaluation.data.heart_label_maps import LABELS, Pose, labels_at
from GenerativeModelsLib.evaluation.data.test_hearts import simulated_heart
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.shape.ventricle import Heart, Ventricle

__all__ = ["ShiftedHeart", "labelled_slices", "shifted_heart", "with_shifts"]

STACK = "stack 1.5 x 1.5 x 8 mm"


@dataclass(frozen=True, eq=False)
class ShiftedHeart:
    """A heart and its label maps, both phases on the same slices.

    Attributes
    ----------
    heart, pose : true shape, and where it lies at the mean of the shifts.
    maps : by phase "ed", "es".
    shift_mm : (slices, 2) row and column by which each slice is moved; their mean over the labelled slices is 0.
    """

    name: str
    heart: Heart
    pose: Pose
    maps: dict[str, LabelMap]
    shift_mm: np.ndarray


def shifted_heart(set_seed: int, index: int, shift_mm: float) -> ShiftedHeart:
    """Heart `index` of a held-out set in slices of 8 mm, moved by `shift_mm` (standard deviation along each axis).

    A voxel has the label of its centre in the moved heart: nothing is resampled. Shifts of another standard deviation
    are the same up to their size.
    """
    case = simulated_heart(set_seed, index, STACK)
    pose, grid = case.poses["ed"], case.maps["ed"]
    shapes = {phase: getattr(case.heart, phase) for phase in case.maps}
    shifts = shift_mm * np.random.default_rng([set_seed, index, 2]).normal(0, 1, (grid.slices, 2))
    shifts -= shifts[labelled_slices({"ed": grid})].mean(axis=0)
    maps = {phase: _moved(shape, pose, grid, shifts, f"{case.name} {phase}") for phase, shape in shapes.items()}
    return ShiftedHeart(case.name, case.heart, pose, maps, shifts)


def _moved(ventricle: Ventricle, pose: Pose, grid: LabelMap, shifts: np.ndarray, name: str) -> LabelMap:
    everywhere = replace(grid, moved_mm=-shifts).points_lps(np.ones(grid.values.shape, bool))
    values = labels_at(ventricle, pose.to_heart(everywhere)).reshape(grid.values.shape)
    return LabelMap(values, LABELS, grid.to_lps, name)


def labelled_slices(maps: Mapping[str, LabelMap]) -> np.ndarray:
    """(slices,) bool, whether a slice shows the left ventricle in any of the maps, which share their slices."""
    own = [m.mask("lv") | m.mask("myo") for m in maps.values()]
    return np.any([np.moveaxis(mask, 2 - m.slice_column, 0).any(axis=(1, 2)) for mask, m in zip(own, maps.values())], 0)


def with_shifts(label_map: LabelMap, pixels: np.ndarray) -> LabelMap:
    """A stack whose slices are moved by whole rows and columns (slices, 2)."""
    across = 2 - label_map.slice_column
    planes = np.moveaxis(label_map.values, across, 0)
    moved = np.stack([np.roll(plane, tuple(by), axis=(0, 1)) for plane, by in zip(planes, pixels)])
    return replace(label_map, values=np.moveaxis(moved, 0, across))
