"""Decimation of surfaces for display."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata, to_polydata

__all__ = ["MAX_POINTS", "MAX_TRIANGLES", "thinned"]

MAX_TRIANGLES = 60_000
MAX_POINTS = 65_535


def thinned(surface: Surface) -> Surface:
    """The surface, or a decimated copy where it has more than `MAX_TRIANGLES` or `MAX_POINTS`.

    Each point of the copy has the values of the nearest point of the original.
    """
    if len(surface.triangles) <= MAX_TRIANGLES and len(surface.points) <= MAX_POINTS:
        return surface
    from scipy.spatial import cKDTree
    from vtkmodules.vtkFiltersCore import vtkQuadricDecimation

    decimate = vtkQuadricDecimation()
    decimate.SetInputData(to_polydata(Surface(surface.points, surface.triangles)))
    decimate.SetTargetReduction(max(0.0, 1 - 0.9 * MAX_TRIANGLES / len(surface.triangles)))
    decimate.Update()
    light = from_polydata(decimate.GetOutput())
    nearest = cKDTree(surface.points).query(light.points)[1]
    return light.with_data(**{name: np.asarray(values)[nearest] for name, values in surface.point_data.items()})
