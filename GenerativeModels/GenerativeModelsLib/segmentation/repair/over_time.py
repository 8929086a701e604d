"""Faulty slices and frames of a cine rebuilt from the valid ones before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.segmentation.check import Findings, broken_rules
from GenerativeModelsLib.segmentation.criteria.over_time import TimeCriterion
from GenerativeModelsLib.segmentation.criteria.titles import titles
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.repair.change import (
    Change,
    Place,
    changed_mm2,
    with_unnamed,
)
from GenerativeModelsLib.segmentation.repair.distances import (
    FARTHEST_MM,
    candidates,
    labels_of,
    signed_distances,
)
from GenerativeModelsLib.segmentation.repair.signals import spline_weights
from GenerativeModelsLib.segmentation.repair.smallest import mend_slice
from GenerativeModelsLib.segmentation.roles import judged_role

__all__ = ["Rebuilt", "over_time", "own_shape", "own_shape_reason", "whole_frames"]

STEP = "time"
MOST_GAP_S = 0.2
"""Longest time between the valid frames before and after a rebuilt one: within it a ventricle that contracts in some
300 ms moves one way."""
AROUND = 6
"""Valid frames on each side that a frame is rebuilt from; farther ones hardly count."""
WHOLE_FROM = 0.5
"""Share of the inner slices of a frame that break rules over time from which the frame is rebuilt as a whole."""
OWN_SHAPE = 0.25
"""Share of the frames of a slice in which a rule on shape is broken from which the shape is taken for the patient's."""
_ON_SHAPE = {
    *("lv_concavity", "rv_concavity", "myo_concavity", "lv_circularity", "myo_circularity", "lv_width_ratio"),
    *("myo_thinnest", "lv_radius_step", "epi_radius_step", "wall_step"),
}
"""Rules that an unusual heart may break."""
_OWN = S_("Its shape is unusual in {count:d} of {all:d} frames ({rule_list}); it may be the patient's own.")
_REASON = S_("Rebuilt from the frames before and after; rules that were broken: {rule_list}.")
_SINGLE = S_("There are no frames before and after it to rebuild it from.")
_GAP = S_("The valid frames before and after it are more than {ms:.0f} ms apart.")
_NONE_VALID = S_("The slice has no two valid frames to rebuild it from.")
_STILL_BROKEN = S_("Rebuilt from the frames before and after it would still break rules: {rule_list}.")


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """Maps with rebuilt slices.

    Attributes
    ----------
    maps, changes
        The maps, and the changed slices.
    whole
        Frames that were rebuilt as a whole, to be taken or left as a whole.
    refused
        By place the reason why it was not rebuilt.
    """

    maps: LabelMaps
    changes: list[Change]
    whole: frozenset[int] = frozenset()
    refused: dict[Place, str] = field(default_factory=dict)


def over_time(
    found: Findings, *, kept: Collection[int] = (), singly: Collection[int] = (), whole_cycle: bool = False
) -> Rebuilt:
    """The maps of `found` with faulty slices and frames rebuilt from the valid ones around them in time.

    The signed distances of each structure in the valid frames of a slice are smoothed over time, `spline_weights`, and
    read at the faulty frame. Only the structures that break a rule are rebuilt where that mends the slice. All other
    frames are bit for bit what they were.

    Parameters
    ----------
    found
        The check of the maps.
    kept
        Frames that are not touched.
    singly
        Frames that may not be rebuilt as a whole: of them only slices that break other rules than those over time.
    whole_cycle
        Whether the last frame is followed by the first.
    """
    maps = found.maps
    faults: dict[Place, list] = defaultdict(list)
    for violation in found.faults:
        faults[violation.frame, violation.slice].append(violation.criterion)
    whole = frozenset(whole_frames(found) - set(kept) - set(singly))
    wanted = [
        [frame for frame in range(maps.frames) if frame not in kept and _is_wanted(found, frame, slice_, whole, singly)]
        for slice_ in range(maps.slices)
    ]
    if maps.frame_s is None or maps.frames < 3:
        return Rebuilt(maps, [], refused={place: said(_SINGLE) for place in faults if place[0] not in kept})
    suspect = whole_frames(found) | {violation.frame for violation in found.faults if violation.slice is None}
    values, changes, refused = maps.values.copy(), [], {}
    for slice_, frames in enumerate(wanted):
        if not frames:
            continue
        known = [t for t in range(maps.frames) if t not in suspect and (t, slice_) not in faults]
        series = _Series(found, slice_, known, whole_cycle)
        own = own_shape(found, slice_)
        for frame in frames:
            rules = faults.get((frame, slice_), []) or faults.get((frame, None), [])
            unusual = own_shape_reason(own, (rule.name for rule in rules), maps.frames)
            if unusual is not None and frame not in whole:
                refused[frame, slice_] = unusual
                continue
            moved = any(rule.name == "centre_jump" for rule in rules)
            structures = None if frame in whole or moved else {rule.structure for rule in rules}
            labels, reason = series.rebuilt(frame, structures, frame in whole)
            if labels is None:
                refused[frame, None if frame in whole else slice_] = reason
                continue
            before = maps.values[frame, slice_]
            if not np.array_equal(labels, before):
                values[frame, slice_] = labels
                names = titles(rule.name for rule in rules or _rules_of_frame(faults, frame))
                area = changed_mm2(before, labels, maps.pixel_mm)
                changes.append(Change(frame, slice_, (STEP,), area, (said(_REASON, rule_list=names),)))
    failed = {frame for frame, slice_ in refused if slice_ is None}
    for frame in failed:
        values[frame] = maps.values[frame]
    changes = [change for change in changes if change.frame not in failed]
    return Rebuilt(replace(maps, values=values), changes, whole - failed, refused)


def own_shape(found: Findings, slice_: int) -> dict[str, int]:
    """Rules on shape that a slice breaks in so many frames that it may be the patient's own, with their number."""
    frames: dict[str, set[int]] = defaultdict(set)
    for violation in found.faults:
        if violation.slice == slice_ and violation.criterion.name in _ON_SHAPE:
            frames[violation.criterion.name].add(violation.frame)
    limit = max(1.0, OWN_SHAPE * found.maps.frames)
    return {name: len(there) for name, there in frames.items() if len(there) > limit}


def own_shape_reason(own: Mapping[str, int], rules: Iterable[str], frames: int) -> str | None:
    """Why a slice is left alone that breaks one of these rules on shape, see `own_shape`; None if it breaks none."""
    unusual = sorted(set(rules) & set(own))
    if not unusual:
        return None
    return said(_OWN, count=max(own[name] for name in unusual), all=frames, rule_list=titles(unusual))


def _is_wanted(found: Findings, frame: int, slice_: int, whole: Collection[int], singly: Collection[int]) -> bool:
    """Whether a slice is to be rebuilt: for a fault of its own, or with its whole frame.

    Of a frame that is rebuilt as a whole its ends stay: no slice is added, unless nothing at all is labelled.
    """
    rules = [v.criterion for v in found.faults if (v.frame, v.slice) == (frame, slice_)]
    if frame in singly:
        return any(not isinstance(rule, TimeCriterion) for rule in rules)
    values = found.maps.values[frame]
    return bool(rules or (frame in whole and (values[slice_].any() or not values.any())))


def whole_frames(found: Findings) -> set[int]:
    """Frames at fault as a whole: by a rule on frames alone, or by rules over time in half of their inner slices.

    Where a slice of the frame has a fault of its own too, that slice is what makes the frame fail.
    """
    own = {violation.frame for violation in found.faults if violation.slice is not None}
    whole = {violation.frame for violation in found.faults if violation.slice is None} - own
    over: dict[int, set[int]] = defaultdict(set)
    for violation in found.faults:
        if violation.slice is not None and isinstance(violation.criterion, TimeCriterion):
            over[violation.frame].add(violation.slice)
    for frame, slices in over.items():
        inner = sum(role == "mid" for role in found.roles[frame])
        if inner > 1 and len(slices) >= WHOLE_FROM * inner:
            whole.add(frame)
    return whole


def _rules_of_frame(faults: dict[Place, list], frame: int) -> list:
    return [rule for place, rules in sorted(faults.items(), key=str) if place[0] == frame for rule in rules]


class _Series:
    """A slice over time: its valid frames, by which others are rebuilt."""

    def __init__(self, found: Findings, slice_: int, known: list[int], whole_cycle: bool) -> None:
        self._found, self._slice, self._known = found, slice_, known
        maps = found.maps
        self._period = maps.frames if whole_cycle else None
        there = (maps.values[:, slice_] != 0).any(axis=0)
        margin = np.ceil(FARTHEST_MM / maps.pixel_mm).astype(int)
        self._window = tuple(
            slice(max(0, lines[0] - margin[axis]), lines[-1] + 1 + margin[axis]) if len(lines) else slice(0, 0)
            for axis, lines in enumerate((np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))))
        )
        self._distances: dict[int, dict[str, np.ndarray]] = {}

    def rebuilt(self, frame: int, structures: set[str] | None, whole: bool) -> tuple[np.ndarray | None, str]:
        """Labels (rows, columns) of a frame that break no rule on slices; None with the reason where there are none.

        `structures` are those to rebuild alone where that is enough; None = all. In a frame that is rebuilt as a
        `whole`, a slice that cannot be averaged is that of the nearest valid frame.
        """
        if len(self._known) < 2:
            return None, said(_NONE_VALID)
        near = self._gap(frame)
        if near is None:
            return None, said(_GAP, ms=1000 * MOST_GAP_S)
        maps, view, slice_ = self._found.maps, self._found.view, self._slice
        broken: frozenset[str] = frozenset()
        for labels in candidates(maps.values[frame, slice_], self._averaged(frame), structures):
            labels = with_unnamed(maps, frame, slice_, labels)
            if not labels.any():
                if whole or not maps.values[near, slice_].any():
                    return labels, ""
                continue
            role = judged_role(self._found.roles[near], slice_)
            plane = Plane(labels, maps.pixel_mm, role, biventricular=maps.biventricular)
            mended = mend_slice(maps, view, plane, (frame, slice_), labels)
            labels, broken = (labels, broken_rules(view, plane)) if mended is None else (mended.values, mended.broken)
            if not broken:
                return labels, ""
        if whole:
            return with_unnamed(maps, frame, slice_, maps.values[near, slice_]), ""
        return None, said(_STILL_BROKEN, rule_list=titles(sorted(broken)))

    def _gap(self, frame: int) -> int | None:
        """The nearest valid frame, None where those before and after lie too far from each other."""
        known = np.array(self._known)
        ahead = known - frame
        if self._period is not None:
            ahead = np.concatenate([ahead, ahead + self._period, ahead - self._period])
            known = np.tile(known, 3)
        after, before = ahead[ahead > 0], ahead[ahead < 0]
        gap = (after.min() if len(after) else 0) - (before.max() if len(before) else 0)
        one_sided = not len(after) or not len(before)
        if gap * self._found.maps.frame_s > (0.5 if one_sided else 1.0) * MOST_GAP_S + 1e-9:
            return None
        return int(known[np.abs(ahead).argmin()])

    def _weights(self, frame: int, known: Sequence[int]) -> np.ndarray:
        return _weights(tuple(t - frame for t in known), self._found.maps.frame_s)

    def _around(self, frame: int) -> tuple[list[int], list[int]]:
        """The valid frames nearest to a frame, `AROUND` on each side, and when they are in a cycle that goes on."""
        times = {t: t for t in self._known}
        if self._period is not None:
            times = {t + turn * self._period: t for turn in (-1, 0, 1) for t in self._known}
        before = sorted(t for t in times if t < frame)[-AROUND:]
        after = sorted(t for t in times if t > frame)[:AROUND]
        return [times[t] for t in before + after], before + after

    def _averaged(self, frame: int) -> np.ndarray:
        maps = self._found.maps
        known, times = self._around(frame)
        for t in set(known) - set(self._distances):
            self._distances[t] = signed_distances(maps.values[t, self._slice][self._window], maps.pixel_mm)
        weights = self._weights(frame, times)
        mixed = {
            name: np.tensordot(weights, np.stack([self._distances[t][name] for t in known]), 1)
            for name in self._distances[known[0]]
        }
        whole = np.zeros(maps.values.shape[2:], np.uint8)
        whole[self._window] = labels_of(mixed)
        return whole


@lru_cache(maxsize=256)
def _weights(offsets: tuple[int, ...], frame_s: float) -> np.ndarray:
    """Weights of frames so many frames after one, by which they give it."""
    return spline_weights(np.array(offsets) * frame_s, np.zeros(1), frame_s)[0]
