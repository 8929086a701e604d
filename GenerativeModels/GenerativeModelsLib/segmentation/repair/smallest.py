"""The smallest change to a slice: islands removed, holes filled, open walls closed, spurs cut, cavities parted by wall.

A slice is touched only where it breaks a rule on slices, and a change is taken only if the slice breaks fewer rules
afterwards and no new one. An unusual shape or size may be the patient's and is not changed: of rules on shape only what
an island, a hole or a narrow spur breaks is mended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.language import S_, listed, said
from GenerativeModelsLib.segmentation.bodies import bodies_of
from GenerativeModelsLib.segmentation.check import Findings, broken_rules
from GenerativeModelsLib.segmentation.criteria.titles import titles
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.plane import Plane
from GenerativeModelsLib.segmentation.repair.change import Change, changed_mm2, changed_percent, with_unnamed
from GenerativeModelsLib.segmentation.repair.ways import WAYS, Way

__all__ = ["Mended", "mend_slice", "smallest_changes"]

STEP = "smallest"


@dataclass(frozen=True, eq=False)
class Mended:
    """Changed labels (rows, columns) of a slice, the rules that they still break, and what was done."""

    values: np.ndarray
    broken: frozenset[str]
    done: tuple[str, ...]


def smallest_changes(
    found: Findings, most_percent: float, kept: Collection[int] = ()
) -> tuple[LabelMaps, list[Change]]:
    """The maps of `found` with the smallest changes that mend slices.

    Parameters
    ----------
    found
        The check of the maps.
    most_percent
        Largest change of a slice, in percent of its labelled area.
    kept
        Frames that are not touched.

    Returns
    -------
    The maps, in which slices that break no rule on slices are bit for bit what they were, and the changes.
    """
    maps, changes = found.maps, []
    values = maps.values.copy()
    for frame, row in enumerate(found.planes):
        for slice_, judged in enumerate(row):
            if judged is None or not judged.violations or frame in kept:
                continue
            before = maps.values[frame, slice_]
            mended = mend_slice(maps, found.view, judged.plane, (frame, slice_), before, most_percent)
            if mended is None:
                continue
            values[frame, slice_] = mended.values
            broken = (violation.criterion.name for violation in judged.violations)
            rules = [name for name in broken if name not in mended.broken]
            area = changed_mm2(before, mended.values, maps.pixel_mm)
            changes.append(Change(frame, slice_, (STEP,), area, (_reason(mended.done, rules),)))
    return replace(maps, values=values), changes


_REASON = S_("{done_list}; rules that were broken: {rule_list}.")


def _reason(done: tuple[str, ...], rules: list[str]) -> str:
    return said(_REASON, done_list=listed(done).capitalize(), rule_list=titles(rules))


def mend_slice(
    maps: LabelMaps,
    view: str,
    like: Plane,
    place: tuple[int, int],
    values: np.ndarray,
    most_percent: float = 100.0,
) -> Mended | None:
    """The labels of a slice with the smallest changes; None if none makes it break fewer rules.

    Parameters
    ----------
    like
        A plane that is judged as this slice is.
    place
        Frame and slice.
    values
        (rows, columns) labels to mend.
    most_percent
        Largest change of all together, in percent of the labelled area.
    """
    mended = _Slice(maps, view, like, place)
    first, broken, done = values, mended.broken(values), []
    while broken:
        better = (each for each in mended.better(values, broken) if changed_percent(first, each.values) <= most_percent)
        taken = min(better, key=lambda each: len(each.broken), default=None)
        if taken is None:
            break
        values, broken = taken.values, taken.broken
        done += [words for words in taken.done if words not in done]
    return Mended(values, broken, tuple(done)) if done else None


class _Slice:
    """A slice that is mended, within its maps and judged as `like`."""

    def __init__(self, maps: LabelMaps, view: str, like: Plane, place: tuple[int, int]) -> None:
        self._maps, self._view, self._like, self._place = maps, view, like, place
        frame, slice_ = place
        near = [k for k in (slice_ - 1, slice_ + 1) if 0 <= k < maps.slices]
        self._beside = bodies_of(maps.values[frame]).largest[near].any(axis=0)

    def broken(self, labels: np.ndarray) -> frozenset[str]:
        """The rules on slices that labels (rows, columns) of this slice break."""
        return broken_rules(self._view, self._plane(labels))

    def better(self, values: np.ndarray, broken: frozenset[str]) -> Iterator[Mended]:
        """Changed labels that break fewer rules and no new one.

        By one change, then by two, three and more of different kinds one after the other.
        """
        ways = list(dict.fromkeys(way for rule in sorted(broken) for way in WAYS.get(rule, ())))
        for way in ways:
            for labels in self._candidates(way, values):
                if labels.any() and (left := self.broken(labels)) < broken:
                    yield Mended(labels, left, (way.done,))
        together, done = values, []
        for way in ways:
            labels = next(self._candidates(way, together), None)
            if labels is None or not labels.any():
                continue
            together, done = labels, [*done, way.done]
            if len(done) > 1 and (left := self.broken(together)) < broken:
                yield Mended(together, left, tuple(done))

    def _plane(self, labels: np.ndarray) -> Plane:
        return Plane(labels, self._maps.pixel_mm, self._like.role, biventricular=self._like.biventricular)

    def _candidates(self, way: Way, values: np.ndarray) -> Iterator[np.ndarray]:
        """Labels (rows, columns) of the whole slice, those that differ from `values`."""
        plane = self._plane(values)
        top, left = (int(v) for v in plane.corner)
        rows = slice(max(0, top), min(values.shape[0], top + plane.values.shape[0]))
        columns = slice(max(0, left), min(values.shape[1], left + plane.values.shape[1]))
        inner = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
        beside = np.zeros(plane.values.shape, bool)
        beside[inner] = self._beside[rows, columns]
        for made in way.make(plane, beside):
            whole = values.copy()
            whole[rows, columns] = made[inner]
            whole = with_unnamed(self._maps, *self._place, whole)
            if not np.array_equal(whole, values):
                yield whole
