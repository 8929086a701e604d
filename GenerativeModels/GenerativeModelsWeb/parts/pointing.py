"""What lies under the pointer in a 3D view: the nearest visible surface and the values at its point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import slicer
import vtk

if TYPE_CHECKING:
    from trame_slicer.views import ThreeDView

__all__ = ["SurfacePointer"]

TOLERANCE = 1e-6


class SurfacePointer:
    """Reads surfaces along the line of sight, without drawing.

    Parameters
    ----------
    view
        Through whose camera it looks.
    """

    def __init__(self, view: ThreeDView) -> None:
        self._view = view
        self._locators: dict[str, tuple[vtk.vtkPolyData, int, vtk.vtkStaticCellLocator]] = {}

    def at(
        self, models: Iterable[slicer.vtkMRMLModelNode], x: float, y: float
    ) -> tuple[slicer.vtkMRMLModelNode, dict[str, float]] | None:
        """The first visible model at a point of the view, 0 to 1 from its left upper corner, and its values there.

        Returns
        -------
        The model and its point arrays of one component, between the corners of the triangle; None beside all models.
        """
        start, end = self._line(x, y)
        hits = []
        for model in models:
            if model.GetDisplayNode() is not None and model.GetDisplayNode().GetVisibility():
                hit = self._hit(model, start, end)
                if hit is not None:
                    hits.append((*hit, model))
        if not hits:
            return None
        _, point, model = min(hits, key=lambda one: one[0])
        arrays = model.GetPolyData().GetPointData()
        found = (arrays.GetArray(index) for index in range(arrays.GetNumberOfArrays()))
        simple = (array for array in found if array is not None and array.GetNumberOfComponents() == 1)
        return model, {array.GetName(): array.GetTuple1(point) for array in simple}

    def _line(self, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
        """Two points (RAS mm) of the line of sight, before and behind all there is."""
        renderer = self._view.first_renderer()
        width, height = self._view.render_window().GetSize()
        ends = []
        for depth in (0.0, 1.0):
            renderer.SetDisplayPoint(x * width, (1 - y) * height, depth)
            renderer.DisplayToWorld()
            point = np.array(renderer.GetWorldPoint())
            ends.append(point[:3] / point[3])
        return ends[0], ends[1]

    def _hit(self, model: slicer.vtkMRMLModelNode, start: np.ndarray, end: np.ndarray) -> tuple[float, int] | None:
        """Share of the line before the model, and the mesh point nearest to where it is met."""
        to_model = vtk.vtkGeneralTransform()
        slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(None, model.GetParentTransformNode(), to_model)
        locator, mesh = self._locator(model)
        share, at, corners = vtk.reference(0.0), [0.0] * 3, [0.0] * 3
        part, cell = vtk.reference(0), vtk.reference(0)
        line = [to_model.TransformPoint(*end_point) for end_point in (start, end)]
        if not locator.IntersectWithLine(*line, TOLERANCE, share, at, corners, part, cell):
            return None
        points = mesh.GetCell(int(cell)).GetPointIds()
        numbers = [points.GetId(index) for index in range(points.GetNumberOfIds())]
        nearest = min(numbers, key=lambda number: float(np.linalg.norm(np.subtract(mesh.GetPoint(number), at))))
        return float(share), nearest

    def _locator(self, model: slicer.vtkMRMLModelNode) -> tuple[vtk.vtkStaticCellLocator, vtk.vtkPolyData]:
        mesh = model.GetPolyData()
        kept = self._locators.get(model.GetID())
        if kept is None or kept[0] is not mesh or kept[1] != mesh.GetMTime():
            locator = vtk.vtkStaticCellLocator()
            locator.SetDataSet(mesh)
            locator.BuildLocator()
            kept = self._locators[model.GetID()] = (mesh, mesh.GetMTime(), locator)
        return kept[2], mesh
