"""The repair of label maps: the smallest change, nearest codes, time, slices beside, then slices realigned."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.criteria.titles import titles
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.repair.accepted import Accepted, Limit, accepted, broken_by_place
from GenerativeModelsLib.segmentation.repair.apart import without_bodies_apart
from GenerativeModelsLib.segmentation.repair.between_slices import between_slices
from GenerativeModelsLib.segmentation.repair.change import Abstention, Change, Place, changed_mm2, changed_places
from GenerativeModelsLib.segmentation.repair.codes import NearestCodes
from GenerativeModelsLib.segmentation.repair.over_time import over_time
from GenerativeModelsLib.segmentation.repair.request import MOST_CHANGE_PERCENT
from GenerativeModelsLib.segmentation.repair.slices import Realigned, SliceShift, realigned
from GenerativeModelsLib.segmentation.repair.smallest import STEP as SMALLEST
from GenerativeModelsLib.segmentation.repair.smallest import smallest_changes

if TYPE_CHECKING:
    from GenerativeModelsLib.segmentation.label_model import LabelModel

__all__ = ["Repaired", "repair_maps"]

_NO_STEP = S_("No small change mends it; an unusual shape or size may be the patient's own.")
_IN_PART = S_("Mended in part. {why} What is left: {rule_list}.")


@dataclass(frozen=True, eq=False)
class Repaired:
    """Label maps before and after a repair.

    Attributes
    ----------
    before, after
        What the check finds in them; the maps are theirs.
    changes
        Changed slices, by frame and slice; slices that were realigned come last.
    abstained
        What still breaks rules, but for frames that were to stay as they are; slices among them may be changed.
    shifts
        The in-plane shifts that were looked for; empty without `realign`.
    """

    before: Findings
    after: Findings
    changes: list[Change]
    abstained: list[Abstention]
    shifts: list[SliceShift] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def changed_frames(self) -> list[int]:
        """Frames with a changed slice; a realigned slice is not counted."""
        return sorted({change.frame for change in self.changes if change.frame is not None})


@dataclass(eq=False)
class _State:
    """How far a repair is.

    Attributes
    ----------
    found
        What the check finds now.
    changes
        By slice what was done.
    refused
        By place the reason why it was not changed, or not further.
    singly
        Frames that could not be rebuilt as a whole.
    outgrown
        Slices that have to stay as they were, see `Accepted`.
    """

    found: Findings
    changes: dict[tuple[int, int], Change] = field(default_factory=dict)
    refused: dict[Place, str] = field(default_factory=dict)
    singly: set[int] = field(default_factory=set)
    outgrown: dict[Place, str] = field(default_factory=dict)

    def take(self, before: LabelMaps, passed: Accepted, steps: Sequence[Change]) -> None:
        """Go on with what was kept of these steps; `before` are the maps of the file."""
        by_place: dict[Place, list[Change]] = defaultdict(list)
        for change in steps:
            by_place[change.frame, change.slice].append(change)
        for place in changed_places(self.found.maps, passed.found.maps):
            earlier = [self.changes[place]] if place in self.changes else []
            self.changes[place] = _joined([*earlier, *by_place[place]], before, passed.found.maps)
        self.found = passed.found
        self.refused.update(passed.refused)
        self.outgrown.update(passed.outgrown)


def _joined(changes: list[Change], before: LabelMaps, after: LabelMaps) -> Change:
    """The changes of one slice as one, its area against the file's labels."""
    first = changes[0]
    place = first.frame, first.slice
    steps = tuple(dict.fromkeys(step for change in changes for step in change.steps))
    reasons = tuple(dict.fromkeys(reason for change in changes for reason in change.reasons))
    area = changed_mm2(before.values[place], after.values[place], before.pixel_mm)
    return Change(first.frame, first.slice, steps, area, reasons)


def repair_maps(
    maps: LabelMaps,
    view: str = "short-axis",
    *,
    most_percent: float = MOST_CHANGE_PERCENT,
    keep_frames: Collection[int] = (),
    whole_cycle: bool = False,
    realign: bool = False,
    model: LabelModel | None = None,
    progress: Callable[[str, float], None] = lambda message, share: None,
) -> Repaired:
    """Repair label maps.

    Slices and frames without a fault are bit for bit what they were, unless slices are realigned. A changed slice
    breaks fewer rules than before and none that it did not break, and makes no other slice or frame break one. All that
    still breaks rules is listed, also what is left of a slice that was mended in part. The steps are repeated until
    they change nothing, so that repairing the result again changes nothing either.

    Parameters
    ----------
    maps, view
        As for `check_maps`.
    most_percent
        Largest change of a slice, or of a frame that is rebuilt as a whole, in percent of its labelled area.
    keep_frames
        Frames, from 0, that stay as they are.
    whole_cycle
        Whether the last frame is followed by the first.
    realign
        Whether slices are shifted in their plane, see `slices.realigned`.
    model
        The label network of the view; without one the step of nearest codes is left out.
    """
    start = time.perf_counter()
    before = check_maps(maps, view, lambda message, share: progress(message, 0.3 * share))
    checked = time.perf_counter()
    kept = frozenset(keep_frames)
    codes = None if model is None else NearestCodes(model, most_percent, kept)
    state = _mended(before, most_percent, kept, whole_cycle, codes, progress)
    changes = [state.changes[place] for place in sorted(state.changes)]
    mended = time.perf_counter()
    after, moved = state.found, Realigned(state.found.maps, [], [])
    if realign:
        progress("realigning the slices", 0.85)
        moved = realigned(state.found, kept)
        after = check_maps(moved.maps, view, earlier=state.found)
    abstained = _abstained(after, state, kept)
    seconds = {"check": checked - start, "repair": mended - checked, "realign": time.perf_counter() - mended}
    warnings = (*after.warnings, *moved.warnings)
    return Repaired(before, after, changes + moved.changes, abstained, moved.shifts, warnings, seconds)


def _mended(
    before: Findings,
    most_percent: float,
    kept: frozenset[int],
    whole_cycle: bool,
    codes: NearestCodes | None,
    progress: Callable[[str, float], None],
) -> _State:
    """The state after all turns, in which a slice is as it was if its next change would be too much in sum.

    Once the others are mended, such a slice may be mended in another way; that is tried as a repair of the result.
    """
    limit, locked = Limit.of(before, most_percent, kept), {}
    while True:
        state = _after_turns(before, limit, kept, locked, whole_cycle, codes, progress)
        if state.outgrown:
            locked.update(state.outgrown)
            continue
        if not locked or not state.changes:
            return state
        again = _mended(state.found, most_percent, kept, whole_cycle, codes, progress)
        passed = accepted(state.found, again.found.maps, limit)
        stayed = set(changed_places(passed.found.maps, again.found.maps)) - set(locked)
        if not stayed:
            state.take(before.maps, passed, list(again.changes.values()))
            return state
        locked.update({place: passed.refused.get(place) or passed.refused[place[0], None] for place in stayed})


def _after_turns(
    before: Findings,
    limit: Limit,
    kept: frozenset[int],
    locked: Mapping[Place, str],
    whole_cycle: bool,
    codes: NearestCodes | None,
    progress: Callable[[str, float], None],
) -> _State:
    """The state after all turns; it is left early, with `outgrown`, where slices have to stay as they were.

    Every turn that changes something leaves fewer broken rules, so the turns come to an end.
    """
    state = _State(before)
    for turn in count():
        progress("repairing", 0.8 - 0.5 * 0.7**turn)
        singly = len(state.singly)
        if _turn(limit, state, kept, locked, whole_cycle, codes):
            state.singly.clear()
        elif len(state.singly) == singly:
            break
        if state.outgrown:
            break
    return state


def _turn(
    limit: Limit,
    state: _State,
    kept: frozenset[int],
    locked: Mapping[Place, str],
    whole_cycle: bool,
    codes: NearestCodes | None,
) -> bool:
    """One turn of all steps; whether anything was changed.

    Slices that the steps of one slice and of time together do not make better are tried once more with the smallest
    change alone. What still breaks rules then is rebuilt from the slices on both sides.
    """
    current = state.found
    state.refused = {place: reason for place, reason in state.refused.items() if place[0] in state.singly}
    if not current.faults:
        return False
    connected, steps = without_bodies_apart(current, limit.percent, kept)
    found = check_maps(connected, current.view, earlier=current) if steps else current
    smallest, made = smallest_changes(found, limit.percent, kept)
    steps += made
    found = check_maps(smallest, current.view, earlier=found) if made else found
    outside: dict[Place, str] = {}
    if codes is not None:
        nearest = codes(found)
        steps += nearest.changes
        outside = nearest.refused
        found = check_maps(nearest.maps, current.view, earlier=found) if nearest.changes else found
    rebuilt = over_time(found, kept=kept, singly=state.singly, whole_cycle=whole_cycle)
    steps += rebuilt.changes
    state.refused.update(rebuilt.refused | outside)
    state.singly |= {frame for frame, slice_ in rebuilt.refused if slice_ is None}
    passed = accepted(current, rebuilt.maps, limit, rebuilt.whole, locked)
    state.singly |= {frame for frame, slice_ in passed.refused if slice_ is None}
    state.take(limit.before, passed, steps)
    stayed = (passed.found.maps.values == current.maps.values).all(axis=(2, 3), keepdims=True)
    alone = replace(smallest, values=np.where(stayed, smallest.values, passed.found.maps.values))
    known = dict(state.refused)
    first = [change for change in steps if change.steps == (SMALLEST,)]
    state.take(limit.before, accepted(passed.found, alone, limit, locked=locked), first)
    beside = between_slices(state.found, kept)
    last = accepted(state.found, beside.maps, limit, locked=locked)
    state.take(limit.before, last, beside.changes)
    state.refused = state.refused | known | beside.refused | last.refused | outside
    return state.found is not current


def _abstained(after: Findings, state: _State, kept: frozenset[int]) -> list[Abstention]:
    """What still breaks rules, with the reason; what is left of a slice that was mended in part says so."""
    found = []
    for (frame, slice_), rules in sorted(broken_by_place(after).items(), key=lambda item: _order(item[0])):
        if frame in kept:
            continue
        reason = state.refused.get((frame, slice_)) or state.refused.get((frame, None)) or said(_NO_STEP)
        names = tuple(sorted(rules))
        if (frame, slice_) in state.changes:
            reason = said(_IN_PART, why=reason, rule_list=titles(names))
        found.append(Abstention(frame, slice_, names, reason))
    return found


def _order(place: Place) -> tuple[int, int]:
    return place[0], -1 if place[1] is None else place[1]
