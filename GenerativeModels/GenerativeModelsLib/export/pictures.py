"""Still pictures of the surfaces of a case, for the short report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.anatomy.record import Mesh
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.language import _
from GenerativeModelsLib.page.case_page import VIEWS
from GenerativeModelsLib.page.colour_scale import Scale, scale_of
from GenerativeModelsLib.page.colours import PLAIN
from GenerativeModelsLib.page.meshes import shaded_picture, value_colours

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["SIDES", "Row", "mesh_pictures", "on_white", "pictures_of", "scale_words"]

SIDES = tuple(view for view in VIEWS if view.key in ("left", "front", "top"))
"""Sides that are shown of a single surface."""
STILL_PX = 600


Row = list[tuple[str, "Image"]]
"""Caption and picture of the figures that stand side by side."""


def pictures_of(case: ExportCase) -> list[Row]:
    """The figures of a case by rows: those of its anatomy, else sides of its first surface."""
    if case.anatomy.pictures is not None:
        return case.anatomy.pictures(case.result, case.folder)
    mesh = next((mesh for mesh in case.anatomy.meshes if (case.folder / mesh.file).is_file()), None)
    return [] if mesh is None else [mesh_pictures(case.folder, mesh)]


def mesh_pictures(folder: Path, mesh: Mesh, views: Mapping[str, np.ndarray] | None = None) -> Row:
    """Caption and picture of a surface of the case in `folder`, coloured by its values in the range that fits them.

    Parameters
    ----------
    views
        By caption: (3, 3) rows screen right, screen up, towards the viewer; None = `SIDES`.
    """
    surface = read_surface(folder / mesh.file)
    middle = (surface.points.min(axis=0) + surface.points.max(axis=0)) / 2
    points = surface.points - middle
    values = surface.point_data.get(mesh.scalars)
    scale = scale_of(mesh, [values])
    colours = value_colours(values, len(points), scale.ends, PLAIN)
    reach = 1.05 * max(float(np.linalg.norm(points, axis=1).max()), 1e-6)
    sides = {_(view.label): view.rotation for view in SIDES} if views is None else views
    found = []
    for label, rotation in sides.items():
        picture = shaded_picture(points, surface.triangles, colours, rotation, reach, STILL_PX, both_sides=True)
        found.append((f"{label}. {scale_words(scale)}" if values is not None else label, on_white(picture)))
    return found


def scale_words(scale: Scale) -> str:
    """What the colours of a surface mean, such as "Uncertainty from 0.8 (dark) to 3.2 mm (bright)"."""
    low, high = scale.ends
    return _(
        "{quantity} from {low} (dark) to {high} {unit} (bright)",
        quantity=_(scale.label),
        low=f"{low:.{scale.digits}f}",
        high=f"{high:.{scale.digits}f}",
        unit=scale.unit,
    )


def on_white(picture: np.ndarray) -> Image:
    """A picture (rows, columns, 4) uint8 on white."""
    from PIL import Image

    found = Image.fromarray(picture, "RGBA")
    page = Image.new("RGBA", found.size, "white")
    page.alpha_composite(found)
    return page.convert("RGB")
