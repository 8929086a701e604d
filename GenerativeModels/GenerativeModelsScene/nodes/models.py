"""Surfaces as model nodes, and lines as polydata: LPS millimetres in, RAS out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import to_polydata
from GenerativeModelsScene.nodes.store import NodeStore

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""Also RAS to LPS: files are LPS, scenes are RAS."""


def show_model(
    store: NodeStore, surface: Surface, name: str, role: str = "model"
) -> tuple[slicer.vtkMRMLModelNode, bool]:
    """The model node of that role with the exact points and point arrays of `surface`, and whether it was made now."""
    polydata = ras_polydata(surface)
    polydata.GetPointData().SetActiveScalars(next(iter(surface.point_data), None))
    model, made = store.obtain(role, "vtkMRMLModelNode", name)
    model.SetAndObservePolyData(polydata)
    if model.GetDisplayNode() is None or model.GetDisplayNode().IsA("vtkMRMLColorLegendDisplayNode"):
        made = True
        model.CreateDefaultDisplayNodes()
    return model, made


def ras_polydata(surface: Surface) -> vtk.vtkPolyData:
    """`surface` (LPS) as polydata in RAS; the triangles keep their order and turn, as the map is a rotation."""
    return to_polydata(surface.transformed(LPS_TO_RAS), single_precision=True)


def lines_polydata(lines: Sequence[np.ndarray]) -> vtk.vtkPolyData:
    """Closed polylines (K, 3) as polydata, in their own coordinates; lines of fewer than three points are left out."""
    lines = [np.asarray(line, float) for line in lines if len(line) > 2]
    coordinates = np.concatenate(lines) if lines else np.empty((0, 3))
    points = vtk.vtkPoints()
    points.SetDataTypeToDouble()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(coordinates), deep=True))
    offsets, corners, first = [0], [], 0
    for line in lines:
        corners += [*range(first, first + len(line)), first]
        offsets.append(len(corners))
        first += len(line)
    cells = vtk.vtkCellArray()
    cells.SetData(
        numpy_to_vtkIdTypeArray(np.array(offsets, np.int64), deep=True),
        numpy_to_vtkIdTypeArray(np.array(corners, np.int64), deep=True),
    )
    polydata = vtk.vtkPolyData()
    polydata.SetPoints(points)
    polydata.SetLines(cells)
    return polydata


def line_look(display: slicer.vtkMRMLModelDisplayNode, colour: tuple[float, float, float], width: int) -> None:
    """One colour without shading, `width` pixels wide, in no slice view."""
    display.SetColor(*colour)
    display.SetLighting(False)
    display.SetLineWidth(width)
    display.SetScalarVisibility(False)
    display.SetVisibility2D(False)


def set_array(model: slicer.vtkMRMLModelNode, name: str, values: np.ndarray) -> None:
    """Give the mesh of `model` a point array (N,) of that name, stored as float32; the active one stays active."""
    array = numpy_to_vtk(np.ascontiguousarray(values, np.float32), deep=True)
    array.SetName(name)
    mesh = model.GetPolyData()
    mesh.GetPointData().AddArray(array)
    mesh.Modified()
