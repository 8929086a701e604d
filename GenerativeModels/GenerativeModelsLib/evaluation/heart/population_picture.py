"""Figure of simulated and real left ventricles: densities of every measurement, and the wall by segment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.evaluation.heart.facts import FACTS, facts_of, ks_distance, segment_walls
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_population"]

OWN, REAL, HCM = "#4477aa", "#222222", "#cc6677"
INK, SOFT = "#1d2329", "#6b7680"
COLUMNS = 4


def draw_population(healthy: RayBatch, hcm: RayBatch, people: RayBatch, path: Path) -> None:
    """Write the figure as PNG; hypertrophic hearts are the thin red line."""
    from matplotlib.figure import Figure

    own, sick, real = (facts_of(rays) for rays in (healthy, hcm, people))
    rows = -(-len(FACTS) // COLUMNS)
    figure = Figure((11.5, 2.25 * rows + 3.2), facecolor="white", layout="constrained")
    grid = figure.add_gridspec(rows + 1, COLUMNS, height_ratios=[1] * rows + [1.35])
    for index, (key, words) in enumerate(FACTS.items()):
        axes = figure.add_subplot(grid[index // COLUMNS, index % COLUMNS])
        _densities(axes, words, own[key], real[key], sick[key])
    for phase, words in enumerate(("wall by AHA segment, end diastole, mm", "wall by AHA segment, end systole, mm")):
        axes = figure.add_subplot(grid[rows, 2 * phase : 2 * phase + 2])
        _segments(axes, words, *(segment_walls(rays)[:, phase] for rays in (healthy, people, hcm)))
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False, fontsize=10, labelcolor=INK)
    figure.savefig(path, dpi=130)


def _densities(axes: Axes, words: str, own: np.ndarray, real: np.ndarray, sick: np.ndarray) -> None:
    from scipy.stats import gaussian_kde

    both = np.concatenate([own, real, sick])
    low, high = np.percentile(both, (0.3, 99.7))
    room = 0.06 * (high - low)
    x = np.linspace(low - room, high + room, 240)
    axes.fill_between(x, gaussian_kde(own)(x), color=OWN, alpha=0.35, lw=0, label=f"simulated, healthy ({len(own)})")
    axes.plot(x, gaussian_kde(real)(x), color=REAL, lw=1.6, label=f"real people, lv_cap ({len(real)})")
    axes.plot(x, gaussian_kde(sick)(x), color=HCM, lw=1.0, label=f"simulated, hypertrophic ({len(sick)})")
    axes.set_title(words, fontsize=9.5, color=INK, loc="left", pad=3)
    axes.text(
        0.99,
        0.95,
        f"KS {ks_distance(own, real):.2f}",
        transform=axes.transAxes,
        ha="right",
        va="top",
        fontsize=8,
        color=SOFT,
    )
    axes.set(xlim=(x[0], x[-1]), yticks=[])
    axes.set_ylim(bottom=0)
    _plain(axes)


def _segments(axes: Axes, words: str, own: np.ndarray, real: np.ndarray, sick: np.ndarray) -> None:
    at = np.arange(1, own.shape[1] + 1)
    for values, colour, shift in ((own, OWN, -0.15), (real, REAL, 0.15)):
        mean, sd = np.nanmean(values, 0), np.nanstd(values, 0)
        axes.errorbar(at + shift, mean, sd, fmt="o", ms=3.5, lw=1.3, color=colour, alpha=0.9)
    axes.plot(at, np.nanmean(sick, 0), "_", color=HCM, ms=9, mew=1.6)
    for edge in (6.5, 12.5):
        axes.axvline(edge, color="#d5dade", lw=0.8, zorder=0)
    for centre, ring in ((3.5, "basal"), (9.5, "mid"), (14.5, "apical")):
        axes.text(
            centre, 0.985, ring, transform=axes.get_xaxis_transform(), ha="center", va="top", fontsize=8, color=SOFT
        )
    axes.set_title(words, fontsize=9.5, color=INK, loc="left", pad=3)
    axes.set(xticks=at, xlim=(0.4, len(at) + 0.6))
    axes.margins(y=0.12)
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.tick_params(labelsize=8, colors=SOFT, length=2.5)
    for side in ("top", "right", "left" if not axes.get_yticks().size else "top"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color("#c4cbd1")
