"""Curves over the frames: areas, volumes and lengths, with end diastole, end systole and the ejection fraction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.measures import Measures

__all__ = ["Curves", "area_length_ml", "curves_of"]

COMPLETE_SHARE = 0.5
"""Least number of slices with labels of the left ventricle, of the largest of all frames, for a frame to be its end
diastole or end systole. The two stacks of a patient of ACDC have 0.7 or more."""


@dataclass(frozen=True, eq=False)
class Curves:
    """Values by frame, (frames,); NaN where they are not known.

    Attributes
    ----------
    columns
        All curves by their column in `curves.csv`.
    lv_ml, myo_ml
        Volumes of cavity and myocardium; NaN in a single short-axis slice.
    ed, es
        Frames of the largest and smallest cavity of those that are complete; None without two of different size.
    incomplete
        Frames that have labels in too few slices to be `ed` or `es`.
    """

    columns: Mapping[str, np.ndarray]
    lv_ml: np.ndarray
    myo_ml: np.ndarray
    ed: int | None = None
    es: int | None = None
    incomplete: tuple[int, ...] = ()

    @property
    def edv_ml(self) -> float | None:
        """Largest volume of the cavity."""
        return None if self.ed is None else _known(self.lv_ml[self.ed])

    @property
    def esv_ml(self) -> float | None:
        """Smallest volume of the cavity."""
        return None if self.es is None else _known(self.lv_ml[self.es])

    @property
    def ef_percent(self) -> float | None:
        """Ejection fraction."""
        edv, esv = self.edv_ml, self.esv_ml
        return None if edv is None or esv is None else 100 * (1 - esv / edv)


def area_length_ml(area_mm2: np.ndarray, length_mm: np.ndarray) -> np.ndarray:
    """Volume of a body of revolution from one section through its axis: 8 A^2 / (3 pi L), area-length method.

    Exact for an ellipsoid, and for one cut across at its widest place.
    """
    return 8 * np.asarray(area_mm2) ** 2 / (3 * np.pi * np.asarray(length_mm)) / 1000


def curves_of(maps: LabelMaps, measures: Measures, apical: bool) -> Curves:
    """The curves of label maps: volumes by the sum of slices, of an apical view by the area-length method."""
    columns: dict[str, np.ndarray] = {}
    for structure in ("lv", "myo", "rv", "la"):
        if maps.has(structure):
            columns[f"{structure}_area_mm2"] = _sum(measures.area_mm2[structure])
    unknown = np.full(maps.frames, np.nan)
    lv_ml = myo_ml = unknown
    if apical:
        for name, values in measures.axis.items():
            columns[name] = values[:, 0]
        lv_ml = area_length_ml(measures.area_mm2["lv"][:, 0], measures.axis["lv_length_mm"][:, 0])
        columns["lv_ml"] = lv_ml
    elif maps.slices > 1:
        for structure in ("lv", "myo", "rv"):
            if maps.has(structure):
                columns[f"{structure}_ml"] = columns[f"{structure}_area_mm2"] * maps.slice_mm / 1000
        lv_ml, myo_ml = columns["lv_ml"], columns.get("myo_ml", unknown)
        columns["lv_slices"] = np.isfinite(measures.area_mm2["lv"]).sum(axis=1).astype(float)
    if not apical:
        columns["wall_mm"] = _mean(measures.wall_mm)
    extreme = lv_ml if np.isfinite(lv_ml).any() else columns["lv_area_mm2"]
    slices = (np.isfinite(measures.area_mm2["lv"]) | np.isfinite(measures.area_mm2["myo"])).sum(axis=1)
    incomplete = (slices > 0) & (slices < COMPLETE_SHARE * slices.max())
    phases = _phases(np.where(incomplete, np.nan, extreme))
    return Curves(columns, lv_ml, myo_ml, *phases, tuple(np.flatnonzero(incomplete).tolist()))


def _sum(values: np.ndarray) -> np.ndarray:
    """Sums over the slices; NaN where there is none."""
    return np.where(np.isfinite(values).any(axis=1), np.nansum(values, axis=1), np.nan)


def _mean(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    return np.divide(np.nansum(values, axis=1), known.sum(axis=1), out=np.full(len(values), np.nan), where=known.any(1))


def _phases(values: np.ndarray) -> tuple[int | None, int | None]:
    if np.isfinite(values).sum() < 2 or np.nanmax(values) == np.nanmin(values):
        return None, None
    return int(np.nanargmax(values)), int(np.nanargmin(values))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
