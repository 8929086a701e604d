"""Views of a finished case: each plane in its slice view, the head in 3D from the front, the left and above."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import slicer
import vtk

from GenerativeModelsScene.nodes.geometry import matrix_array
from GenerativeModelsScene.nodes.views import (
    arrange_four_up,
    look_from,
    node_of_view,
    set_section,
    sphere_about,
)
from GenerativeModelsScene.skull.case_nodes import SkullNodes
from GenerativeModelsScene.skull.imagined import show_imagined_in_view
from GenerativeModelsScene.skull.planes_3d import show_plane_in_view

VIEWS = {"axial": "Red", "sagittal": "Yellow", "coronal": "Green"}
SECTIONS = {"sagittal": ((0, -1, 0), (0, 0, 1)), "coronal": ((-1, 0, 0), (0, 0, 1))}
"""Right and up axes, in RAS of the head frame, of the slice view of a plane without image."""
TURNS_TO_DRAW = 3
"""Steps between two changed views, in which the first is drawn; four views at once would block the application."""
LOOK_FROM = (-0.75, 1.0, 0.62)
"""Direction to the camera, in RAS of the head frame: to the front, the left and above."""


def look_at_case(scene: slicer.vtkMRMLScene, nodes: SkullNodes) -> Iterator[str]:
    """Show the case in the four-up layout, one view per step. Views that the scene does not have are left out.

    The view of a given plane shows its image, that of an imagined one the picture of the mean reconstruction, any other
    view the section of the head with the uncertainty.
    """
    arrange_four_up(scene)
    yield "Arranging the views"
    for plane, view in VIEWS.items():
        slice_node, composite = (node_of_view(scene, f"vtkMRMLSlice{kind}Node", view) for kind in ("", "Composite"))
        if slice_node is None or composite is None:
            continue
        if plane in nodes.planes:
            show_plane_in_view(scene, nodes, plane, slice_node, composite)
        elif (imagined := nodes.imagined.get(f"{plane}.mean")) is not None:
            show_imagined_in_view(imagined, slice_node, composite)
        elif plane in SECTIONS and nodes.model is not None:
            _show_section(nodes, *SECTIONS[plane], slice_node, composite)
        for _ in range(TURNS_TO_DRAW):
            yield "Showing the planes"
    if nodes.model is not None:
        to_world = _rotation_to_world(nodes.model)
        look_from(scene, *sphere_about([nodes.model]), to_world @ LOOK_FROM, to_world @ (0.0, 0.0, 1.0))
    yield "Showing the skull"


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
    centre, radius = sphere_about([nodes.model])
    axes = np.stack([right, up, np.cross(right, up)], axis=1)
    set_section(slice_node, centre, radius, _rotation_to_world(nodes.model) @ axes)


def _rotation_to_world(node: slicer.vtkMRMLTransformableNode) -> np.ndarray:
    """(3, 3) rotation of the node's parent transforms to RAS world."""
    matrix = vtk.vtkMatrix4x4()
    parent = node.GetParentTransformNode()
    if parent is not None:
        parent.GetMatrixTransformToWorld(matrix)
    return matrix_array(matrix)[:3, :3]
