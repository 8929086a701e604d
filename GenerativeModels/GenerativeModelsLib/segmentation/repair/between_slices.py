"""Faulty and missing slices rebuilt from the valid ones on both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.segmentation.check import Findings, broken_rules
from GenerativeModelsLib.segmentation.criteria.record import Criterion
from GenerativeModelsLib.segmentation.criteria.titles import titles
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.repair.change import Change, Place, changed_mm2, with_unnamed
from GenerativeModelsLib.segmentation.repair.distances import candidates, labels_of, signed_distances
from GenerativeModelsLib.segmentation.repair.over_time import Rebuilt, own_shape, own_shape_reason
from GenerativeModelsLib.segmentation.repair.smallest import mend_slice

__all__ = ["between_slices"]

STEP = "slices"
MOST_APART_MM = 30.0
"""Largest distance of the valid slices on both sides: two slices of a usual stack lie between them. A step between two
slices is a fault of both."""
_REASON = S_("Rebuilt from the slices on both sides; rules that were broken: {rule_list}.")
_STILL_BROKEN = S_("Rebuilt from the slices on both sides it would still break rules: {rule_list}.")


def between_slices(found: Findings, kept: Collection[int] = ()) -> Rebuilt:
    """The maps of `found` with faulty slices rebuilt from the nearest valid ones on both sides in their frame.

    The signed distances of each structure are interpolated linearly along the axis. The valid slices are at most
    `MOST_APART_MM` apart, and a slice whose shape may be the patient's own stays. All other slices are bit for bit what
    they were.

    Parameters
    ----------
    found
        The check of the maps, of the short axis.
    kept
        Frames that are not touched.
    """
    maps = found.maps
    faults: dict[Place, list[Criterion]] = defaultdict(list)
    for violation in found.faults:
        faults[violation.frame, violation.slice].append(violation.criterion)
    values, changes, refused = maps.values.copy(), [], {}
    own = {slice_: own_shape(found, slice_) for _, slice_ in faults if slice_ is not None}
    for (frame, slice_), rules in faults.items():
        if slice_ is None or frame in kept:
            continue
        valid = [k for k, role in enumerate(found.roles[frame]) if role is not None and (frame, k) not in faults]
        near = max((k for k in valid if k < slice_), default=None), min((k for k in valid if k > slice_), default=None)
        if None in near or (near[1] - near[0]) * maps.slice_mm > MOST_APART_MM:
            continue
        unusual = own_shape_reason(own[slice_], (rule.name for rule in rules), maps.frames)
        if unusual is not None:
            refused[frame, slice_] = unusual
            continue
        before = maps.values[frame, slice_]
        labels, broken = _rebuilt(found, (frame, slice_), near, {rule.structure for rule in rules})
        if labels is None:
            refused[frame, slice_] = said(_STILL_BROKEN, rule_list=titles(sorted(broken)))
        elif not np.array_equal(labels, before):
            values[frame, slice_] = labels
            names = titles(rule.name for rule in rules)
            area = changed_mm2(before, labels, maps.pixel_mm)
            changes.append(Change(frame, slice_, (STEP,), area, (said(_REASON, rule_list=names),)))
    return Rebuilt(replace(maps, values=values), changes, refused=refused)


def _rebuilt(
    found: Findings, place: tuple[int, int], near: tuple[int, int], structures: Collection[str]
) -> tuple[np.ndarray | None, frozenset[str]]:
    """Labels (rows, columns) that break no rule on slices; None with the rules that the last ones break."""
    maps, (frame, slice_) = found.maps, place
    role = found.roles[frame][slice_] or "mid"  # where the ventricle is missing, it is there on both sides
    made = _interpolated(maps.values[frame], slice_, near, maps.pixel_mm)
    broken: frozenset[str] = frozenset()
    for labels in candidates(maps.values[place], made, structures):
        labels = with_unnamed(maps, frame, slice_, labels)
        if not labels.any():
            continue
        plane = Plane(labels, maps.pixel_mm, role, biventricular=maps.biventricular)
        mended = mend_slice(maps, found.view, plane, place, labels)
        labels, broken = (labels, broken_rules(found.view, plane)) if mended is None else (mended.values, mended.broken)
        if not broken:
            return labels, broken
    return None, broken


def _interpolated(values: np.ndarray, slice_: int, near: tuple[int, int], pixel_mm: np.ndarray) -> np.ndarray:
    """(rows, columns) labels between two slices of a stack (slices, rows, columns)."""
    both = values[list(near)]
    rows, columns = (np.flatnonzero((both != 0).any(axis=axes)) for axes in ((0, 2), (0, 1)))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    first, last = (signed_distances(labels[window], pixel_mm) for labels in both)
    share = (slice_ - near[0]) / (near[1] - near[0])
    made = np.zeros(values.shape[1:], np.uint8)
    made[window] = labels_of({name: (1 - share) * first[name] + share * last[name] for name in first})
    return made
