"""The repair of label maps: the smallest change, then nearest codes, then time, then slices realigned."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.repair.change import (
    Abstention,
    Change,
    Place,
    changed_mm2,
    changed_percent,
    changed_places,
)
from GenerativeModelsLib.segmentation.repair.codes import NearestCodes
from GenerativeModelsLib.segmentation.repair.over_time import over_time
from GenerativeModelsLib.segmentation.repair.request import MOST_CHANGE_PERCENT
from GenerativeModelsLib.segmentation.repair.slices import Realigned, SliceShift, realigned
from GenerativeModelsLib.segmentation.repair.smallest import smallest_changes

if TYPE_CHECKING:
    from GenerativeModelsLib.segmentation.label_model import LabelModel

__all__ = ["Repaired", "repair_maps"]

MOST_PASSES = 8
_TOO_MUCH = S_("It would change {percent:.0f} % of the labels, more than {most:.0f} %.")
_STILL = S_("It would still break rules, or make others break them: {id}.")
_NO_STEP = S_("No small change mends it; an unusual shape or size may be the patient's own.")


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
        What was left as it was though it breaks rules.
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
    """How far a repair is: what the check finds, changes by place, reasons of what was not changed by place."""

    found: Findings
    changes: dict[tuple[int, int], Change] = field(default_factory=dict)
    refused: dict[Place, str] = field(default_factory=dict)
    singly: set[int] = field(default_factory=set)


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
    breaks no rule; what cannot be brought there stays as it was and is listed. The steps are repeated until they change
    nothing, so that repairing the result again changes nothing either.

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
    state, kept = _State(before), frozenset(keep_frames)
    codes = None if model is None else NearestCodes(model, most_percent, kept)
    for turn in range(MOST_PASSES):
        progress("repairing", 0.3 + 0.5 * turn / MOST_PASSES)
        singly = len(state.singly)
        if _pass(before, state, most_percent, kept, whole_cycle, codes):
            state.singly.clear()
        elif len(state.singly) == singly:
            break
    abstained = _abstained(state, kept)
    changes = [state.changes[place] for place in sorted(state.changes)]
    mended = time.perf_counter()
    after, moved = state.found, Realigned(state.found.maps, [], [])
    if realign:
        progress("realigning the slices", 0.85)
        moved = realigned(state.found, kept)
        after = check_maps(moved.maps, view, earlier=state.found)
    seconds = {"check": checked - start, "repair": mended - checked, "realign": time.perf_counter() - mended}
    warnings = (*after.warnings, *moved.warnings)
    return Repaired(before, after, changes + moved.changes, abstained, moved.shifts, warnings, seconds)


def _pass(
    before: Findings,
    state: _State,
    most_percent: float,
    kept: frozenset[int],
    whole_cycle: bool,
    codes: NearestCodes | None,
) -> bool:
    """One turn of all steps; whether anything was changed."""
    current = state.found
    state.refused = {place: reason for place, reason in state.refused.items() if place[0] in state.singly}
    if not current.faults:
        return False
    steps: list[Change] = []
    tried, made = smallest_changes(current, most_percent, kept)
    steps += made
    found = check_maps(tried, current.view, earlier=current) if made else current
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
    passed = _only_what_passes(before, state, rebuilt.maps, rebuilt.whole, most_percent)
    changed = set(changed_places(current.maps, passed.maps))
    by_place: dict[tuple[int, int], list[Change]] = defaultdict(list)
    for change in steps:
        by_place[change.frame, change.slice].append(change)
    for place in changed:
        earlier = [state.changes[place]] if place in state.changes else []
        state.changes[place] = _joined([*earlier, *by_place[place]], before.maps, passed.maps)
    state.found = passed
    return bool(changed)


def _joined(changes: list[Change], before: LabelMaps, after: LabelMaps) -> Change:
    """The changes of one slice as one, its area against the file's labels."""
    first = changes[0]
    place = first.frame, first.slice
    steps = tuple(dict.fromkeys(step for change in changes for step in change.steps))
    reasons = tuple(dict.fromkeys(reason for change in changes for reason in change.reasons))
    area = changed_mm2(before.values[place], after.values[place], before.pixel_mm)
    return Change(first.frame, first.slice, steps, area, reasons)


def _faults(found: Findings) -> dict[Place, set[str]]:
    faults: dict[Place, set[str]] = defaultdict(set)
    for violation in found.faults:
        faults[violation.frame, violation.slice].add(violation.criterion.name)
    return faults


def _only_what_passes(
    before: Findings, state: _State, tried: LabelMaps, whole: frozenset[int], most_percent: float
) -> Findings:
    """What the check finds in the tried maps, without the changes that do not pass.

    Slices go back to what they were that still break a rule, that change too much, or beside which another slice breaks
    a rule that it did not break; then the rest is looked at again. A frame that was rebuilt as a whole goes back whole.
    """
    current = state.found
    known = _faults(current)
    while True:
        changed = changed_places(current.maps, tried)
        if not changed:
            return current
        found = check_maps(tried, current.view, earlier=current)
        back = _too_large(before, tried, changed, whole, most_percent)
        now = _faults(found)
        for place, rules in now.items():
            new = rules if place in changed else rules - known.get(place, set())
            for guilty in _guilty(place, changed) if new else ():
                back.setdefault(guilty, said(_STILL, id=", ".join(sorted(new))))
        if not back:
            return found
        values = tried.values.copy()
        for (frame, slice_), reason in list(back.items()):
            if frame in whole:
                values[frame] = current.maps.values[frame]
                state.refused[frame, None] = reason
                state.singly.add(frame)
            else:
                values[frame, slice_] = current.maps.values[frame, slice_]
                state.refused[frame, slice_] = reason
        tried = replace(tried, values=values)


def _too_large(
    before: Findings, tried: LabelMaps, changed: list[tuple[int, int]], whole: frozenset[int], most_percent: float
) -> dict[tuple[int, int], str]:
    """By place the reason of changes that are too large."""
    found = {}
    for place in changed:
        at = (place[0],) if place[0] in whole else place
        percent = changed_percent(before.maps.values[at], tried.values[at])
        if percent > most_percent:
            found[place] = said(_TOO_MUCH, percent=percent, most=most_percent)
    return found


def _guilty(place: Place, changed: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The changed slices that a fault may come from: itself, else those beside it, else all of its frame or slice."""
    frame, slice_ = place
    if place in changed:
        return [place]
    beside = [(t, k) for t, k in changed if abs(t - frame) + abs(k - (k if slice_ is None else slice_)) <= 1]
    if beside:
        return beside
    return [(t, k) for t, k in changed if t == frame or k == slice_] or changed


def _abstained(state: _State, kept: frozenset[int]) -> list[Abstention]:
    found = []
    for (frame, slice_), rules in sorted(_faults(state.found).items(), key=lambda item: _order(item[0])):
        if frame in kept:
            continue
        reason = state.refused.get((frame, slice_)) or state.refused.get((frame, None)) or said(_NO_STEP)
        found.append(Abstention(frame, slice_, tuple(sorted(rules)), reason))
    return found


def _order(place: Place) -> tuple[int, int]:
    return place[0], -1 if place[1] is None else place[1]
