"""Tables of the benchmark of realigned slices, with paired differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from GenerativeModelsLib.evaluation.heart.realign_scores import RealScores, SimulatedScores
from GenerativeModelsLib.evaluation.scores.paired import paired_change
from GenerativeModelsLib.evaluation.scores.tables import Table

__all__ = ["WAYS", "real_table", "simulated_table"]

WAYS = {
    "as it is": "as it is",
    "curve": "centres alone",
    "repair": "`segmentation repair --realign`",
    "realign": "`--realign`",
}
"""By the way of a score: what the table calls it."""
_PHASE = {"ed": "ED", "es": "ES"}


def _columns() -> dict[str, tuple[Callable[[SimulatedScores], float], str, str]]:
    """By title: the score of a heart, its format, and which way is better."""
    found: dict[str, tuple[Callable[[SimulatedScores], float], str, str]] = {
        "left, mm": (lambda s: s.left_mm, ".2f", "lower")
    }
    for phase, words in _PHASE.items():
        found[f"Dice {words}"] = (lambda s, p=phase: s.dice[p], ".3f", "higher")
    for phase, words in _PHASE.items():
        found[f"distance {words}, mm"] = (lambda s, p=phase: s.distance_mm[p], ".2f", "lower")
    for phase, words in _PHASE.items():
        found[f"mean wall {words}, mm"] = (lambda s, p=phase: abs(s.wall_error_mm[p]), ".2f", "lower")
    found["p95 wall ED, mm"] = (lambda s: abs(s.p95_error_mm["ed"]), ".2f", "lower")
    for phase, words in (("ed", "EDV"), ("es", "ESV")):
        found[f"{words}, %"] = (lambda s, p=phase: abs(s.volume_error_percent[p]), ".1f", "lower")
    found["EF, points"] = (lambda s: abs(s.ef_error), ".2f", "lower")
    return found


def simulated_table(scores: Sequence[SimulatedScores], seed: int) -> Table:
    """A row for each size of shifts and each way to measure; differences are paired with "as it is"."""
    columns = _columns()
    rows = []
    for size in sorted({score.shift_mm for score in scores}):
        some = {way: [s for s in scores if s.shift_mm == size and s.way == way] for way in WAYS}
        names = [s.name for s in some["as it is"]]
        for way, words in WAYS.items():
            cells = [
                _cell([of(s) for s in some["as it is"]], [of(s) for s in some[way]], names, form, better)
                for of, form, better in columns.values()
            ]
            rows.append([f"{size:g} mm", words, *cells])
    hearts = len({score.name for score in scores})
    notes = [
        f"{hearts} held-out simulated hearts (seed {seed}) in slices of 8 mm, each slice moved in both phases alike; "
        "shifts: standard deviation along each axis. In brackets the 95 % interval of the difference from `as it is` "
        "(paired, Student's t).",
        "left: root mean square along an axis of what is left of the shifts. Dice of the myocardium and mean distance "
        "of the surfaces against the true heart in the patient's space. Walls, volumes and EF: mean absolute errors of "
        "the measured surface. The EDV, ESV and EF of `result.json` count voxels, which do not change.",
        "`segmentation repair --realign`: its whole pixels, 1.5 mm here, found from the centres in both phases.",
    ]
    return Table("Simulated hearts with known shifts", ("shifts", "measured", *columns), rows, notes)


def _cell(before: Sequence[float], after: Sequence[float], names: Sequence[str], form: str, better: str) -> str:
    mean = format(float(np.mean(after)), form)
    change = paired_change(before, after, names, better)
    if before == after or change.interval95 is None:
        return mean
    low, high = (format(value, "+" + form) for value in change.interval95)
    return f"{mean} ({low} to {high})"


def real_table(scores: Sequence[RealScores], refused: Mapping[str, str], seed: int, added_mm: float) -> Table:
    """A row for each diagnosis and one for all patients."""
    groups = {"all": list(scores)}
    for score in scores:
        groups.setdefault(score.group, []).append(score)
    rows = []
    for group, some in groups.items():
        right = [s for s in some if np.isfinite(s.right_before_mm) and np.isfinite(s.right_after_mm)]
        names = [s.name for s in some]
        rows.append(
            [
                group,
                str(len(some)),
                f"{np.mean([s.found_mm for s in some]):.2f}",
                f"{np.mean([s.right_before_mm for s in right]):.2f}",
                _cell(
                    [s.right_before_mm for s in right],
                    [s.right_after_mm for s in right],
                    [s.name for s in right],
                    ".2f",
                    "lower",
                ),
                f"{np.mean([s.added_mm for s in some]):.2f}",
                _cell([s.added_mm for s in some], [s.left_mm for s in some], names, ".2f", "lower"),
                f"{100 * np.mean([s.recovered for s in some]):.0f} %",
            ]
        )
    columns = (
        *("group", "patients", "shifts found, mm", "right ventricle off, mm", "realigned"),
        *("added, mm", "left of the added", "recovered"),
    )
    notes = [
        f"Patients of ACDC, for evaluation alone; {len(refused)} refused. Root mean squares along an axis. Right "
        "ventricle off: of its centres from a parabola along the stack, which the fit does not see. In brackets the 95 "
        "% interval of the difference (paired, Student's t).",
        f"Added: shifts of {added_mm:g} mm (standard deviation, whole pixels, seed {seed}) to the stack as recorded; "
        "left: the difference of the shifts found with and without them; recovered: its slope over the added ones.",
    ]
    return Table("Real stacks of ACDC", columns, rows, notes)
