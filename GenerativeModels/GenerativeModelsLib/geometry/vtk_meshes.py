"""Conversion of surfaces to and from vtkPolyData."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface

__all__ = ["from_polydata", "to_polydata"]


def to_polydata(surface: Surface, *, single_precision: bool = False):
    """vtkPolyData of `surface`, in its own coordinates, with its point arrays."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    coordinates = surface.points.astype(np.float32) if single_precision else surface.points
    points = vtkPoints()
    points.SetData(numpy_to_vtk(coordinates, deep=True))
    cells = vtkCellArray()
    cells.SetData(3, numpy_to_vtkIdTypeArray(np.ascontiguousarray(surface.triangles).ravel(), deep=True))
    polydata = vtkPolyData()
    polydata.SetPoints(points)
    polydata.SetPolys(cells)
    for name, values in surface.point_data.items():
        array = numpy_to_vtk(_storable(np.asarray(values), single_precision), deep=True)
        array.SetName(name)
        polydata.GetPointData().AddArray(array)
    return polydata


def from_polydata(polydata) -> Surface:
    """Surface of a vtkPolyData that contains only triangles, with its numeric point arrays."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    points = np.array(vtk_to_numpy(polydata.GetPoints().GetData()), dtype=np.float64)
    triangles = np.array(vtk_to_numpy(polydata.GetPolys().GetConnectivityArray()), dtype=np.int64).reshape(-1, 3)
    data = {}
    for i in range(polydata.GetPointData().GetNumberOfArrays()):
        array = polydata.GetPointData().GetArray(i)  # None for text
        if array is not None and array.GetName():
            data[array.GetName()] = np.array(vtk_to_numpy(array))
    return Surface(points, triangles, data)


def _storable(values: np.ndarray, single_precision: bool) -> np.ndarray:
    if values.dtype == bool:
        values = values.astype(np.uint8)
    if single_precision and values.dtype.kind in "fiu":
        values = values.astype(np.float32 if values.dtype.kind == "f" else np.int32)
    return np.ascontiguousarray(values)
