"""Tables of the repairs: means over seeds with their spread, and paired differences from the maps as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from GenerativeModelsLib.evaluation.scores.paired import PairedChange, paired_change
from GenerativeModelsLib.evaluation.scores.tables import Table
from GenerativeModelsLib.evaluation.segmentation.repair_scores import CaseScore

__all__ = ["summary_of", "table_of_networks", "tables_of"]

SCORES = {"dice": "higher", "hd95_mm": "lower", "hausdorff_mm": "lower"}
TITLES = {"dice": "Dice", "hd95_mm": "95 % Hausdorff", "hausdorff_mm": "Hausdorff"}
STRUCTURES = {"lv": "cavity", "myo": "wall"}
_NOTES = (
    "Faults: frames and slices that `segmentation check` calls wrong, shifts of slices left out. A frame is a stack of "
    "one phase, or a frame of a cine. Means over the seeds of the network, +- their standard deviation.",
    "Dice and distances: of every labelled frame, changed or not, in mm. In brackets the difference from `as it is` "
    "with its 95 % interval over patients (paired, Student's t; frames and seeds of a patient averaged). Millimetres "
    "of stacks of Sunnybrook are nominal (pixels of 1.33 mm, 9 mm between slices).",
    "Abstained: what a method lists as still breaking rules. A frame counts if the frame or one of its slices is "
    "listed, a slice if it is listed itself; shares of all frames, and of all slices that have labels or lack them and "
    "should not. Not listed: with a fault in a check of the repaired maps alone, at a place that is not listed.",
    "Valid changed: frames without a fault before that a method changed, and labelled slices without a fault before, "
    "in frames without a fault of the frame as a whole.",
    "EF errors are those of cines, over the slices that the expert contoured at end diastole and end systole, the same "
    "for all methods. Roughness is that of the volume curve of a cine.",
)


def tables_of(
    scores: Mapping[str, Sequence[CaseScore]], methods: Sequence[str]
) -> tuple[list[Table], dict[str, dict[str, Any]]]:
    """Two tables for each source, what is faulty and how right it is, and all their figures by source and method."""
    tables, figures = [], {}
    for source, found in scores.items():
        summaries = {name: summary_of(found, name, methods[0]) for name in methods}
        figures[source] = summaries
        tables.append(_fault_table(source, summaries))
        tables.append(_score_table(source, summaries))
    tables[-1] = Table(tables[-1].title, tables[-1].columns, tables[-1].rows, _NOTES)
    return tables, figures


def table_of_networks(
    scores: Mapping[str, Sequence[CaseScore]], shipped: str, other: str
) -> tuple[Table, dict[str, dict[str, Any]]]:
    """The repair by another network against that by the shipped one, over patients, by source; and its figures."""
    rows, figures = [], {}
    for source, found in scores.items():
        changes = {"slices_faulty": asdict(_faulty_slices_changed(found, shipped, other))}
        for structure in STRUCTURES:
            for score, better in SCORES.items():
                entry = _changed(found, other, shipped, structure, score, better)
                changes[f"{structure}_{score}"] = None if entry is None else entry["change"]
        figures[source] = changes
        rows.append([source, *(_change_cell(name, change) for name, change in changes.items())])
    kinds = [f"{words}, {title}" for words in STRUCTURES.values() for title in TITLES.values()]
    note = "Difference, with its 95 % interval over patients (paired, Student's t; frames and seeds averaged)."
    return Table(f"{other}, less {shipped}", ("source", "faulty slices, points", *kinds), rows, [note]), figures


def _faulty_slices_changed(found: Sequence[CaseScore], shipped: str, other: str) -> PairedChange:
    """Paired change of the share in percent of the slices of a case that are left with a fault."""

    def left(name: str) -> list[CaseScore]:
        return [score for score in found if score.method == name and score.slices]

    shares = [[100 * score.left_slices / score.slices for score in left(name)] for name in (shipped, other)]
    return paired_change(*shares, [score.patient for score in left(shipped)], "lower")


def _change_cell(name: str, change: dict[str, Any] | None) -> str:
    if change is None:
        return "–"
    digits = 3 if name.endswith("dice") else 1
    interval = change["interval95"]
    around = "" if interval is None else f" ({interval[0]:+.{digits}f} to {interval[1]:+.{digits}f})"
    return f"{change['difference']:+.{digits}f}{around}"


def summary_of(found: Sequence[CaseScore], method: str, reference: str) -> dict[str, Any]:
    """All figures of a method: shares in percent by seed, scores with their paired change from `reference`."""
    own = [score for score in found if score.method == method]
    seeds = sorted({score.seed for score in own})

    def shares(part: Callable[[CaseScore], float], whole: Callable[[CaseScore], float]) -> list[float | None]:
        sums = [[sum(f(s) for s in own if s.seed == seed) for f in (part, whole)] for seed in seeds]
        return [100 * a / b if b else None for a, b in sums]

    summary: dict[str, Any] = {
        "cases": len(own),
        "frames_faulty_before": shares(lambda s: s.faulty_frames, lambda s: s.frames),
        "frames_faulty": shares(lambda s: s.left_frames, lambda s: s.frames),
        "slices_faulty_before": shares(lambda s: s.faulty_slices, lambda s: s.slices),
        "slices_faulty": shares(lambda s: s.left_slices, lambda s: s.slices),
        "frames_abstained": shares(lambda s: s.abstained_frames, lambda s: s.frames),
        "slices_abstained": shares(lambda s: s.abstained_slices, lambda s: s.slices),
        "frames_unlisted": shares(lambda s: s.unlisted_frames, lambda s: s.frames),
        "slices_unlisted": shares(lambda s: s.unlisted_slices, lambda s: s.slices),
        **{
            name: [sum(getattr(s, name) for s in own if s.seed == seed) for seed in seeds]
            for name in ("valid_frames", "valid_frames_changed", "valid_slices", "valid_slices_changed")
        },
        "seconds": float(np.mean([score.seconds for score in own])),
        "rules": _summed(score.rules for score in own),
    }
    for name in ("ef_error", "roughness"):
        values = [[getattr(s, name) for s in own if s.seed == seed and getattr(s, name) is not None] for seed in seeds]
        summary[name] = [float(np.mean(each)) for each in values if each]
    for structure in STRUCTURES:
        for score, better in SCORES.items():
            summary[f"{structure}_{score}"] = _changed(found, method, reference, structure, score, better)
    return summary


def _summed(counts: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for rule, number in each.items():
            total[rule] = total.get(rule, 0) + number
    return dict(sorted(total.items(), key=lambda item: -item[1]))


def _changed(
    found: Sequence[CaseScore], method: str, reference: str, structure: str, score: str, better: Any
) -> dict[str, Any] | None:
    """Mean of a score, of each seed, and its paired change; None where the structure is labelled nowhere."""

    def flat(name: str) -> tuple[list[float], list[str], list[int]]:
        rows = [
            (getattr(each, score), case.patient, case.seed)
            for case in found
            if case.method == name
            for each in case.scores[structure]
        ]
        return [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]

    after, patients, seeds = flat(method)
    before, _, _ = flat(reference)
    if not after:
        return None
    change: PairedChange = paired_change(before, after, patients, better)
    by_seed = [float(np.mean([v for v, s in zip(after, seeds) if s == seed])) for seed in sorted(set(seeds))]
    return {"mean": float(np.mean(after)), "by_seed": by_seed, "frames": len(after), "change": asdict(change)}


def _fault_table(source: str, summaries: Mapping[str, dict[str, Any]]) -> Table:
    rows = [
        [
            name,
            f"{_spread(s['frames_faulty_before'])} → {_spread(s['frames_faulty'])}",
            f"{_spread(s['slices_faulty_before'])} → {_spread(s['slices_faulty'])}",
            _spread(s["frames_abstained"]),
            _spread(s["slices_abstained"]),
            _spread(s["frames_unlisted"]),
            _spread(s["slices_unlisted"]),
            *(f"{sum(s[f'valid_{kind}_changed'])} of {sum(s[f'valid_{kind}'])}" for kind in ("frames", "slices")),
            _spread(s["ef_error"]),
            _spread(s["roughness"], 2),
            f"{s['seconds']:.2f}",
        ]
        for name, s in summaries.items()
    ]
    columns = (
        *("method", "faulty frames %", "faulty slices %", "abstained frames %", "abstained slices %"),
        *("not listed: frames %", "not listed: slices %", "valid frames changed", "valid slices changed"),
        *("EF error, points", "roughness %", "s a case"),
    )
    return Table(f"{source}: faults before and after", columns, rows)


def _score_table(source: str, summaries: Mapping[str, dict[str, Any]]) -> Table:
    kinds = [(structure, score) for structure in STRUCTURES for score in SCORES]
    rows = [
        [name, *(_score_cell(s[f"{structure}_{score}"], 3 if score == "dice" else 1) for structure, score in kinds)]
        for name, s in summaries.items()
    ]
    columns = ("method", *(f"{STRUCTURES[structure]}, {TITLES[score]}" for structure, score in kinds))
    return Table(f"{source}: every labelled frame against the expert", columns, rows)


def _score_cell(entry: dict[str, Any] | None, digits: int) -> str:
    if entry is None:
        return "–"
    mean, change = _spread(entry["by_seed"], digits), entry["change"]
    if change["interval95"] is None or not any(change["interval95"]):
        return mean
    low, high = change["interval95"]
    return f"{mean} ({change['difference']:+.{digits}f}, {low:+.{digits}f} to {high:+.{digits}f})"


def _spread(values: Sequence[float | None], digits: int = 1) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    mean = f"{np.mean(known):.{digits}f}"
    return f"{mean} +- {np.std(known, ddof=1):.{digits}f}" if len(known) > 1 else mean
