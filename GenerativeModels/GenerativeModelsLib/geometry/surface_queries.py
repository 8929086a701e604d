"""Exact point and ray queries on the triangles of a surface."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import to_polydata

__all__ = ["SurfaceQueries"]


class SurfaceQueries:
    """Distance and ray queries on one surface, with search structures that are built once."""

    def __init__(self, surface: Surface) -> None:
        from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator
        from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

        if not len(surface.triangles):
            raise ValueError("The surface has no triangles.")
        polydata = to_polydata(Surface(surface.points, surface.triangles))
        self._distance = vtkImplicitPolyDataDistance()
        self._distance.SetInput(polydata)
        self._locator = vtkStaticCellLocator()
        self._locator.SetDataSet(polydata)
        self._locator.BuildLocator()

    def signed_distances(self, points: np.ndarray) -> np.ndarray:
        """Distances (N,) in mm from `points` (N, 3) to the triangles, negative inside a closed surface.

        The sign comes from angle-weighted pseudo-normals, which are exact also where the nearest point lies on an edge
        or a corner (Baerentzen and Aanaes 2005). It is unreliable where the surface intersects itself.
        """
        from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkDoubleArray

        if not len(points):
            return np.zeros(0)
        result = vtkDoubleArray()
        self._distance.FunctionValue(numpy_to_vtk(np.ascontiguousarray(points, dtype=np.float64), deep=True), result)
        return np.array(vtk_to_numpy(result))

    def first_hits(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Where segments from `starts` to `ends` (N, 3) first meet the surface: 0 (start) to 1 (end), else NaN."""
        from vtkmodules.vtkCommonCore import reference

        t, sub, cell = reference(0.0), reference(0), reference(0)
        position, parametric = [0.0] * 3, [0.0] * 3
        hits = np.full(len(starts), np.nan)
        for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            if self._locator.IntersectWithLine(start, end, 0.0, t, position, parametric, sub, cell):
                hits[i] = t.get()
        return hits
