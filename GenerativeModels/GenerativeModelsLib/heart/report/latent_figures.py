"""A picture of a heart model's latent space: the population on the top level, mean shapes, strips along it.

python -m GenerativeModelsLib.heart.report.latent_figures Resources/Models/heart heart_latent.png
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.heart.infer.latent_map import LatentMap, latent_map
from GenerativeModelsLib.heart.report.painted import draw_ventricle, thickness_colours
from GenerativeModelsLib.language import N_, _

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from GenerativeModelsLib.heart.infer.model import HeartModel, Placed

__all__ = ["draw_population", "latent_figure", "write_figure"]

CLASS_COLOURS = {"healthy": "#3b6ea5", "hcm": "#c8553d"}
CLASS_WORDS = {"healthy": N_("healthy"), "hcm": N_("hypertrophic")}
INK, SOFT = "#1d2329", "#6b7680"
SHARE_WIDTHS = {0.5: 1.6, 0.9: 0.9}
"""Widths of the contours by share of a class."""
STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Values along a dimension, in standard deviations of the population."""


def latent_figure(model: HeartModel) -> Figure:
    """Figure of the top level: the population, its mean shapes, and a strip per dimension."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.6, 9.0), layout="constrained")
    top, strips = figure.subfigures(2, 1, height_ratios=(0.95, 1.25))
    left, right = top.subfigures(1, 2, width_ratios=(1.0, 1.35))
    draw_population(left.subplots(), model)
    left.suptitle("The population on the top level", fontsize=10, color=INK)
    _draw_means(right.subplots(1, 4), model)
    right.suptitle("Mean hearts of its two clusters", fontsize=10, color=INK)
    count = min(2, model.levels[-1])
    axes = strips.subplots(count, len(STEPS), squeeze=False)
    for dimension in range(count):
        _draw_strip(axes[dimension], model, dimension)
    strips.suptitle("End diastole along each dimension of the top level", fontsize=10, color=INK)
    _colour_bar(strips, axes)
    return figure


def write_figure(figure: Figure, path: Path, dpi: int = 150) -> None:
    """Write a figure as PNG or SVG, by the suffix; the file is reproducible."""
    from matplotlib import rc_context

    suffix = Path(path).suffix.lstrip(".").lower()
    metadata = {"Date": None} if suffix == "svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "heart"}):
        figure.savefig(path, format=suffix, dpi=dpi, metadata=metadata, facecolor="white")


def draw_population(axes: Axes, model: HeartModel, placed: Placed | None = None) -> None:
    """Both classes on the first two dimensions of the top level, and the heart `placed`.

    Further dimensions are at the middle of the population.
    """
    found = latent_map(model) if placed is None else latent_map(model, placed.z_top, placed.present)
    for name, one in found.classes.items():
        colour = CLASS_COLOURS[name]
        axes.scatter(*one.points.T, s=4, color=colour, alpha=0.25, linewidths=0)
        for share, lines in one.contours.items():
            _draw_lines(axes, lines, color=colour, lw=SHARE_WIDTHS[share])
        axes.plot([], [], color=colour, lw=1.6, label=_(CLASS_WORDS[name]))
    _draw_lines(axes, found.border, _("99 % of the population"), color=SOFT, lw=0.9, ls=":")
    _draw_walls(axes, found)
    _draw_lines(axes, found.even, _("HCM probability 0.5"), color=INK, lw=0.8, ls="--")
    if placed is not None:
        axes.scatter(*placed.z_top[:, :2].T, s=90, color=INK, marker="*", zorder=5, label=_("this heart"), linewidths=0)
    axes.set(xlim=found.x, ylim=found.y)
    axes.set_xlabel(_("top level, dimension 1"), fontsize=8, color=INK)
    axes.set_ylabel(_("dimension 2"), fontsize=8, color=INK)
    axes.tick_params(labelsize=7, colors=SOFT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.13), "ncol": 3, "columnspacing": 1.0}
    axes.legend(fontsize=7, frameon=False, labelcolor=INK, **place)


def _draw_lines(axes: Axes, lines: Sequence[np.ndarray], label: str | None = None, **style: Any) -> None:
    for line in lines:
        axes.plot(*line.T, **style)
    if label is not None:
        axes.plot([], [], label=label, **style)


def _draw_walls(axes: Axes, found: LatentMap) -> None:
    """Draw lines of equal wall, labelled where they leave the map at the right, top or bottom edge."""
    style = {"color": SOFT, "lw": 0.5, "alpha": 0.6}
    for mm, lines in found.walls.items():
        _draw_lines(axes, lines, **style)
        line = lines[0]
        # The level is linear, so the lines are straight: the label is on their free side.
        rising = np.prod(line[-1] - line[0]) > 0
        edges = (
            (0, found.x[1], {"ha": "right", "va": "bottom" if rising else "top"}),
            (1, found.y[1], {"ha": "right" if rising else "left", "va": "top"}),
            (1, found.y[0], {"ha": "left" if rising else "right", "va": "bottom"}),
        )
        ends = [
            (end, place) for axis, edge, place in edges for end in (line[0], line[-1]) if np.isclose(end[axis], edge)
        ]
        for end, place in ends[:1]:
            axes.text(*end, f" {mm} mm ", fontsize=6, color=SOFT, **place)
    _draw_lines(axes, [], _("thickest wall at ED"), **style)


def _draw_means(axes: Sequence[Axes], model: HeartModel) -> None:
    for number, name in enumerate(CLASS_COLOURS):
        heart = model.cluster_mean(name)
        for phase, words in enumerate(("ED", "ES")):
            one = axes[2 * number + phase]
            ventricle = heart.ventricle(0, phase)
            draw_ventricle(one, ventricle)
            figures = f"{ventricle.cavity_ml:.0f} ml, {ventricle.mass_g:.0f} g"
            one.set_title(f"{CLASS_WORDS[name]}, {words}\n{figures}", fontsize=8, color=CLASS_COLOURS[name])


def _draw_strip(axes: Sequence[Axes], model: HeartModel, dimension: int) -> None:
    hearts = model.traverse(len(model.levels), dimension, STEPS)
    for number, (one, value) in enumerate(zip(axes, STEPS, strict=True)):
        draw_ventricle(one, hearts.ventricle(number, 0))
        one.set_title(f"dimension {dimension + 1}: {value:+g} SD", fontsize=8, color=INK)


def _colour_bar(figure: Figure, axes: Sequence[Axes]) -> None:
    bar = figure.colorbar(thickness_colours(), ax=axes, shrink=0.7, aspect=28, pad=0.01, extend="both")
    bar.set_label("wall thickness, mm", fontsize=8, color=INK)
    bar.ax.tick_params(labelsize=7, colors=SOFT)
    bar.outline.set_visible(False)


def main() -> None:
    from GenerativeModelsLib.heart.infer.model import load_heart_model

    parser = argparse.ArgumentParser(description="Draw the top level of a heart model.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("picture", type=Path, help="PNG or SVG")
    options = parser.parse_args()
    write_figure(latent_figure(load_heart_model(options.bundle)), options.picture)


if __name__ == "__main__":
    main()
