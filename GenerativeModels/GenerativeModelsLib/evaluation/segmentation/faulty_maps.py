"""Single maps with faults of graded severity, repaired with a label network and without: what the network is good for.

No other slice and no other frame is beside such a map, so that the smallest change and the network alone mend it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from GenerativeModelsLib.evaluation.scores.label_maps import label_dice
from GenerativeModelsLib.evaluation.scores.paired import paired_change
from GenerativeModelsLib.evaluation.scores.tables import Table
from GenerativeModelsLib.evaluation.segmentation.faults import MAP_FAULTS, OUTLINES
from GenerativeModelsLib.segmentation.check import check_maps
from GenerativeModelsLib.segmentation.label_model import LabelModel
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.population.label_sequence import STRUCTURES, LabelSequence
from GenerativeModelsLib.segmentation.repair.repair import repair_maps

__all__ = [
    "LEVELS",
    "MapScore",
    "TrueMap",
    "faulty",
    "maps_of_cycles",
    "score_maps",
    "summary_of_maps",
    "table_of_maps",
]

_MIXED, _OUTLINES = tuple(MAP_FAULTS.values()), (OUTLINES,)
LEVELS = {
    "mild": (_MIXED, 1, 0.0),
    "moderate": (_MIXED, 2, 0.5),
    "severe": (_MIXED, 4, 1.0),
    **{f"outlines off by {mm:g} mm": (_OUTLINES, 1, k / 2) for k, mm in enumerate(OUTLINES.grades)},
}
"""By name, the kinds of faults, the number of them in a map, and where their size lies in the grades of their kinds."""
WAYS = ("as it is", "no network", "network")


@dataclass(frozen=True, eq=False)
class TrueMap:
    """A correct map of one frame and one slice, and the name of its heart."""

    subject: str
    maps: LabelMaps


@dataclass(frozen=True)
class MapScore:
    """A faulty map.

    Attributes
    ----------
    level, subject
        How faulty it is, and its heart.
    left
        By way, whether it breaks a rule.
    dice
        By way and structure, with the correct map.
    """

    level: str
    subject: str
    left: dict[str, bool]
    dice: dict[str, dict[str, float]]


def maps_of_cycles(cycles: Sequence[LabelSequence], count: int) -> list[TrueMap]:
    """At most `count` maps of cycles, evenly spread, their moments spread over the cycle."""
    chosen = np.unique(np.linspace(0, len(cycles) - 1, min(count, len(cycles))).astype(int))
    found = []
    for number, cycle in enumerate(cycles[which] for which in chosen):
        frame = 3 * number % len(cycle.values)
        alone = replace(cycle, values=cycle.values[frame : frame + 1], known=cycle.known[frame : frame + 1])
        found.append(TrueMap(cycle.subject, replace(alone, frame_s=None).maps))
    return found


def faulty(maps: LabelMaps, level: str, rng: np.random.Generator) -> LabelMaps:
    """A map with the faults of a level, of random kinds at random places; fewer where there is no room."""
    kinds, count, size = LEVELS[level]
    for number in rng.permutation(len(kinds))[:count]:
        kind = kinds[number]
        made = kind.put(maps, 0, 0, kind.grades[round(size * (len(kind.grades) - 1))], rng)
        maps = maps if made is None else made.maps
    return maps


def score_maps(truths: Sequence[TrueMap], view: str, model: LabelModel, seed: int) -> Iterator[MapScore]:
    """Scores of each correct map at each level; those that break no rule with their faults are left out."""
    for level in LEVELS:
        rng = np.random.default_rng([seed, list(LEVELS).index(level)])
        for truth in truths:
            maps = replace(faulty(truth.maps, level, rng), warnings=())
            if not check_maps(maps, view).faults:
                continue
            alone, network = (repair_maps(maps, view, model=each).after for each in (None, model))
            tried = dict(zip(WAYS, (maps, alone.maps, network.maps), strict=True))
            left = dict(zip(WAYS, (True, bool(alone.faults), bool(network.faults)), strict=True))
            dice = {way: _dice(each, truth.maps, view) for way, each in tried.items()}
            yield MapScore(level, truth.subject, left, dice)


def _dice(maps: LabelMaps, truth: LabelMaps, view: str) -> dict[str, float]:
    found = label_dice(maps.values[0], truth.values[0])
    return {name: float(found[name][0]) for name in STRUCTURES[view] if truth.has(name)}


def summary_of_maps(scores: Sequence[MapScore]) -> dict[str, dict[str, Any]]:
    """By level: the number of maps, the share left with a fault in %, Dice, and what the network changes of it."""
    found = {}
    for level in LEVELS:
        own = [score for score in scores if score.level == level]
        if not own:
            continue
        entry: dict[str, Any] = {
            "maps": len(own),
            "left_percent": {way: 100 * float(np.mean([score.left[way] for score in own])) for way in WAYS[1:]},
            "dice": {},
            "change": {},
        }
        for name in STRUCTURES["short-axis"] + STRUCTURES["apical"]:
            drawn = [score for score in own if name in score.dice[WAYS[0]]]
            if not drawn or name in entry["dice"]:
                continue
            values = {way: [score.dice[way][name] for score in drawn] for way in WAYS}
            entry["dice"][name] = {way: float(np.mean(each)) for way, each in values.items()}
            change = paired_change(
                values["no network"], values["network"], [score.subject for score in drawn], "higher"
            )
            entry["change"][name] = {"difference": change.difference, "interval95": change.interval95}
        found[level] = entry
    return found


def table_of_maps(summaries: Mapping[str, dict[str, dict[str, Any]]]) -> Table:
    """A row for each source and level."""
    names = [name for name in ("lv", "myo", "rv", "la") if any(_has(levels, name) for levels in summaries.values())]
    rows = [
        [
            source,
            level,
            str(entry["maps"]),
            *(f"{share:.1f}" for share in entry["left_percent"].values()),
            *(_cell(entry, name) for name in names),
        ]
        for source, levels in summaries.items()
        for level, entry in levels.items()
    ]
    columns = ("source", "faults", "faulty maps", "left without the network, %", "with it, %")
    note = (
        "Mean Dice with the correct map as it is, repaired without the network, and with it; in brackets what the "
        "network changes, with the 95 % interval over hearts (paired, Student's t)."
    )
    return Table("Single maps with faults, repaired", (*columns, *(f"Dice, {name}" for name in names)), rows, [note])


def _has(levels: Mapping[str, dict[str, Any]], name: str) -> bool:
    return any(name in entry["dice"] for entry in levels.values())


def _cell(entry: dict[str, Any], name: str) -> str:
    if name not in entry["dice"]:
        return "–"
    means = " → ".join(f"{entry['dice'][name][way]:.3f}" for way in WAYS)
    change = entry["change"][name]
    if change["interval95"] is None:
        return f"{means} ({change['difference']:+.3f})"
    low, high = change["interval95"]
    return f"{means} ({change['difference']:+.3f}, {low:+.3f} to {high:+.3f})"
