"""Slice views of a check: the slices as they were drawn, and the way to a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import slicer

from GenerativeModelsLib.segmentation.slice_grid import SliceGrid
from GenerativeModelsScene.nodes.case import hide_other_cases
from GenerativeModelsScene.nodes.geometry import matrix_array
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import NodeStore, nodes_of_class
from GenerativeModelsScene.nodes.views import axes_in_view, node_of_view, set_section
from GenerativeModelsScene.segmentation.case_nodes import CheckNodes
from GenerativeModelsScene.segmentation.frames import node_on_show
from GenerativeModelsScene.segmentation.maps import look_at_window
from GenerativeModelsScene.segmentation.places import show_places, violations_at

__all__ = ["go_to_slice", "look_at_check", "put_in_front", "show_rings", "slice_on_show"]

ACROSS = "Red"
"""Layout name of the view that shows the slices as they were drawn."""
ALONG = {"Green": (0, 2, 1), "Yellow": (1, 2, 0)}
"""Axis of the grid to the right, up and along the normal of the views that cut across the slices."""
IN_SIGHT = 0.96
"""Share of a view within which a place is in sight."""
PARALLEL = 0.999
"""Least cosine between the normals of a view and of the slices that it shows."""


def look_at_check(scene: slicer.vtkMRMLScene, nodes: CheckNodes, node: slicer.vtkMRMLNode | None) -> Iterator[str]:
    """Arrange the slice views for a check, in steps: one shows a slice as it was drawn, the others cut across.

    Images behind the labels stay what the user chose.

    Parameters
    ----------
    node
        The checked node; its labels are put in front where it is a label map.
    """
    hide_other_cases(scene, nodes.key)
    put_in_front(scene, node_on_show(node))
    yield "Showing the labels"
    grid = nodes.grid
    _look_across(scene, grid, grid.slices // 2)
    yield "Showing the slices"
    middle = np.array(grid.middle_lps((grid.slices - 1) / 2)) * (-1, -1, 1)
    for name, axes in ALONG.items():
        view = node_of_view(scene, "vtkMRMLSliceNode", name)
        if view is not None:
            set_section(view, middle, _radius_mm(grid), _axes(grid, axes))
            yield "Showing the slices"


def put_in_front(scene: slicer.vtkMRMLScene, labels: slicer.vtkMRMLNode | None, views: Sequence[str] = ()) -> None:
    """Show a label map volume as the labels of slice views, by their layout names; of all views without any."""
    if labels is None or not labels.IsA("vtkMRMLLabelMapVolumeNode"):
        return
    for composite in nodes_of_class(scene, "vtkMRMLSliceCompositeNode"):
        if not views or composite.GetLayoutName() in views:
            composite.SetLabelVolumeID(labels.GetID())


def show_rings(scene: slicer.vtkMRMLScene, nodes: CheckNodes, frame: int, slice_: int) -> None:
    """Show rings about the violations of a slice in a frame, in slice views."""
    found = violations_at(nodes.found, nodes.grid, frame, slice_)
    model = show_places(NodeStore(scene, nodes.key), [one.where for one in found], nodes.title)
    model.GetDisplayNode().SetVisibility(True)


def go_to_slice(
    scene: slicer.vtkMRMLScene, nodes: CheckNodes, frame: int, slice_: int, where: Sequence[float] | None = None
) -> None:
    """Show a slice, with rings about its violations in a frame; a place (LPS mm) comes into sight in all views."""
    grid = nodes.grid
    show_rings(scene, nodes, frame, slice_)
    x, y, z = grid.middle_lps(slice_) if where is None else where
    place = (-x, -y, z)
    if not _shows_slices(node_of_view(scene, "vtkMRMLSliceNode", ACROSS), grid):
        _look_across(scene, grid, slice_)
    for view in nodes_of_class(scene, "vtkMRMLSliceNode"):
        if _shows_slices(view, grid) or where is not None:
            view.JumpSliceByOffsetting(*place)
            _bring_into_sight(view, place)
    crosshair = scene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
    if crosshair is not None and where is not None:
        crosshair.SetCrosshairRAS(*place)


def slice_on_show(scene: slicer.vtkMRMLScene, nodes: CheckNodes) -> int | None:
    """Number of the slice in the view of the slices, from 0; None where the view shows none of them."""
    view, grid = node_of_view(scene, "vtkMRMLSliceNode", ACROSS), nodes.grid
    if not _shows_slices(view, grid):
        return None
    origin = matrix_array(view.GetSliceToRAS())[:, 3]
    number = round(float(np.linalg.solve(LPS_TO_RAS @ grid.to_lps, origin)[2]))
    return number if 0 <= number < grid.slices else None


def _look_across(scene: slicer.vtkMRMLScene, grid: SliceGrid, slice_: int) -> None:
    view = node_of_view(scene, "vtkMRMLSliceNode", ACROSS)
    if view is not None:
        look_at_window(view, grid, slice_, grid.window)


def _shows_slices(view: slicer.vtkMRMLSliceNode | None, grid: SliceGrid) -> bool:
    """Whether a view is parallel to the slices."""
    if view is None:
        return False
    normal = axes_in_view(LPS_TO_RAS @ grid.to_lps)[:, 2]
    return abs(float(matrix_array(view.GetSliceToRAS())[:3, 2] @ normal)) > PARALLEL


def _axes(grid: SliceGrid, order: tuple[int, int, int]) -> np.ndarray:
    """(3, 3) right, up and normal of a view across the slices, RAS; the first slice is below."""
    axes = LPS_TO_RAS[:3, :3] @ grid.to_lps[:3, :3]
    return (axes / np.linalg.norm(axes, axis=0))[:, list(order)]


def _radius_mm(grid: SliceGrid) -> float:
    """Of a sphere about all labels."""
    columns, rows = (last - first + 1 for first, last in grid.labelled)
    spacing = np.linalg.norm(grid.to_lps[:3, :3], axis=0)
    return float(np.linalg.norm(np.array([columns, rows, grid.slices]) * spacing)) / 2


def _bring_into_sight(view: slicer.vtkMRMLSliceNode, place: tuple[float, float, float]) -> None:
    in_view = np.linalg.inv(matrix_array(view.GetSliceToRAS())) @ [*place, 1.0]
    off = np.abs(in_view[:2] - np.array(view.GetXYZOrigin())[:2])
    if (off > IN_SIGHT * np.array(view.GetFieldOfView())[:2] / 2).any():
        view.JumpSliceByCentering(*place)
