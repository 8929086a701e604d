"""What tests read off the nodes of a skull."""

from __future__ import annotations

import numpy as np
import vtk

from GenerativeModelsScene.nodes.geometry import matrix_array


def placement_matrix(nodes) -> np.ndarray:
    """(4, 4) head frame (RAS) -> world."""
    matrix = vtk.vtkMatrix4x4()
    nodes.placement.GetMatrixTransformToWorld(matrix)
    return matrix_array(matrix)
