"""Heads side by side in one picture, each from the left, the front and above, all on one scale of length."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.page.colours import PLAIN
from GenerativeModelsLib.page.meshes import shaded_picture
from GenerativeModelsLib.page.picture_strip import even_selection, write_picture_strip
from GenerativeModelsLib.skull.report.figures import VIEWS

__all__ = ["write_head_strip"]

SIZE_PX = 300
SHOWN = [view for view in VIEWS if view.key in ("left", "front", "top")]


def write_head_strip(heads: Sequence[tuple[str, Surface]], path: Path) -> None:
    """Write a PNG of heads, (caption, surface in the head frame) each."""
    heads = even_selection(heads)
    centred = [surface.points - (surface.points.min(axis=0) + surface.points.max(axis=0)) / 2 for _, surface in heads]
    extent = 1.04 * max(float(np.abs(points).max()) for points in centred)
    columns = []
    for (caption, surface), points in zip(heads, centred):
        colours = np.tile(PLAIN, (len(points), 1))
        pictures = [
            shaded_picture(points, surface.triangles, colours, view.rotation, extent, SIZE_PX) for view in SHOWN
        ]
        columns.append((caption, pictures))
    write_picture_strip(columns, [view.label for view in SHOWN], path)
