"""Slices realigned in their plane: shifts of breath holds, from the centres of the ventricles along the axis.

A stack is a series of breath holds, one a slice, all frames of a slice in one. So a slice is moved in all of its frames
alike, by whole pixels: no label is interpolated.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.geometry.smooth_curve import off_parabola
from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.segmentation import geometry
from GenerativeModelsLib.segmentation.check import Findings
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.repair.change import Change, changed_mm2

__all__ = ["LEAST_SLICES", "Realigned", "SliceShift", "realigned", "slice_shifts"]

STEP = "realign"
LEAST_SLICES = 6
"""Smallest number of labelled slices: a parabola and one shift take four numbers."""
OWN_CURVE_MM = 1.5
"""Shift from which it is applied: so far centres of slices that were not shifted lie off a parabola."""
SIGNIFICANT = 2.0
"""Standard errors of the mean over the frames from which a shift is applied."""
_REASON = S_("Slice moved in its plane by {rows:.1f} mm across its rows and {columns:.1f} mm across its columns.")
_FEW = S_("The slices were not realigned: that needs {least:d} slices with labels of the left ventricle.")
_OTHERS = S_("The slices were not realigned: the file has values of no structure, which would stay behind.")
_ALONE = S_("The shifts of the slices come from a single frame: how sure they are is not known, look at each.")
_LEAVES = S_("Slice {slice:d} was not moved: its labels would leave the picture.")


@dataclass(frozen=True)
class SliceShift:
    """Shift of a slice.

    Attributes
    ----------
    slice
        Number, from 0.
    found_mm, error_mm
        How far the slice lies off the curve, (row, column) in mm, and the standard error of it over the frames.
    applied_mm
        By how much it was moved back, (row, column) in mm, whole pixels; (0, 0) where the shift is below half a pixel
        or `OWN_CURVE_MM`, or not significant.
    """

    slice: int
    found_mm: tuple[float, float]
    error_mm: float
    applied_mm: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Realigned:
    """Maps with slices moved back, the shifts of all labelled slices, and a change for each moved slice."""

    maps: LabelMaps
    shifts: list[SliceShift]
    changes: list[Change]
    warnings: tuple[str, ...] = ()


def realigned(found: Findings, kept: Collection[int] = ()) -> Realigned:
    """The maps of `found` with shifted slices moved back by whole pixels, the frames `kept` excepted."""
    maps = found.maps
    if maps.unnamed.any():
        return Realigned(maps, [], [], (Caution(said(_OTHERS), "missing"),))
    off, error = slice_shifts(found)
    labelled = np.flatnonzero(np.isfinite(off[:, 0]))
    if not len(labelled):
        return Realigned(maps, [], [], (Caution(said(_FEW, least=LEAST_SLICES), "missing"),))
    values, shifts, changes, warnings = maps.values.copy(), [], [], []
    moving = [frame for frame in range(maps.frames) if frame not in kept]
    for slice_ in labelled:
        steps = -np.rint(off[slice_] / maps.pixel_mm).astype(int)
        if np.linalg.norm(off[slice_]) <= max(OWN_CURVE_MM, SIGNIFICANT * error[slice_]):
            steps[:] = 0
        if steps.any():
            moved = _moved(maps.values[moving, slice_], steps)
            if moved is None:
                warnings.append(Caution(said(_LEAVES, slice=int(slice_)), "missing"))
                steps[:] = 0
            else:
                values[moving, slice_] = moved
        by = steps * maps.pixel_mm
        shifts.append(SliceShift(int(slice_), _pair(off[slice_]), float(error[slice_]), _pair(by)))
        if steps.any() and maps.frames == 1 and not changes:
            warnings.append(Caution(said(_ALONE), "missing"))
        if steps.any():
            area = changed_mm2(maps.values[:, slice_], values[:, slice_], maps.pixel_mm)
            reason = said(_REASON, rows=float(by[0]), columns=float(by[1]))
            changes.append(Change(None, int(slice_), (STEP,), area, (reason,)))
    return Realigned(replace(maps, values=values), shifts, changes, tuple(warnings))


def _pair(values: np.ndarray) -> tuple[float, float]:
    return float(values[0]) + 0.0, float(values[1]) + 0.0


def _moved(values: np.ndarray, steps: np.ndarray) -> np.ndarray | None:
    """Labels (frames, rows, columns) moved by whole pixels; None where some would leave the picture."""
    there = np.argwhere((values != 0).any(axis=0)) + steps
    if (there < 0).any() or (there >= values.shape[1:]).any():
        return None
    return np.roll(values, tuple(steps), axis=(1, 2))


def slice_shifts(found: Findings) -> tuple[np.ndarray, np.ndarray]:
    """How far each slice lies off a smooth curve along the axis, and how sure that is.

    In every frame the centres of the left ventricle (cavity and wall) are fitted by a parabola over the slices,
    robustly (Tukey's weights, so that a shifted slice does not bend the curve), and so are those of the right cavity.
    What a slice lies off is the mean of both where both are known, and the median over its frames, since all frames of
    a slice share one breath hold.

    Returns
    -------
    (slices, 2) row and column in mm, and (slices,) standard error in mm of it over the frames, 0 for a single frame;
    NaN where less than `LEAST_SLICES` slices are labelled.
    """
    residuals, right = (_off_curve(centres) for centres in (found.measures.centre_mm, _right_centres(found.maps)))
    residuals = np.where(np.isfinite(right), 0.5 * (residuals + right), residuals)
    slices = residuals.shape[1]
    off, error = np.full((slices, 2), np.nan), np.full(slices, np.nan)
    for slice_ in np.flatnonzero(np.isfinite(residuals[..., 0]).any(axis=0)):
        known = residuals[np.isfinite(residuals[:, slice_, 0]), slice_]
        off[slice_] = np.median(known, axis=0)
        spread = 1.4826 * np.median(np.linalg.norm(known - off[slice_], axis=1))
        error[slice_] = spread / np.sqrt(len(known))
    return off, error


def _right_centres(maps: LabelMaps) -> np.ndarray:
    """(frames, slices, 2) row and column in mm of the right cavity's centre, NaN without one."""
    places = [[geometry.centre(values == CODES["rv"]) for values in frame] for frame in maps.values]
    return np.array(places) * maps.pixel_mm


def _off_curve(centres: np.ndarray) -> np.ndarray:
    """(frames, slices, 2) distance of centres from the parabola of their frame; NaN in frames with too few."""
    residuals = np.full(centres.shape, np.nan)
    for frame, row in enumerate(centres):
        there = np.isfinite(row[:, 0])
        if there.sum() >= LEAST_SLICES:
            residuals[frame, there] = off_parabola(np.flatnonzero(there), row[there])
    return residuals
