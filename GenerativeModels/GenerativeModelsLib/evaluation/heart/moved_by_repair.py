"""By how much `segmentation repair --realign` moves the slices of a heart's label maps, for the benchmark."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from GenerativeModelsLib.heart.labels.label_map import STRUCTURES, LabelMap
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.repair.slices import realigned

__all__ = ["moved_by_repair"]


def moved_by_repair(maps: Mapping[str, LabelMap]) -> np.ndarray:
    """(slices, 2) row and column in mm, whole pixels; the same for all phases.

    Parameters
    ----------
    maps
        Stacks by phase on the same grid; each phase is a frame of the repair.
    """
    moved = np.zeros((next(iter(maps.values())).slices, 2))
    for shift in realigned(check_maps(_as_frames(maps))).shifts:
        moved[shift.slice] = shift.applied_mm
    return moved


def _as_frames(maps: Mapping[str, LabelMap]) -> LabelMaps:
    first = next(iter(maps.values()))
    frames = []
    for label_map in maps.values():
        values = np.zeros(label_map.values.shape, np.uint8)
        for structure in STRUCTURES:
            values[label_map.mask(structure)] = CODES[structure]
        frames.append(np.moveaxis(values, 2 - label_map.slice_column, 0))
    rows, columns = first.plane_columns
    to_lps = first.to_lps.copy()
    to_lps[:3, :3] = first.to_lps[:3, [columns, rows, first.slice_column]]
    labels = {structure: CODES[structure] for structure in STRUCTURES}
    return LabelMaps(np.stack(frames), to_lps, None, labels, first.name)
