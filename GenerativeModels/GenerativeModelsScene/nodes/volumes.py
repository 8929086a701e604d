"""Arrays as volume nodes: values in mm and label maps."""

from __future__ import annotations

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsScene.nodes.geometry import vtk_matrix
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import NodeStore

LEAST_SHOWN_MM = 1e-3
"""Voxels away from the surface hold 0 mm and are not drawn."""
LABEL_COLOURS = ("vtkMRMLColorTableNodeFileGenericAnatomyColors.txt", "vtkMRMLColorTableNodeLabels")


def show_uncertainty(
    store: NodeStore,
    values_mm: np.ndarray,
    grid: Grid,
    colours: slicer.vtkMRMLColorNode,
    ends: tuple[float, float],
    title: str,
) -> slicer.vtkMRMLScalarVolumeNode:
    """The uncertainty volume (z, y, x) on `grid` (LPS), in the colours between the two values."""
    node, made = store.obtain("uncertainty", "vtkMRMLScalarVolumeNode", f"{title} uncertainty")
    fill_volume(node, values_mm.astype(np.float32, copy=False), grid_to_ras(grid))
    if made or node.GetDisplayNode() is None:
        display = default_display(node)
        display.SetAutoWindowLevel(False)
        display.SetWindowLevelMinMax(*ends)
        display.SetThreshold(LEAST_SHOWN_MM, 1e6)
        display.SetApplyThreshold(True)
    node.GetDisplayNode().SetAndObserveColorNodeID(colours.GetID())
    return node


def show_label_map(store: NodeStore, labels: np.ndarray, grid: Grid, title: str) -> slicer.vtkMRMLLabelMapVolumeNode:
    """The label map (z, y, x) on `grid` (LPS)."""
    node, made = store.obtain("label_map", "vtkMRMLLabelMapVolumeNode", f"{title} label map")
    fill_volume(node, labels.astype(np.uint8, copy=False), grid_to_ras(grid))
    if made or node.GetDisplayNode() is None:
        display = default_display(node)
        colours = next((name for name in LABEL_COLOURS if store.scene.GetNodeByID(name)), None)
        display.SetAndObserveColorNodeID(colours)
    return node


def grid_to_ras(grid: Grid) -> np.ndarray:
    """(4, 4): voxel index (i, j, k, 1) of `grid` -> RAS mm of the same frame."""
    matrix = np.diag([*grid.spacing_mm, 1.0])
    matrix[:3, 3] = grid.origin_mm
    return LPS_TO_RAS @ matrix


def default_display(node: slicer.vtkMRMLVolumeNode) -> slicer.vtkMRMLVolumeDisplayNode:
    """The display node of `node`, made if need be, as Slicer makes it."""
    node.CreateDefaultDisplayNodes()
    return node.GetDisplayNode()


def fill_volume(node: slicer.vtkMRMLVolumeNode, array: np.ndarray, to_ras: np.ndarray) -> None:
    """Give `node` the voxels `array` (k, j, i), of a vector volume (k, j, i, components), copied, and its place:
    `to_ras` (4, 4), voxel index -> RAS mm."""
    image = vtk.vtkImageData()
    image.SetDimensions(*array.shape[2::-1])
    scalars = numpy_to_vtk(np.ascontiguousarray(array).reshape(-1, *array.shape[3:]), deep=True)
    scalars.SetName("ImageScalars")
    image.GetPointData().SetScalars(scalars)
    modifying = node.StartModify()
    node.SetIJKToRASMatrix(vtk_matrix(to_ras))
    node.SetAndObserveImageData(image)
    node.EndModify(modifying)


def image_values(image: vtk.vtkImageData) -> np.ndarray:
    """(k, j, i) view of the voxels of an image; (k, j, i, components) if they have several."""
    values = vtk_to_numpy(image.GetPointData().GetScalars())
    return values.reshape(*image.GetDimensions()[::-1], *values.shape[1:])


def voxels(node: slicer.vtkMRMLVolumeNode) -> np.ndarray:
    """Copy of the voxels (k, j, i) of `node`, of a vector volume (k, j, i, components)."""
    return image_values(node.GetImageData()).copy()
