"""Picture of the benchmark: a real slice beside its synthetic ones, and what training with them changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from GenerativeModelsLib.benchmarks.synthesis.downstream import ArmScores
from GenerativeModelsLib.benchmarks.synthesis.fidelity import STYLES
from GenerativeModelsLib.benchmarks.synthesis.generators import Generator
from GenerativeModelsLib.benchmarks.synthesis.patients import Patients
from GenerativeModelsLib.benchmarks.synthesis.stacks import drawn_case, style_image
from GenerativeModelsLib.benchmarks.synthesis.tables import change_of

__all__ = ["write_curves", "write_images"]

COLOURS = ("#1b6ca8", "#e08a1e", "#4d9a4d", "#8e5ea2", "#7a7a7a")
SHOWN = 3
"""Label maps."""


def write_images(generators: Sequence[Generator], patients: Patients, path: Path) -> None:
    """Write for some held-out label maps the middle slice: real, labels, and drawn by each method in both styles."""
    from matplotlib.colors import ListedColormap, Normalize, PowerNorm
    from matplotlib.figure import Figure

    cases = [case for case in patients.tested if case.kind == "ED"][:SHOWN]
    others = [case for case in patients.training if case.kind == "ED"]
    methods = [(one.title, one.load()) for one in generators]
    titles = ["real image", "its labels", "style taken from"]
    titles += [f"{title},\n{style}" for title, _ in methods for style in STYLES]
    figure = Figure(figsize=(1.75 * len(titles), 1.75 * len(cases) + 0.4), layout="constrained")
    axes = figure.subplots(len(cases), len(titles), squeeze=False)
    for row, (axis, case) in enumerate(zip(axes, cases, strict=True)):
        middle = case.images.shape[1] // 2
        other = others[row % len(others)]
        codes = case.truth.values[0]
        shown = [case.images[0, middle], codes[middle], other.images[0, other.images.shape[1] // 2]]
        for _, method in methods:
            for style in (style_image(case, on_grid=True), style_image(other, on_grid=False)):
                made, _ = drawn_case(method, case, codes, style, np.random.default_rng(row))
                shown.append(made.images[0, middle])
        for column, (ax, picture) in enumerate(zip(axis, shown, strict=True)):
            colours = ListedColormap(["black", "#c24", "#eec643"]) if column == 1 else "gray"
            scale = Normalize(0, 2) if column == 1 else PowerNorm(0.6, 0, 255)
            ax.imshow(picture, cmap=colours, norm=scale, interpolation="nearest")
            ax.set_axis_off()
            if row == 0:
                ax.set_title(titles[column], fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)


def write_curves(found: Sequence[ArmScores], titles: Mapping[str, str], path: Path) -> None:
    """Write the change of Dice from augmentation alone, with its interval, by the number of real patients."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 3.4), layout="constrained")
    panels = figure.subplots(1, 2)
    keys = [key for key in titles if any(one.arm.key == key for one in found)][1:]
    for ax, (measure, title) in zip(panels, (("dice_lv", "cavity"), ("dice_myo", "wall")), strict=True):
        ax.axhline(0, color="#999", lw=0.8)
        for number, key in enumerate(keys):
            counts = sorted({one.arm.count for one in found if one.arm.key == key})
            changes = [change_of(found, key, count, measure) for count in counts]
            pairs = [(n, c) for n, c in zip(counts, changes, strict=True) if c is not None and c.interval95 is not None]
            if not pairs:
                continue
            places = [n + 0.12 * (number - len(keys) / 2) for n, _ in pairs]
            middle = np.array([c.difference for _, c in pairs])
            off = np.abs(np.array([c.interval95 for _, c in pairs]).T - middle)
            ax.errorbar(places, middle, off, fmt="o-", ms=4, lw=1.2, color=COLOURS[number % 5], label=titles[key])
        ax.set_xlabel("real patients")
        ax.set_xticks(sorted({one.arm.count for one in found}))
        ax.set_title(f"Dice of the {title}: change from augmentation alone", fontsize=9)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
