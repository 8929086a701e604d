"""What of a faulty slice is no part of the ventricle: bodies not connected with it, and remnants beyond its ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.segmentation.bodies import bodies_of
from GenerativeModelsLib.segmentation.check import Findings
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.repair.change import Change, changed_mm2, with_unnamed
from GenerativeModelsLib.segmentation.repair.smallest import STEP

__all__ = ["without_bodies_apart"]

LARGEST_SHARE = 1 / 3
"""Largest size of such a body against that of the largest one: of two of one size it is not known which is wrong."""
REMNANT_SHARE = 0.15
"""Area of the ventricle in a faulty end slice against that of the slice beside it up to which it is a remnant."""
_REASON = S_("Removed what is not connected with the largest part of the ventricle.")
_REMNANT = S_("Removed a remnant beyond the end of the ventricle.")


def without_bodies_apart(
    found: Findings, most_percent: float, kept: Collection[int] = ()
) -> tuple[LabelMaps, list[Change]]:
    """The maps of `found` without the bodies beside the largest one of their frame, and without remnants at its ends.

    Only slices with a fault of their own are changed.

    Parameters
    ----------
    found
        The check of the maps.
    most_percent
        Largest sum of a frame, in percent of its labelled area.
    kept
        Frames that are not touched.

    Returns
    -------
    The maps, and the changes; a slice may lose all its labels of the left ventricle.
    """
    maps, changes = found.maps, []
    values = maps.values.copy()
    faulty = set(found.faulty_slices)
    for frame in sorted({frame for frame, _ in faulty} - set(kept)):
        bodies = bodies_of(maps.values[frame])
        small = 1 + np.flatnonzero(bodies.sizes <= LARGEST_SHARE * bodies.sizes[:1])
        there = np.isin(bodies.numbers, small)
        areas = (bodies.numbers == 1).sum(axis=(1, 2))
        remnants = [k for k in _remnants(areas) if (frame, k) in faulty]
        there[remnants] = bodies.numbers[remnants] > 0
        there[[k for k in range(maps.slices) if (frame, k) not in faulty]] = False
        if 100 * there.sum() > most_percent * (maps.values[frame] != 0).sum():
            continue
        for slice_ in np.flatnonzero(there.any(axis=(1, 2))).tolist():
            before = maps.values[frame, slice_]
            labels = with_unnamed(maps, frame, slice_, np.where(there[slice_], 0, before))
            if not np.array_equal(labels, before):
                values[frame, slice_] = labels
                area = changed_mm2(before, labels, maps.pixel_mm)
                reason = said(_REMNANT if slice_ in remnants else _REASON)
                changes.append(Change(frame, slice_, (STEP,), area, (reason,)))
    return replace(maps, values=values), changes


def _remnants(areas: np.ndarray) -> list[int]:
    """End slices whose area is a remnant of that of the slice beside them."""
    there = np.flatnonzero(areas)
    ends = ((there[0], there[1]), (there[-1], there[-2])) if len(there) > 2 else ()
    return [int(end) for end, beside in ends if areas[end] <= REMNANT_SHARE * areas[beside]]
