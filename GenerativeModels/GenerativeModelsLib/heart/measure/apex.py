"""Stacks that end before the apex: where they end, and how long their cavity is estimated to be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.frame import BLUNT_APEX, HeartFrame

__all__ = ["MOST_MISSING", "OpenApex", "open_apex"]

MOST_MISSING = 1 / 3
"""Largest estimated share of the cavity's length beyond the last slice."""
WIDEST = 0.25
"""Depth of the largest cross-section as a share of the length, with which the estimate is unbiased on ACDC's hearts."""


@dataclass(frozen=True, eq=False)
class OpenApex:
    """The end of a stack before the apex.

    Attributes
    ----------
    end_lps : (3,) centre of the cavity in the last slice that shows it.
    down : (3,) unit LPS vector across the slices, from the base to the apex.
    depth_mm : depth of `end_lps` below the base plane.
    length_mm : length of the cavity from the base plane to the apex, beyond the slices; an estimate.
    """

    end_lps: np.ndarray
    down: np.ndarray
    depth_mm: float
    length_mm: float

    @property
    def missing_mm(self) -> float:
        """Length of the cavity beyond the last slice."""
        return self.length_mm - self.depth_mm

    def beyond(self, points_lps: np.ndarray) -> np.ndarray:
        """(...) bool, whether points (..., 3) lie beyond the last slice."""
        return (points_lps - self.end_lps) @ self.down > 0


def open_apex(label_map: LabelMap, frame: HeartFrame, called: str) -> OpenApex | None:
    """Where a stack ends before the apex of its cavity; None if it does not, and for maps that are not stacks.

    The length is that of half an ellipsoid below its largest cross-section, through the last slice.

    Raises
    ------
    InputError
        More than `MOST_MISSING` of the length is missing.
    """
    column = label_map.slice_column
    if column is None:
        return None
    across = label_map.to_lps[:3, column] / label_map.spacing_mm[column]
    towards = -1 if across @ frame.axes[2] > 0 else 1
    cavity, wall = (np.moveaxis(label_map.mask(name), 2 - column, 0)[::towards] for name in ("lv", "myo"))
    areas = cavity.sum(axis=(1, 2))
    last = int(np.flatnonzero(areas)[-1])
    blunt = areas[last] / areas.max()
    if blunt <= BLUNT_APEX or wall[last + 1 :].any():
        return None
    there = label_map.mask("lv")
    index = last if towards > 0 else len(areas) - 1 - last
    end = label_map.points_lps(there)[np.argwhere(there)[:, 2 - column] == index].mean(axis=0)
    depth = -float(frame.to_heart(end)[2])
    length = depth / ((1 - WIDEST) * np.sqrt(1 - blunt) + WIDEST)
    if depth < (1 - MOST_MISSING) * length:
        raise InputError(
            f"{called} ends long before the apex, its last slice shows {100 * blunt:.0f} % of the cavity's largest "
            f"cross-section and an estimated {100 * (1 - depth / length):.0f} % of its length are missing: give a "
            "label map that reaches the apex, or lacks less than a third."
        )
    return OpenApex(end, towards * across, depth, float(length))
