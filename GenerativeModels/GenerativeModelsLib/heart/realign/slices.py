"""The slices of a stack that both phases share, by their numbers in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import LabelMap

__all__ = ["LEAST_SLICES", "SharedSlices", "SliceShift", "shared_slices"]

LEAST_SLICES = 4
"""Smallest number of slices with the left ventricle: a parabola takes three."""
SAME_PLANE = 0.1
"""Largest distance between slices of two phases that are one slice, as a share of the distance of the slices."""


@dataclass(frozen=True)
class SliceShift:
    """How far a slice lies off, and by how much it was moved in its plane.

    Attributes
    ----------
    slice
        Number in the file of end diastole, from 0.
    found_mm, error_mm
        How far the slice lies off the reference, (row, column) in mm, and the standard error of each of the two.
    applied_mm
        By how much it was moved, (row, column) in mm.
    """

    slice: int
    found_mm: tuple[float, float]
    error_mm: float
    applied_mm: tuple[float, float]


@dataclass(frozen=True, eq=False)
class SharedSlices:
    """The slices of all phases: their number from `first` on, `count` of them, and by phase the place of its first."""

    first: int
    count: int
    start: Mapping[str, int]

    def of(self, phase: str, slices: int) -> slice:
        """Places of the `slices` of a phase among all."""
        return slice(self.start[phase], self.start[phase] + slices)


def shared_slices(maps: Mapping[str, LabelMap]) -> SharedSlices:
    """The slices of the label maps of a heart by phase, end diastole first, so that those of one breath hold are one.

    Raises
    ------
    InputError
        A map is not a stack, less than `LEAST_SLICES` slices show the cavity, or the phases lie on different slices.
    """
    option, ed = named("realign"), maps["ed"]
    for phase, label_map in maps.items():
        if label_map.slice_column is None:
            raise InputError(
                f"{option} needs a stack of short-axis slices, and {named(phase)} {label_map.name} is none: leave it "
                "out."
            )
    across = ed.slice_column
    shown = int(np.moveaxis(ed.mask("lv"), 2 - across, 0).any(axis=(1, 2)).sum())
    if shown < LEAST_SLICES:
        raise InputError(
            f"{option} needs {LEAST_SLICES} slices with the left ventricle, and {named('ed')} {ed.name} has {shown}: "
            "leave it out."
        )
    number = {phase: ed.cut_off[across] + _offset(ed, label_map) for phase, label_map in maps.items()}
    ends = [number[phase] + label_map.slices for phase, label_map in maps.items()]
    first = min(number.values())
    return SharedSlices(first, max(ends) - first, {phase: start - first for phase, start in number.items()})


def _offset(ed: LabelMap, other: LabelMap) -> int:
    """Number of slices from the first one of end diastole to the first one of another phase."""
    across = ed.slice_column
    gap, step = ed.spacing_mm[across], ed.to_lps[:3, across]
    alike = other.slice_column == across and np.allclose(other.plane_axes, ed.plane_axes, atol=1e-3)
    if alike and np.allclose(other.to_lps[:3, across], step, atol=1e-2 * gap):
        normal = np.cross(*ed.plane_axes)
        apart = float((other.to_lps[:3, 3] - ed.to_lps[:3, 3]) @ normal / (step @ normal))
        if abs(apart - round(apart)) <= SAME_PLANE:
            return round(apart)
    raise InputError(
        f"{named('realign')} needs both phases on the same slices, and {named('ed')} {ed.name} and {named('es')} "
        f"{other.name} lie on different ones: leave it out."
    )
