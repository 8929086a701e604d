"""Pictures of heads: shaded views and the three sections through the origin of the head frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.skull.population.heads import Head
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, unit_sphere

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VIEWS = {
    "front": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "left side": ((0, 1, 0), (0, 0, 1), (1, 0, 0)),
    "top": ((-1, 0, 0), (0, -1, 0), (0, 0, 1)),
}
"""Axes of the head frame that point right, up and to the viewer in each picture."""
SECTIONS = {"axial": (0, 1, -1), "sagittal": (1, 2, 1), "coronal": (0, 2, 1)}
"""Axes drawn to the right and up, and the sign of the latter."""
LIGHT = np.array([-0.4, 0.5, 0.77])


def draw_head(axis: Axes, shape: HeadShape, view: Sequence[Sequence[float]]) -> None:
    """Shaded orthographic view of `shape` on a matplotlib axis."""
    from matplotlib import colormaps
    from matplotlib.collections import PolyCollection

    directions, triangles = unit_sphere(5)
    points = directions * shape.radius(directions)[:, None] @ np.asarray(view, float).T
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    order = np.argsort((a + b + c)[:, 2])
    order = order[normals[order, 2] > 0]
    shade = np.clip(normals[order] @ LIGHT, 0, 1) * 0.8 + 0.15
    corners = points[triangles[order]][:, :, :2]
    axis.add_collection(PolyCollection(corners, facecolors=colormaps["bone"](shade), edgecolors="face", linewidths=0.2))
    size = 1.05 * np.abs(points).max()
    axis.set(xlim=(-size, size), ylim=(-size, size), aspect="equal")
    axis.axis("off")


def draw_section(axis: Axes, shape: HeadShape, plane: str, unit_mm: float = 1.0, **style) -> None:
    """Outline of one of `SECTIONS`, in units of `unit_mm`, on a matplotlib axis."""
    right, up, sign = SECTIONS[plane]
    t = np.linspace(0, 2 * np.pi, 361)
    directions = np.zeros((len(t), 3))
    directions[:, right], directions[:, up] = np.cos(t), np.sin(t)
    points = directions * shape.radius(directions)[:, None] / unit_mm
    axis.plot(points[:, right], sign * points[:, up], **{"lw": 1.2, **style})
    axis.set_aspect("equal")
    axis.grid(alpha=0.3)
    axis.tick_params(labelsize=6)


def draw_gallery(heads: Sequence[Head], path: str | Path) -> None:
    """Write a picture with one column per head: views above, sections below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.9 * len(heads), 11), layout="constrained")
    axes = figure.subplots(6, len(heads), squeeze=False)
    for column, head in zip(axes.T, heads):
        title = f"{head.variant.replace('_', ' ')}\n{head.gestational_age_weeks:.0f} weeks"
        column[0].set_title(f"{title}, CI {head.cephalic_index_percent:.0f} %\nbase {head.base}", fontsize=8)
        for axis, view in zip(column, VIEWS.values()):
            draw_head(axis, head.shape, view)
        for axis, plane in zip(column[3:], SECTIONS):
            draw_section(axis, head.shape, plane)
    for axis, plane in zip(axes[3:, 0], SECTIONS):
        axis.set_ylabel(f"{plane} (mm)", fontsize=8)
    figure.savefig(path, dpi=75)


def draw_over_templates(heads: Sequence[Head], templates: Sequence[HeadShape], path: str | Path) -> None:
    """Write a picture of the sections of `heads`, ten in a row, over those of the templates (grey), in head sizes."""
    from matplotlib.figure import Figure

    rows = -(-len(heads) // 10)
    figure = Figure(figsize=(20, 6 * rows), layout="constrained")
    axes = figure.subplots(3 * rows, 10, squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for number, head in enumerate(heads):
        row, column = 3 * (number // 10), number % 10
        label = f"{head.gestational_age_weeks:.0f} weeks, {head.variant.replace('_', ' ')}, {head.base}"
        axes[row, column].set_title(label, fontsize=8)
        for axis, plane in zip(axes[row : row + 3, column], SECTIONS):
            for template in templates:
                draw_section(axis, template, plane, _hc(template) / (2 * np.pi), color="0.75", lw=0.6)
            draw_section(axis, head.shape, plane, head.hc_mm / (2 * np.pi), color="tab:blue")
    figure.savefig(path, dpi=65)


def _hc(shape: HeadShape) -> float:
    return fit_ellipse(shape.axial_outline()).perimeter
