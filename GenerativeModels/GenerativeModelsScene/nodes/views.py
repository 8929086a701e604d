"""Views of a scene by its nodes: the layout, cameras, slice views. What the scene does not have is left out.

Only nodes are changed, so that a panel, a page and a script arrange the views in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import slicer

from GenerativeModelsScene.nodes.geometry import matrix_array
from GenerativeModelsScene.nodes.store import nodes_of_class

__all__ = [
    "SECTION_MARGIN",
    "arrange_four_up",
    "axes_in_view",
    "draw_slices_again",
    "look_from",
    "node_of_view",
    "set_section",
    "sphere_about",
]

SECTION_MARGIN = 1.15
"""Field of view of a slice view over the size of the body in it."""


def arrange_four_up(scene: slicer.vtkMRMLScene) -> None:
    """Show the four-up layout: three slice views and one 3D view."""
    layout = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if layout is not None and layout.IsLayoutDescription(layout.SlicerLayoutFourUpView):
        layout.SetViewArrangement(layout.SlicerLayoutFourUpView)


def node_of_view(scene: slicer.vtkMRMLScene, kind: str, view: str) -> slicer.vtkMRMLNode | None:
    """The node of class `kind` of the view with the layout name `view`, such as "Red"; None where there is none."""
    return next((node for node in nodes_of_class(scene, kind) if node.GetLayoutName() == view), None)


def draw_slices_again(scene: slicer.vtkMRMLScene) -> None:
    """Update the slice views after a scene was loaded, since lines in them are drawn at the former positions."""
    for slice_node in nodes_of_class(scene, "vtkMRMLSliceNode"):
        slice_node.Modified()


def axes_in_view(to_ras: np.ndarray) -> np.ndarray:
    """(3, 3) columns right, up and normal of a slice view that shows a grid as it was drawn, in unit length.

    Parameters
    ----------
    to_ras
        (4, 4) voxel index (i, j, k, 1) -> RAS mm; i is drawn to the right and j down.
    """
    axes = to_ras[:3, :3] / np.linalg.norm(to_ras[:3, :3], axis=0)
    return axes * (1.0, -1.0, 1.0)


def sphere_about(models: Iterable[slicer.vtkMRMLModelNode]) -> tuple[np.ndarray, float]:
    """Centre (3,) in RAS world and radius in mm of a sphere that contains the models, at least one."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for model in models:
        bounds = np.zeros(6)
        model.GetRASBounds(bounds)
        low, high = np.minimum(low, bounds[::2]), np.maximum(high, bounds[1::2])
    return (low + high) / 2, float(np.linalg.norm(high - low)) / 2


def look_from(
    scene: slicer.vtkMRMLScene, centre: np.ndarray, radius_mm: float, direction: np.ndarray, up: np.ndarray
) -> None:
    """Place all cameras in `direction` (3,) of `centre`, RAS world, so that a sphere of that radius fills the view."""
    direction = np.asarray(direction, float) / np.linalg.norm(direction)
    for camera in nodes_of_class(scene, "vtkMRMLCameraNode"):
        camera.SetFocalPoint(*centre)
        camera.SetPosition(*(centre + direction * radius_mm / np.sin(np.radians(camera.GetViewAngle()) / 2)))
        camera.SetViewUp(*up)
        camera.ResetClippingRange()


def set_section(
    slice_node: slicer.vtkMRMLSliceNode, centre: np.ndarray, radius_mm: float, axes: np.ndarray | None = None
) -> None:
    """Set a slice view to the plane through `centre` (RAS world) with a sphere of that radius in sight.

    Parameters
    ----------
    axes
        (3, 3) columns right, up and normal, RAS world; None = as the view has them.
    """
    view = np.eye(4)
    view[:3, :3] = matrix_array(slice_node.GetSliceToRAS())[:3, :3] if axes is None else axes
    view[:3, 3] = centre
    across, down, _ = slice_node.GetDimensions()
    pixel_mm = 2 * SECTION_MARGIN * radius_mm / max(across, down, 1)
    modifying = slice_node.StartModify()
    slice_node.GetSliceToRAS().DeepCopy(view.ravel())
    slice_node.SetFieldOfView(pixel_mm * across, pixel_mm * down, slice_node.GetFieldOfView()[2])
    slice_node.SetXYZOrigin(0, 0, 0)
    slice_node.SetSliceVisible(False)
    slice_node.UpdateMatrices()
    slice_node.EndModify(modifying)
