"""Figures of the short report of a heart: the bull's-eye and the surfaces from the septum's side."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.export.pictures import Row, mesh_pictures
from GenerativeModelsLib.heart.anatomy import HEART, PHASES, THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.report.bullseye import bullseye_figure, write_bullseye_png
from GenerativeModelsLib.language import N_, _

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["pictures"]


def pictures(result: Mapping[str, Any], folder: Path) -> list[Row]:
    """Each phase from the front and from the septum's side, base up, and the bull's-eye."""
    surfaces: Row = []
    for mesh in HEART.meshes:
        phase = next((key for key in PHASES if mesh.file == f"{key}.vtp"), None)
        if phase is not None and (folder / mesh.file).is_file():
            axes = np.array(result["inputs"][phase]["frame"]["axes_lps"], float)
            sides = {N_("{phase}, from the front"): axes[1], N_("{phase}, from the septum"): axes[0]}
            surfaces += mesh_pictures(
                folder,
                mesh,
                {_(side, phase=_(mesh.label)): _seen_from(towards, axes[2]) for side, towards in sides.items()},
            )
    rows = [surfaces] if surfaces else []
    rows.append([(_("Mean wall thickness of the 17 segments"), _bullseye(result))])
    return rows


def _bullseye(result: Mapping[str, Any]) -> Image:
    """The bull's-eye of the file `bullseye.png`, its words in the language of the page."""
    from PIL import Image

    walls = (result["wall_thickness_mm"].get(phase) for phase in PHASES)
    values = [np.array(wall["aha17"], float) for wall in walls if wall is not None]
    drawn = io.BytesIO()
    write_bullseye_png(bullseye_figure(*values, limits=(0.0, THICKNESS_RANGE_MM)), drawn)
    drawn.seek(0)
    with Image.open(drawn) as picture:
        return picture.convert("RGB")


def _seen_from(towards: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Rows screen right, screen up, towards the viewer."""
    return np.array([np.cross(up, towards), up, towards])
