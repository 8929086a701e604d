"""Lines of equal value on a coloured model, as a model of their own."""

from __future__ import annotations

import numpy as np
import slicer
from vtkmodules.vtkFiltersCore import vtkContourFilter, vtkStripper

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata, to_polydata
from GenerativeModelsScene.nodes.models import line_look
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["show_isolines", "update_isolines"]

COLOUR = (0.07, 0.08, 0.10)
WIDTH = 2
LIFT_MM = 0.15
"""Distance from the surface, on its outer side, at which lines are not hidden by it."""
_STEP, _SCALARS = "GenerativeModels.LineStep", "GenerativeModels.LineScalars"


def show_isolines(
    store: NodeStore,
    model: slicer.vtkMRMLModelNode,
    scalars: str,
    step: float,
    name: str,
    role: str = "isolines",
) -> slicer.vtkMRMLModelNode:
    """The model of that role: lines on `model` where its point array is a multiple of `step`, under its transform.

    Lines within triangles that have a corner of unknown value are left out. `NodeStore.drop` takes the lines away.

    Parameters
    ----------
    scalars
        Name of the point array.
    step
        In the unit of the array, above 0.
    """
    node, made = store.obtain(role, "vtkMRMLModelNode", name)
    node.SetAttribute(_STEP, f"{step:g}")
    node.SetAttribute(_SCALARS, scalars)
    node.SetAndObservePolyData(_lines(from_polydata(model.GetPolyData()), scalars, step))
    node.SetAndObserveTransformNodeID(model.GetTransformNodeID())
    if made or node.GetDisplayNode() is None:
        node.SetSelectable(False)
        node.CreateDefaultDisplayNodes()
        display = node.GetDisplayNode()
        modifying = display.StartModify()
        line_look(display, COLOUR, WIDTH)
        display.EndModify(modifying)
    return node


def update_isolines(
    store: NodeStore, model: slicer.vtkMRMLModelNode, role: str = "isolines"
) -> slicer.vtkMRMLModelNode | None:
    """Lines that are in the scene, drawn anew on a changed `model`; None where there are none."""
    node = store.get(role)
    if node is None:
        return None
    scalars, step = node.GetAttribute(_SCALARS), float(node.GetAttribute(_STEP))
    return show_isolines(store, model, scalars, step, node.GetName(), role)


def _lines(surface: Surface, scalars: str, step: float):
    """vtkPolyData of the lines, in the coordinates of the surface."""
    values = np.asarray(surface.point_data[scalars], float)
    known = np.isfinite(values)
    triangles = surface.triangles[known[surface.triangles].all(axis=1)]
    lifted = Surface(
        surface.points + LIFT_MM * surface.vertex_normals, triangles, {scalars: np.where(known, values, 0.0)}
    )
    polydata = to_polydata(lifted, single_precision=True)
    polydata.GetPointData().SetActiveScalars(scalars)
    contours = vtkContourFilter()
    contours.SetInputData(polydata)
    contours.ComputeScalarsOff()
    for number, value in enumerate(_multiples(values[known], step)):
        contours.SetValue(number, value)
    joined = vtkStripper()
    joined.SetInputConnection(contours.GetOutputPort())
    joined.Update()
    return joined.GetOutput()


def _multiples(values: np.ndarray, step: float) -> np.ndarray:
    """Multiples of `step` between the least and the greatest value."""
    if not values.size:
        return np.empty(0)
    low, high = float(values.min()), float(values.max())
    found = step * np.arange(np.ceil(low / step), np.floor(high / step) + 1)
    return found[(found > low) & (found < high)]
