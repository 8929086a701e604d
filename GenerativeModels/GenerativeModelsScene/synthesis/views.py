"""Slice views of synthetic images: the image behind, the labels as outlines in front."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import slicer

from GenerativeModelsScene.nodes.case import hide_other_cases
from GenerativeModelsScene.nodes.geometry import ijk_to_ras, matrix_array
from GenerativeModelsScene.nodes.store import nodes_of_class
from GenerativeModelsScene.nodes.views import axes_in_view, node_of_view, set_section
from GenerativeModelsScene.segmentation.frames import node_on_show
from GenerativeModelsScene.synthesis.case_nodes import SynthesisNodes

__all__ = ["look_at_image", "look_at_preview", "place_on_show", "show_outlines"]

ACROSS = "Red"
"""Layout name of the view that shows the slices as they were drawn."""
ALONG = {"Green": (0, 2, 1), "Yellow": (1, 2, 0)}
"""Axis of the grid to the right, up and along the normal of the views that cut across the slices."""
FILLED = 0.55
"""Radius of what a view shows over the longest side of the image."""


def look_at_image(
    scene: slicer.vtkMRMLScene, nodes: SynthesisNodes, labels: slicer.vtkMRMLNode | None, number: int = 0
) -> Iterator[str]:
    """Show an image in the slice views with its labels as outlines, in steps; `labels` is the node it was drawn of."""
    hide_other_cases(scene, nodes.key)
    image = nodes.images.get(number)
    if image is None:
        return
    put_behind(scene, image)
    show_outlines(scene, labels)
    yield "Showing the image"
    to_ras, sizes = _slices_last(image)
    middle = (to_ras @ [*((sizes - 1) // 2), 1.0])[:3]  # of a slice: outlines between two would be of neither
    spacing = np.linalg.norm(to_ras[:3, :3], axis=0)
    view = node_of_view(scene, "vtkMRMLSliceNode", ACROSS)
    if view is not None:
        set_section(view, middle, FILLED * max((sizes * spacing)[:2]), axes_in_view(to_ras))
        yield "Showing the slices"
    unit = to_ras[:3, :3] / spacing
    for name, axes in ALONG.items():
        view = node_of_view(scene, "vtkMRMLSliceNode", name)
        if view is not None:
            set_section(view, middle, FILLED * max(sizes * spacing), unit[:, list(axes)])
            yield "Showing the slices"


def look_at_preview(
    scene: slicer.vtkMRMLScene, preview: slicer.vtkMRMLScalarVolumeNode, labels: slicer.vtkMRMLNode | None
) -> None:
    """Show a preview in the view of the slices, with the outlines of its labels; the other views stay."""
    to_ras, sizes = ijk_to_ras(preview), np.array(preview.GetImageData().GetDimensions())
    middle = (to_ras @ [*((sizes - 1) / 2), 1.0])[:3]
    view = node_of_view(scene, "vtkMRMLSliceNode", ACROSS)
    if view is not None:
        set_section(
            view, middle, FILLED * max((sizes * np.linalg.norm(to_ras[:3, :3], axis=0))[:2]), axes_in_view(to_ras)
        )
    put_behind(scene, preview, (ACROSS,))
    show_outlines(scene, labels)


def show_outlines(scene: slicer.vtkMRMLScene, labels: slicer.vtkMRMLNode | None) -> None:
    """Show the labels of a node as outlines alone, as far as it is shown in the scene."""
    shown = node_on_show(labels)
    if shown is None or shown.GetScene() is not scene:
        return
    if shown.IsA("vtkMRMLSegmentationNode"):
        shown.CreateDefaultDisplayNodes()
        display = shown.GetDisplayNode()
        display.SetVisibility(True)
        display.SetVisibility2DFill(False)
        display.SetVisibility2DOutline(True)
    elif shown.IsA("vtkMRMLLabelMapVolumeNode"):
        for composite in nodes_of_class(scene, "vtkMRMLSliceCompositeNode"):
            composite.SetLabelVolumeID(shown.GetID())
            composite.SetLabelOpacity(1.0)
        for view in nodes_of_class(scene, "vtkMRMLSliceNode"):
            view.SetUseLabelOutline(True)


def place_on_show(scene: slicer.vtkMRMLScene) -> tuple[float, float, float] | None:
    """LPS mm of the middle of the view of the slices; None where there is no such view."""
    view = node_of_view(scene, "vtkMRMLSliceNode", ACROSS)
    if view is None:
        return None
    x, y, z = (float(value) for value in matrix_array(view.GetSliceToRAS())[:3, 3])
    return -x, -y, z


def put_behind(scene: slicer.vtkMRMLScene, image: slicer.vtkMRMLVolumeNode, views: Sequence[str] = ()) -> None:
    """Show a volume in the background of slice views, by their layout names; of all views without any."""
    for composite in nodes_of_class(scene, "vtkMRMLSliceCompositeNode"):
        if not views or composite.GetLayoutName() in views:
            composite.SetBackgroundVolumeID(image.GetID())
            composite.SetForegroundVolumeID(None)


def _slices_last(image: slicer.vtkMRMLVolumeNode) -> tuple[np.ndarray, np.ndarray]:
    """(4, 4) index -> RAS mm and (3,) sizes, the axis across the slices last: that of the widest spacing."""
    to_ras, sizes = ijk_to_ras(image), np.array(image.GetImageData().GetDimensions())
    spacing = np.round(np.linalg.norm(to_ras[:3, :3], axis=0), 3)
    last = 2 - int(np.argmax(spacing[::-1]))  # k where all are the same
    order = [axis for axis in (0, 1, 2) if axis != last] + [last]
    turned = to_ras.copy()
    turned[:, :3] = to_ras[:, order]
    return turned, sizes[order]
