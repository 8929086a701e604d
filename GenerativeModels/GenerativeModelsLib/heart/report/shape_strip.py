"""Hearts side by side in one picture: cut open, coloured by wall thickness, end diastole above end systole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.anatomy import PHASES, THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.report.cut_open import PictureFrame, heart_picture
from GenerativeModelsLib.page.picture_strip import even_selection, write_picture_strip

__all__ = ["write_strip"]

SIZE_PX = 300


def write_strip(shapes: Sequence[tuple[str, Sequence[Surface]]], path: Path) -> None:
    """Write a PNG of shapes, (caption, meshes of both phases in the heart frame) each, all on one scale of length."""
    shapes = even_selection(shapes)
    frame = PictureFrame.around([surface for _, pair in shapes for surface in pair])
    columns = [
        (caption, [heart_picture(surface, frame, SIZE_PX, (0.0, THICKNESS_RANGE_MM)) for surface in pair])
        for caption, pair in shapes
    ]
    write_picture_strip(columns, list(PHASES.values()), path, ("Wall thickness (mm)", THICKNESS_RANGE_MM))
