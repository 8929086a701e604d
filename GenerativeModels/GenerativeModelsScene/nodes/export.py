"""A model of the scene as a file of other programs, in the colours that it has on show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.mesh_export import export_mesh
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsLib.page.colours import PLAIN
from GenerativeModelsScene.nodes.geometry import parent_to_world
from GenerativeModelsScene.nodes.models import LPS_TO_RAS

__all__ = ["colours_on_show", "export_model"]


def export_model(model: slicer.vtkMRMLModelNode | None, path: str | Path) -> None:
    """Write the mesh of `model` as STL, PLY or GLB, by the suffix of the path, where it lies in the world.

    STL and PLY are in LPS mm, GLB in metres (see `export_mesh`); PLY and GLB have the colours on show.

    Raises
    ------
    InputError
        There is no such model any more, it lies under a non-linear transform, or the file cannot be written.
    """
    if model is None or model.GetScene() is None or model.GetPolyData() is None:
        raise InputError("The scene no longer holds this surface, so it cannot be exported: compute the case again.")
    world = parent_to_world(model, f"The surface '{model.GetName()}'")
    surface = from_polydata(model.GetPolyData()).transformed(LPS_TO_RAS @ world)
    export_mesh(surface, path, colours_on_show(model))


def colours_on_show(model: slicer.vtkMRMLModelNode) -> np.ndarray:
    """(N, 3) uint8 colours of the points as a view shows them, without its light."""
    display, count = model.GetDisplayNode(), model.GetPolyData().GetNumberOfPoints()
    name = display.GetActiveScalarName() if display is not None and display.GetScalarVisibility() else None
    data = from_polydata(model.GetPolyData()).point_data.get(name)
    table = display.GetColorNode().CreateLookupTableCopy() if data is not None and display.GetColorNode() else None
    if table is None:
        plain = PLAIN if display is None else display.GetColor()
        return np.tile(np.round(255 * np.array(plain)).astype(np.uint8), (count, 1))
    low, high = display.GetScalarRange()
    steps = table.GetNumberOfTableValues()
    palette = np.array([table.GetTableValue(step)[:3] for step in range(steps)])
    known = np.isfinite(data)
    places = np.clip((np.where(known, data, low) - low) / max(high - low, 1e-9) * steps, 0, steps - 1).astype(int)
    colours = np.where(known[:, None], palette[places], table.GetNanColor()[:3])
    return np.round(255 * colours).astype(np.uint8)
