"""Picture of the comparison: error of every method on simulated heads, real heads and real pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from GenerativeModelsLib.benchmarks.rivals.cases import COMPARED
from GenerativeModelsLib.benchmarks.rivals.results import MethodScores, mean_over_heads, values_of
from GenerativeModelsLib.benchmarks.rivals.tables import Results

__all__ = ["write_picture"]

COLOURS = {"three planes": "#1b6ca8", "axial + sagittal": "#e08a1e", "axial": "#7a7a7a"}


def write_picture(results: Results, path: Path) -> None:
    """Write the mean error of every method with its 95 % interval over heads, one panel for each kind of cases."""
    from matplotlib.figure import Figure

    panels = [("Simulated heads", "mean surface distance, mm", results.simulated, "mean_mm", COMPARED)]
    if results.real_heads:
        panels.append(("Real heads, simulated pictures", "mean surface distance, mm", results.real_heads, "mean_mm",
                       COMPARED))  # fmt: skip
    if results.pictures:
        panels.append(("Real pictures", "error of the circumference, mm", results.pictures, "hc_mm error", ("axial",)))
    count = len(results.methods)
    figure = Figure(figsize=(4.2 * len(panels) + 1.6, 1.1 + 0.42 * count), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for ax, (title, label, scores, measure, subsets) in zip(axes, panels, strict=True):
        _panel(ax, results, scores, measure, subsets)
        ax.set_title(title, fontsize=10)
        ax.set_xlabel(label)
    axes[0].set_yticks(range(count), [method.title for method in results.methods])
    axes[0].invert_yaxis()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def _panel(ax, results: Results, scores: Mapping[str, MethodScores], measure: str, subsets: tuple[str, ...]) -> None:
    for row in range(0, len(results.methods), 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#f3f5f7", zorder=0)
    shifts = np.linspace(-0.2, 0.2, len(subsets)) if len(subsets) > 1 else [0.0]
    for shift, subset in zip(shifts, subsets, strict=True):
        found = [mean_over_heads(values_of(scores[m.key], subset, measure)) for m in results.methods]
        rows = [row + shift for row, value in enumerate(found) if value is not None]
        means, halves = np.array([value for value in found if value is not None]).reshape(-1, 2).T
        ax.errorbar(means, rows, xerr=halves, fmt="o", ms=4, lw=1.2, color=COLOURS[subset], label=subset)
    ax.set_xlim(left=0)
    ax.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
