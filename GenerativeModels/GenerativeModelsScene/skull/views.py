"""Views of a finished case: each plane in its slice view, the head in 3D from the front, the left and above.

Only nodes of the scene are changed, so that the panel and a script arrange the views in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import slicer
import vtk

from GenerativeModelsScene.nodes.geometry import matrix_array
from GenerativeModelsScene.skull.case_nodes import SkullNodes
from GenerativeModelsScene.skull.planes_3d import nodes_of_class, show_plane_in_view

VIEWS = {"axial": "Red", "sagittal": "Yellow", "coronal": "Green"}
SECTIONS = {"sagittal": ((0, -1, 0), (0, 0, 1)), "coronal": ((-1, 0, 0), (0, 0, 1))}
"""Right and up axes, in RAS of the head frame, of the slice view of a plane without image."""
SECTION_MARGIN = 1.15
TURNS_TO_DRAW = 3
"""Steps between two changed views, in which the first is drawn; four views at once would block the application."""
LOOK_FROM = (-0.75, 1.0, 0.62)
"""Direction to the camera, in RAS of the head frame: to the front, the left and above."""


def look_at_case(scene: slicer.vtkMRMLScene, nodes: SkullNodes) -> Iterator[str]:
    """Show the case in the four-up layout, one view per step. Views that the scene does not have are left out.

    The view of a given plane shows its image, any other view the section of the head with the uncertainty.
    """
    layout = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if layout is not None and layout.IsLayoutDescription(layout.SlicerLayoutFourUpView):
        layout.SetViewArrangement(layout.SlicerLayoutFourUpView)
    yield "Arranging the views"
    for plane, view in VIEWS.items():
        slice_node, composite = (_of_view(scene, f"vtkMRMLSlice{kind}Node", view) for kind in ("", "Composite"))
        if slice_node is None or composite is None:
            continue
        if plane in nodes.planes:
            show_plane_in_view(scene, nodes, plane, slice_node, composite)
        elif plane in SECTIONS and nodes.model is not None:
            _show_section(nodes, *SECTIONS[plane], slice_node, composite)
        for _ in range(TURNS_TO_DRAW):
            yield "Showing the planes"
    if nodes.model is not None:
        for camera in nodes_of_class(scene, "vtkMRMLCameraNode"):
            _look_at_model(camera, nodes.model)
    yield "Showing the skull"


def draw_slices_again(scene: slicer.vtkMRMLScene) -> None:
    """Update the slice views after a scene was loaded, since lines in them are drawn at the former positions."""
    for slice_node in nodes_of_class(scene, "vtkMRMLSliceNode"):
        slice_node.Modified()


def _of_view(scene: slicer.vtkMRMLScene, kind: str, view: str) -> slicer.vtkMRMLNode | None:
    return next((node for node in nodes_of_class(scene, kind) if node.GetLayoutName() == view), None)


def _show_section(
    nodes: SkullNodes,
    right: tuple[float, float, float],
    up: tuple[float, float, float],
    slice_node: slicer.vtkMRMLSliceNode,
    composite_node: slicer.vtkMRMLSliceCompositeNode,
) -> None:
    """Set a slice view to the plane through the centre of the head that these axes span."""
    composite_node.SetBackgroundVolumeID(nodes.uncertainty.GetID() if nodes.uncertainty else None)
    composite_node.SetForegroundVolumeID(None)
    composite_node.SetLabelVolumeID(None)
    centre, radius = _sphere_about(nodes.model)
    view = np.eye(4)
    view[:3, :3] = _rotation_to_world(nodes.model) @ np.stack([right, up, np.cross(right, up)], axis=1)
    view[:3, 3] = centre
    across, down, _ = slice_node.GetDimensions()
    pixel_mm = 2 * SECTION_MARGIN * radius / max(across, down, 1)
    modifying = slice_node.StartModify()
    slice_node.GetSliceToRAS().DeepCopy(view.ravel())
    slice_node.SetFieldOfView(pixel_mm * across, pixel_mm * down, slice_node.GetFieldOfView()[2])
    slice_node.SetXYZOrigin(0, 0, 0)
    slice_node.SetSliceVisible(False)
    slice_node.UpdateMatrices()
    slice_node.EndModify(modifying)


def _look_at_model(camera: slicer.vtkMRMLCameraNode, model: slicer.vtkMRMLModelNode) -> None:
    """Place the camera in the direction `LOOK_FROM` with the whole model in view and the crown of the head up."""
    centre, radius = _sphere_about(model)
    to_world = _rotation_to_world(model)
    eye = to_world @ (np.array(LOOK_FROM) / np.linalg.norm(LOOK_FROM))
    camera.SetFocalPoint(*centre)
    camera.SetPosition(*(centre + eye * radius / np.sin(np.radians(camera.GetViewAngle()) / 2)))
    camera.SetViewUp(*(to_world @ (0.0, 0.0, 1.0)))
    camera.ResetClippingRange()


def _sphere_about(model: slicer.vtkMRMLModelNode) -> tuple[np.ndarray, float]:
    """Centre (3,) in RAS world and radius in mm of a sphere that contains the model."""
    bounds = np.zeros(6)
    model.GetRASBounds(bounds)
    low, high = bounds[::2], bounds[1::2]
    return (low + high) / 2, float(np.linalg.norm(high - low)) / 2


def _rotation_to_world(node: slicer.vtkMRMLTransformableNode) -> np.ndarray:
    """(3, 3) rotation of the node's parent transforms to RAS world."""
    matrix = vtk.vtkMatrix4x4()
    parent = node.GetParentTransformNode()
    if parent is not None:
        parent.GetMatrixTransformToWorld(matrix)
    return matrix_array(matrix)[:3, :3]
