"""Figures of the short report of a head: its planes with the outline, and three sides of the skull."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.export.pictures import SIDES, Row, mesh_pictures
from GenerativeModelsLib.language import _
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.read import PlacedPlane, read_case

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["pictures"]

OUTLINE = (0, 213, 255)
LONGEST_PX = 900


def pictures(result: Mapping[str, Any], folder: Path) -> list[Row]:
    """The planes with the reconstructed outline, and the skull from three sides."""
    case = read_case(folder, result)
    planes = [(_caption(plane, result), _picture(plane)) for plane in case.planes.values()]
    sides = {_("Skull, {view}", view=_(view.label).lower()): view.rotation for view in SIDES}
    return [planes, mesh_pictures(folder, SKULL.meshes[0], sides)]


def _picture(plane: PlacedPlane) -> Image:
    """The plane in square pixels, its outline over it."""
    from PIL import Image, ImageDraw

    rows, columns = plane.pixels.shape
    row_mm, column_mm = plane.spacing_mm
    scale = LONGEST_PX / max(rows * row_mm, columns * column_mm)
    size = max(1, round(columns * column_mm * scale)), max(1, round(rows * row_mm * scale))
    found = Image.fromarray(plane.pixels).resize(size, Image.Resampling.BILINEAR).convert("RGB")
    draw = ImageDraw.Draw(found)
    for line in plane.outline_mm:
        points = (np.concatenate([line, line[:1]]) + 0.5 * np.array([column_mm, row_mm])) * scale
        draw.line([tuple(point) for point in points.tolist()], fill=OUTLINE, width=4, joint="curve")
    return found


def _caption(plane: PlacedPlane, result: Mapping[str, Any]) -> str:
    frame = result["planes"][plane.name].get("frame")
    values = {"plane": _(plane.name.capitalize()), "file": plane.label}
    if frame:
        return _(
            "{plane}: {file}, frame {frame} of {count}, with the reconstructed outer skull",
            **values,
            frame=frame["number"],
            count=frame["count"],
        )
    return _("{plane}: {file}, with the reconstructed outer skull", **values)
