"""Which of the changes that were tried are kept: those by which a slice breaks fewer rules, and nothing a new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.criteria.titles import titles
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.repair.apart import without_bodies_apart
from GenerativeModelsLib.segmentation.repair.change import Place, changed_percent, changed_places

__all__ = ["Accepted", "Limit", "accepted", "broken_by_place"]

_TOO_MUCH = S_("It would change {percent:.0f} % of the labels, more than {most:.0f} %.")
_ANEW = S_("It would break rules that hold now, or make others break them: {rule_list}.")
_VALID = S_("It breaks no rule as it is.")
_NO_BETTER = S_("It would still break rules, as many as now: {rule_list}.")


@dataclass(frozen=True)
class Limit:
    """How much may change: a slice, or a frame that is rebuilt as a whole, in `percent` against the file's labels.

    Attributes
    ----------
    before, connected
        The file's maps, and these without the bodies that `without_bodies_apart` removes; the smaller change counts.
    """

    before: LabelMaps
    percent: float
    connected: LabelMaps

    @classmethod
    def of(cls, found: Findings, percent: float, kept: Collection[int] = ()) -> Limit:
        """That of a repair of the maps of `found`, with the frames that are not touched."""
        return cls(found.maps, percent, without_bodies_apart(found, percent, kept)[0])

    def changed_percent(self, at: tuple[int, ...], tried: LabelMaps) -> float:
        """How much of a slice or a frame is changed in the maps `tried`."""
        return min(changed_percent(each.values[at], tried.values[at]) for each in (self.before, self.connected))


@dataclass(frozen=True, eq=False)
class Accepted:
    """What was kept of the changes that were tried.

    Attributes
    ----------
    found
        What the check finds in the maps with the changes that are kept.
    refused
        By place the reason why its change is not kept.
    outgrown
        Slices that an earlier turn changed and whose next change is too much against the file, though not against what
        they are now, with the reason. A repair of the result would go on with them.
    """

    found: Findings
    refused: dict[Place, str] = field(default_factory=dict)
    outgrown: dict[Place, str] = field(default_factory=dict)


def broken_by_place(found: Findings) -> dict[Place, set[str]]:
    """Names of the broken rules by place; a place that breaks none is left out."""
    faults: dict[Place, set[str]] = defaultdict(set)
    for violation in found.faults:
        faults[violation.frame, violation.slice].add(violation.criterion.name)
    return dict(faults)


def accepted(
    current: Findings,
    tried: LabelMaps,
    limit: Limit,
    whole: Collection[int] = (),
    locked: Mapping[Place, str] | None = None,
) -> Accepted:
    """The changes from the maps of `current` to the maps `tried` that are kept.

    A changed slice goes back to what it was in `current` unless it breaks fewer rules than there and none that it did
    not break. It also goes back where it changes too much, or where a slice or frame that was not changed breaks a rule
    that it did not break. Then the rest is looked at again. A frame that was rebuilt as a whole is taken as a slice is:
    by the rules that it breaks with its slices.

    Parameters
    ----------
    whole
        Frames that were rebuilt as a whole.
    locked
        Slices that stay as they are, with the reason.
    """
    known, refused, outgrown = broken_by_place(current), {}, {}
    while True:
        changed = changed_places(current.maps, tried)
        if not changed:
            return Accepted(current, refused, outgrown)
        found = check_maps(tried, current.view, earlier=current)
        back = {place: reason for place, reason in (locked or {}).items() if place in changed}
        for place, reason, again in _too_large(current, tried, changed, limit, whole):
            back.setdefault(place, reason)
            if again:
                outgrown[place] = reason
        for place, reason in _no_better(known, broken_by_place(found), changed, whole):
            back.setdefault(place, reason)
        if not back:
            return Accepted(found, refused, outgrown)
        values = tried.values.copy()
        for place, reason in back.items():
            refused[_unit(place, whole)] = reason
            at = _at(place, whole)
            values[at] = current.maps.values[at]
        tried = replace(tried, values=values)


def _unit(place: Place, whole: Collection[int]) -> Place:
    """What is kept or goes back together: the slice, or its frame where that was rebuilt as a whole."""
    return (place[0], None) if place[0] in whole else place


def _at(place: Place, whole: Collection[int]) -> tuple[int, ...]:
    """Index of the values of a unit."""
    return tuple(number for number in _unit(place, whole) if number is not None)


def _too_large(
    current: Findings, tried: LabelMaps, changed: Collection[tuple[int, int]], limit: Limit, whole: Collection[int]
) -> Iterator[tuple[Place, str, bool]]:
    """Changes that are too large, each with its place, the reason, and whether it is outgrown, see `Accepted`."""
    now = None
    for place in changed:
        at = _at(place, whole)
        percent = limit.changed_percent(at, tried)
        if percent > limit.percent:
            again = (limit.before.values[place] != current.maps.values[place]).any()
            if again:
                now = now or Limit.of(current, limit.percent)
                again = now.changed_percent(at, tried) <= limit.percent
            yield place, said(_TOO_MUCH, percent=percent, most=limit.percent), bool(again)


def _no_better(
    known: Mapping[Place, set[str]],
    now: Mapping[Place, set[str]],
    changed: Collection[tuple[int, int]],
    whole: Collection[int],
) -> Iterator[tuple[Place, str]]:
    """Changed slices that a new fault may come from, and those without fewer faults, each with the reason."""
    for place, rules in now.items():
        if new := rules - known.get(place, set()):
            for guilty in _guilty(place, changed):
                yield guilty, said(_ANEW, rule_list=titles(sorted(new)))
    for place in changed:
        earlier, left = (_rules_of(_unit(place, whole), faults) for faults in (known, now))
        if not earlier:
            yield place, said(_VALID)
        elif len(left) >= len(earlier):
            yield place, said(_NO_BETTER, rule_list=titles(sorted({rule for _, rule in left})))


def _rules_of(unit: Place, faults: Mapping[Place, set[str]]) -> set[tuple[Place, str]]:
    """The broken rules of a slice, or of a frame (slice None) and all its slices, each with its place."""
    frame, slice_ = unit
    return {
        (place, rule)
        for place, rules in faults.items()
        if place == unit or (slice_ is None and place[0] == frame)
        for rule in rules
    }


def _guilty(place: Place, changed: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    """The changed slices that a fault may come from: itself, else those beside it, else all of its frame or slice."""
    frame, slice_ = place
    if place in changed:
        return [place]
    beside = [(t, k) for t, k in changed if abs(t - frame) + abs(k - (k if slice_ is None else slice_)) <= 1]
    if beside:
        return beside
    return [(t, k) for t, k in changed if t == frame or k == slice_] or list(changed)
