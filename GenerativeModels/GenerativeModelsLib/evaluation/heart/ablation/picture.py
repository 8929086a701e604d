"""Figure of the comparison: errors by set, what is left of the errors of label maps, predictive values, abstention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.evaluation.heart.ablation.diagnosis import SICK, Evidence
from GenerativeModelsLib.evaluation.heart.ablation.sets import HeartSet
from GenerativeModelsLib.evaluation.heart.ablation.shapes import AS_READ
from GenerativeModelsLib.evaluation.scores.paired import paired_change
from GenerativeModelsLib.evaluation.scores.screening import at_prevalence, errors_by_share, shares

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_ablation"]

COLOURS = ("#004488", "#bb5566", "#ddaa33", "#117733", "#6699cc", "#997700", "#88ccaa", "#555555")
INK, SOFT = "#1d2329", "#6b7680"
Errors = Mapping[str, Mapping[str, np.ndarray]]


def draw_ablation(sets: Sequence[HeartSet], errors: Sequence[Errors], seen: Evidence, path: Path) -> None:
    """Write the figure as PNG; `seen` is the evidence of the lower two panels."""
    from matplotlib.figure import Figure

    figure = Figure((12.5, 9.6), facecolor="white", layout="constrained")
    axes = figure.subplots(2, 2)
    _distances(axes[0, 0], sets, errors)
    _noise(axes[0, 1], sets, errors)
    _predictive(axes[1, 0], seen)
    _abstention(axes[1, 1], seen)
    for one in axes.flat:
        one.tick_params(labelsize=8.5, colors=SOFT)
        one.spines[["top", "right"]].set_visible(False)
    for panel, place, columns in ((axes[0, 0], "upper", 4), (axes[1, 0], "lower", 3)):
        handles, labels = panel.get_legend_handles_labels()
        where = f"outside {place} center"
        figure.legend(handles, labels, loc=where, ncols=columns, frameon=False, fontsize=9, labelcolor=INK)
    figure.savefig(path, dpi=130)


def _both(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """(N,) mean distance of both phases."""
    return 0.5 * (values["distance_ed"] + values["distance_es"])


def _distances(axes: Axes, sets: Sequence[HeartSet], errors: Sequence[Errors]) -> None:
    names = list(dict.fromkeys(name for some in errors for name in some))
    for number, name in enumerate(names):
        at = [(row, _both(some[name])) for row, some in enumerate(errors) if name in some]
        mean = [values.mean() for _, values in at]
        half = [1.96 * values.std(ddof=1) / np.sqrt(len(values)) for _, values in at]
        axes.errorbar(mean, [row + _place(number, len(names)) for row, _ in at], xerr=half, fmt="o", ms=4, lw=1.3,
                      color=COLOURS[number], label=name)  # fmt: skip
    _rows(axes, [f"{hearts.name}\n{len(hearts)}" for hearts in sets])
    axes.set_xlim(left=0)
    _titled(axes, "Mean distance of the surfaces from the true (of patients: the read) ones, mm")


def _noise(axes: Axes, sets: Sequence[HeartSet], errors: Sequence[Errors]) -> None:
    noisy = [(hearts, some) for hearts, some in zip(sets, errors, strict=True) if hearts.noisy]
    names = [name for name in noisy[0][1] if name != AS_READ]
    for row, (hearts, some) in enumerate(noisy):
        for number, name in enumerate(names):
            change = paired_change(_both(some[AS_READ]), _both(some[name]), range(len(hearts)), "lower")
            half = change.interval95[1] - change.difference if change.interval95 else 0.0
            axes.errorbar(change.difference, row + _place(number, len(names)), xerr=half, fmt="o", ms=4, lw=1.3,
                          color=COLOURS[number])  # fmt: skip
    axes.axvline(0, color=INK, lw=0.9)
    _rows(axes, [hearts.name.replace(", ", "\n") for hearts, _ in noisy])
    _titled(axes, "Distance minus that of the heart as read, mm; below 0: errors removed")


def _predictive(axes: Axes, seen: Evidence) -> None:
    yes, at = np.isin(seen.hearts.group, SICK), np.logspace(-3, np.log10(0.5), 60)
    for number, measure in enumerate(seen.measures):
        both = shares(measure.values >= measure.limit, yes)
        found = [at_prevalence(*both, prevalence) for prevalence in at]
        axes.plot(at, [one.ppv for one in found], color=COLOURS[number], lw=1.7, label=measure.name)
        if number < 2:
            low, high = zip(*(one.ppv_limits for one in found), strict=True)
            axes.fill_between(at, low, high, color=COLOURS[number], alpha=0.13, lw=0)
    axes.set(xscale="log", ylim=(0, 1.01), xlim=(at[0], at[-1]))
    axes.set_xlabel("prevalence", fontsize=9, color=SOFT)
    _titled(axes, f"Share of true alarms (PPV), {seen.hearts.name}; limits of the first two")


def _abstention(axes: Axes, seen: Evidence) -> None:
    yes = np.isin(seen.hearts.group, SICK)
    for number, measure in enumerate(seen.measures):
        left_out, wrong = errors_by_share(measure.values, measure.limit, yes)
        shown = left_out <= 0.4
        axes.step(100 * left_out[shown], 100 * wrong[shown], where="post", color=COLOURS[number], lw=1.5)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("hearts nearest to the limit that get no answer, %", fontsize=9, color=SOFT)
    _titled(axes, f"Wrong answers among the others, %, {seen.hearts.name}")


def _place(number: int, count: int) -> float:
    """Height of a model within the row of its set."""
    return 0.76 * (number / max(count - 1, 1) - 0.5)


def _rows(axes: Axes, words: Sequence[str]) -> None:
    axes.set_yticks(range(len(words)), words)
    axes.set_ylim(len(words) - 0.5, -0.5)
    for edge in range(1, len(words)):
        axes.axhline(edge - 0.5, color="#d5dade", lw=0.8)


def _titled(axes: Axes, words: str) -> None:
    axes.set_title(words, fontsize=9.5, color=INK, loc="left")
