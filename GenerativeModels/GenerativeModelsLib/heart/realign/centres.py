"""Shifts of slices from the centres of cavity and epicardium against a smooth curve along the axis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from GenerativeModelsLib.geometry.smooth_curve import off_parabola
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.realign.slices import LEAST_SLICES, SharedSlices

__all__ = ["off_curve"]


def off_curve(maps: Mapping[str, LabelMap], slices: SharedSlices) -> np.ndarray:
    """(slices, 2) row and column in mm by which the slices lie off, 0 where nothing is labelled.

    The mean over the phases and over cavity and epicardium of the distance from a parabola (`off_parabola`).
    """
    total, count = np.zeros((slices.count, 2)), np.zeros((slices.count, 1))
    for phase, label_map in maps.items():
        for mask in (label_map.mask("lv"), label_map.mask("lv") | label_map.mask("myo")):
            at, centres = _centres(mask, label_map)
            if len(at) >= LEAST_SLICES:
                place = at + slices.start[phase]
                total[place] += off_parabola(at, centres)
                count[place] += 1
    return total / np.maximum(count, 1)


def _centres(mask: np.ndarray, label_map: LabelMap) -> tuple[np.ndarray, np.ndarray]:
    """Slices (n,) that show a structure, and its centres (n, 2), row and column in mm."""
    planes = np.moveaxis(mask, 2 - label_map.slice_column, 0)
    at = np.flatnonzero(planes.any(axis=(1, 2)))
    plane_mm = label_map.spacing_mm[label_map.plane_columns]
    return at, np.array([np.argwhere(planes[k]).mean(axis=0) for k in at]) * plane_mm
