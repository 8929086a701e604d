"""Slices of a heart realigned in their plane, where breath holds moved them, and the heart measured again.

A stack is a series of breath holds, one a slice, in which both phases are recorded: a slice has one shift. It is found
from the centres of cavity and epicardium against a smooth curve (`centres`), and from there by the outlines against a
stiff reference (`reference`, `fit`). Labels are not resampled: the slices' points move, by parts of a pixel.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.load import LoadedHeart, heart_from_maps
from GenerativeModelsLib.heart.realign.centres import off_curve
from GenerativeModelsLib.heart.realign.fit import FittedShifts, fitted_shifts
from GenerativeModelsLib.heart.realign.reference import stiff_reference
from GenerativeModelsLib.heart.realign.slices import SharedSlices, SliceShift, shared_slices
from GenerativeModelsLib.language import S_, said

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.heart.measure.septum import Septum

__all__ = ["LARGE_MM", "realigned"]

LARGE_MM = 5.0
"""Shift from which a slice is named in a warning."""
_LARGE = S_(
    "Slice {slice:d} was moved by {moved:.1f} mm in its plane, the most of all slices: look whether its labels then "
    "continue those of its neighbours."
)


def realigned(
    loaded: LoadedHeart, model: HeartModel, septum: Septum | None = None, *, force: bool = False
) -> LoadedHeart:
    """The heart measured with its slices moved in their plane; `shifts` has a shift for each slice below the base.

    Parameters
    ----------
    loaded
        Measured from stacks, on the same slices in both phases.
    septum, force
        As the heart was measured with, see `measure.load.heart_from_maps`.

    Raises
    ------
    InputError
        The maps are no such stacks (`slices.shared_slices`), or the moved slices cannot be measured.
    """
    slices = shared_slices(loaded.given)
    start = -off_curve({name: phase.label_map for name, phase in loaded.phases.items()}, slices)
    maps = _moved(loaded, slices, start)
    coarse = heart_from_maps(maps["ed"], maps.get("es"), septum, force=force)
    move = fitted_shifts(coarse, slices, stiff_reference(model), start)
    maps = _moved(loaded, slices, move.move_mm)
    found = heart_from_maps(maps["ed"], maps.get("es"), septum, force=force)
    shifts = _shifts(move, slices)
    own = loaded.cine.warnings if loaded.cine is not None else ()
    warnings = (*own, *found.warnings, *_large(shifts))
    return replace(found, warnings=warnings, cine=loaded.cine, given=loaded.given, shifts=shifts)


def _moved(loaded: LoadedHeart, slices: SharedSlices, move_mm: np.ndarray) -> dict[str, LabelMap]:
    """The given maps with slices moved by (slices, 2), row and column in mm."""
    return {
        name: replace(label_map, moved_mm=move_mm[slices.of(name, label_map.slices)])
        for name, label_map in loaded.given.items()
    }


def _shifts(move: FittedShifts, slices: SharedSlices) -> tuple[SliceShift, ...]:
    return tuple(
        SliceShift(slices.first + int(k), _pair(-move.move_mm[k]), float(move.error_mm[k]), _pair(move.move_mm[k]))
        for k in np.flatnonzero(move.known)
    )


def _pair(values: np.ndarray) -> tuple[float, float]:
    return float(values[0]) + 0.0, float(values[1]) + 0.0


def _large(shifts: tuple[SliceShift, ...]) -> list[Caution]:
    """A warning on the largest shift from `LARGE_MM` on."""
    most = max(shifts, key=lambda shift: np.hypot(*shift.applied_mm), default=None)
    if most is None or np.hypot(*most.applied_mm) < LARGE_MM:
        return []
    return [Caution(said(_LARGE, slice=most.slice, moved=float(np.hypot(*most.applied_mm))), "quality")]
