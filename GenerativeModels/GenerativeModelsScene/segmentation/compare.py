"""Label maps before and after their repair side by side in the slice views."""

from __future__ import annotations

import slicer

from GenerativeModelsScene.nodes.views import node_of_view
from GenerativeModelsScene.segmentation.case_nodes import CheckNodes
from GenerativeModelsScene.segmentation.frames import node_on_show
from GenerativeModelsScene.segmentation.maps import look_at_window
from GenerativeModelsScene.segmentation.repair import RepairNodes
from GenerativeModelsScene.segmentation.views import look_at_check, put_in_front

__all__ = ["show_one", "show_side_by_side"]

BEFORE, AFTER, BOTH = "Red", "Yellow", "Green"
"""Layout names of the views."""
OPACITY = 0.5
"""Of the labels before, below the outlines of those after."""


def show_side_by_side(
    scene: slicer.vtkMRMLScene,
    nodes: CheckNodes,
    node: slicer.vtkMRMLNode | None,
    repaired: RepairNodes,
    slice_: int,
) -> None:
    """Show one slice in three views: before, after, and the outlines after on the labels before.

    Parameters
    ----------
    nodes, node
        The check before, and the node that was checked.
    slice_
        Number of the slice, from 0.
    """
    labels = node_on_show(node)
    put_in_front(scene, labels, (BEFORE,))
    put_in_front(scene, repaired.labels, (AFTER, BOTH))
    both = node_of_view(scene, "vtkMRMLSliceCompositeNode", BOTH)
    if both is not None and labels is not None and labels.IsA("vtkMRMLVolumeNode"):
        both.SetForegroundVolumeID(labels.GetID())
        both.SetForegroundOpacity(OPACITY)
    for name in (BEFORE, AFTER, BOTH):
        view = node_of_view(scene, "vtkMRMLSliceNode", name)
        if view is not None:
            view.SetUseLabelOutline(name == BOTH)
            look_at_window(view, nodes.grid, slice_, nodes.grid.window)
    _limit(scene, labels, (BEFORE, BOTH))


def show_one(scene: slicer.vtkMRMLScene, nodes: CheckNodes, node: slicer.vtkMRMLNode | None) -> None:
    """Return from `show_side_by_side` to the views of the check before."""
    labels = node_on_show(node)
    both = node_of_view(scene, "vtkMRMLSliceCompositeNode", BOTH)
    if both is not None and labels is not None and both.GetForegroundVolumeID() == labels.GetID():
        both.SetForegroundVolumeID(None)
    view = node_of_view(scene, "vtkMRMLSliceNode", BOTH)
    if view is not None:
        view.SetUseLabelOutline(False)
    _limit(scene, labels, ())
    for _ in look_at_check(scene, nodes, node):
        pass


def _limit(scene: slicer.vtkMRMLScene, labels: slicer.vtkMRMLNode | None, views: tuple[str, ...]) -> None:
    """Show a segmentation in these slice views alone, in all without any; label maps belong to their views anyway."""
    display = labels.GetDisplayNode() if labels is not None and labels.IsA("vtkMRMLSegmentationNode") else None
    if display is None:
        return
    display.RemoveAllViewNodeIDs()
    for name in views:
        view = node_of_view(scene, "vtkMRMLSliceNode", name)
        if view is not None:
            display.AddViewNodeID(view.GetID())
