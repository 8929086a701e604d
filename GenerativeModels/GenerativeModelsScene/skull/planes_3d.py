"""The input planes where they lie in the head: pictures as one-slice volumes, outlines as lines, slice views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import slicer
import vtk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.case.placed_planes import SLICE_THICKNESS_MM
from GenerativeModelsLib.skull.planes.sector import sector_mask
from GenerativeModelsScene.nodes.geometry import ijk_to_ras, matrix_array
from GenerativeModelsScene.nodes.models import LPS_TO_RAS, line_look, lines_polydata
from GenerativeModelsScene.nodes.store import NodeStore, nodes_of_class
from GenerativeModelsScene.nodes.volumes import default_display, fill_volume

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.case.read import PlacedPlane
    from GenerativeModelsLib.skull.locate.placement import Placement
    from GenerativeModelsScene.skull.case_nodes import SkullNodes

OUTLINE_COLOUR = (0.0, 0.835, 1.0)
"""The report's."""
OUTLINE_WIDTH, BAND_WIDTH = 2, 1
_HIDDEN = "GenerativeModels.PlanesHidden"
MARGIN = 1.04
"""Field of view of a slice view over the size of the picture in it."""


def show_plane(store: NodeStore, plane: PlacedPlane, title: str) -> slicer.vtkMRMLScalarVolumeNode:
    """The picture of `plane` as a volume of one slice in the head frame (RAS): i = column, j = row.

    Its pixels are 0 to 255 in the sector and below 0 around it, where views show nothing; see `sector_alone`.
    """
    node, made = store.obtain(f"plane.{plane.name}", "vtkMRMLScalarVolumeNode", f"{title} {plane.name} plane")
    fill_volume(node, sector_alone(plane.pixels)[None], plane_to_ras(plane.placement, plane.spacing_mm))
    if made or node.GetDisplayNode() is None:
        display = default_display(node)
        display.SetAutoWindowLevel(False)
        display.SetWindowLevelMinMax(0.0, 255.0)
        display.SetThreshold(0.0, 255.0)  # the black around the sector would hide the skull in 3D views
        display.SetApplyThreshold(True)
    return node


def sector_alone(pixels: np.ndarray) -> np.ndarray:
    """Grey levels (rows, columns) as int16, those outside the convex sector as -1 - grey; see `whole_picture`."""
    grey = pixels.astype(np.int16)
    return np.where(sector_mask(pixels), grey, -1 - grey).astype(np.int16)


def whole_picture(pixels: np.ndarray) -> np.ndarray:
    """(rows, columns) uint8 of the pixels of `sector_alone`, with what lies around the sector."""
    return np.where(pixels < 0, -1 - pixels, pixels).clip(0, 255).astype(np.uint8)


def show_outline(store: NodeStore, plane: PlacedPlane, title: str) -> slicer.vtkMRMLModelNode:
    """Where the skull's surface cuts `plane`, as lines in space."""
    return _show_lines(store, plane, "outline", plane.outline_mm, title, OUTLINE_WIDTH)


def show_band(store: NodeStore, plane: PlacedPlane, title: str) -> slicer.vtkMRMLModelNode | None:
    """Inner and outer edge of the band in which nine of ten outlines lie; None when the case has no draws."""
    if plane.band_mm is None:
        store.drop(f"band.{plane.name}")
        return None
    return _show_lines(store, plane, "band", [*plane.band_mm[0], *plane.band_mm[1]], title, BAND_WIDTH)


def plane_to_ras(placement: Placement, spacing_mm: tuple[float, float]) -> np.ndarray:
    """(4, 4): (column, row, slice, 1) of a picture -> head frame, RAS mm; right-handed for a mirrored picture too."""
    u, v = np.asarray(placement.u_axis, float), np.asarray(placement.v_axis, float)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = u * spacing_mm[1], v * spacing_mm[0]
    matrix[:3, 2] = np.cross(u, v) * SLICE_THICKNESS_MM
    matrix[:3, 3] = placement.origin_mm
    return LPS_TO_RAS @ matrix


def show_plane_in_view(
    scene: slicer.vtkMRMLScene,
    nodes: SkullNodes,
    name: str,
    slice_node: slicer.vtkMRMLSliceNode,
    composite_node: slicer.vtkMRMLSliceCompositeNode,
) -> None:
    """Show the placed plane `name` in a slice view: upright as the picture, its outline and band over it.

    Raises
    ------
    InputError
        The case has no such plane, or its volume was deleted.
    """
    volume = nodes.planes.get(name)
    if volume is None or volume.GetScene() != scene:
        raise InputError(
            f"The {name} plane of the case is not in the scene; show one of {', '.join(nodes.planes) or 'none'}, "
            "or reconstruct again."
        )
    composite_node.SetBackgroundVolumeID(volume.GetID())
    composite_node.SetForegroundVolumeID(None)
    composite_node.SetLabelVolumeID(None)
    turn_view(slice_node, volume)
    slice_node.SetSliceVisible(planes_visible(nodes))
    threed = [view.GetID() for view in nodes_of_class(scene, "vtkMRMLViewNode")]
    for kind in (nodes.outlines, nodes.bands):
        for plane, lines in kind.items():
            display = lines.GetDisplayNode()
            if display is None:
                continue
            views = [view for view in _slice_views(scene, display) if view != slice_node.GetID()]
            if plane == name:
                views.append(slice_node.GetID())
            modifying = display.StartModify()
            display.SetVisibility2D(bool(views))
            display.SetViewNodeIDs([*threed, *views] if views else [])
            display.EndModify(modifying)


def turn_view(slice_node: slicer.vtkMRMLSliceNode, volume: slicer.vtkMRMLScalarVolumeNode) -> None:
    """Turn a slice view into the plane of the one-slice `volume`, wherever that lies in the world: columns to the
    right, rows downwards, the whole picture in sight."""
    to_world = vtk.vtkMatrix4x4()
    parent = volume.GetParentTransformNode()
    if parent is not None:
        parent.GetMatrixTransformToWorld(to_world)
    columns, rows, _ = volume.GetImageData().GetDimensions()
    matrix = matrix_array(to_world) @ ijk_to_ras(volume)
    width, height = columns * np.linalg.norm(matrix[:3, 0]), rows * np.linalg.norm(matrix[:3, 1])
    right, up = matrix[:3, 0] / np.linalg.norm(matrix[:3, 0]), -matrix[:3, 1] / np.linalg.norm(matrix[:3, 1])
    middle = matrix @ [(columns - 1) / 2, (rows - 1) / 2, 0, 1]
    view = np.eye(4)
    view[:3, 0], view[:3, 1], view[:3, 2], view[:3, 3] = right, up, np.cross(right, up), middle[:3]
    across, down, _ = slice_node.GetDimensions()
    pixel = MARGIN * max(width / max(across, 1), height / max(down, 1))
    modifying = slice_node.StartModify()
    slice_node.GetSliceToRAS().DeepCopy(view.ravel())
    slice_node.SetFieldOfView(pixel * max(across, 1), pixel * max(down, 1), slice_node.GetFieldOfView()[2])
    slice_node.SetXYZOrigin(0, 0, 0)
    slice_node.UpdateMatrices()
    slice_node.EndModify(modifying)


def shown_planes(scene: slicer.vtkMRMLScene, nodes: SkullNodes) -> list[tuple[str, slicer.vtkMRMLSliceNode]]:
    """(plane name, slice node) for every slice view whose background is a placed plane of the case."""
    names = {volume.GetID(): name for name, volume in nodes.planes.items() if volume.GetScene() == scene}
    slices = {node.GetLayoutName(): node for node in nodes_of_class(scene, "vtkMRMLSliceNode")}
    composites = nodes_of_class(scene, "vtkMRMLSliceCompositeNode")
    pairs = [(names.get(node.GetBackgroundVolumeID()), slices.get(node.GetLayoutName())) for node in composites]
    return [(name, view) for name, view in pairs if name is not None and view is not None]


def planes_visible(nodes: SkullNodes) -> bool:
    """Whether placed planes show in 3D views, which they do at first."""
    return nodes.placement is None or nodes.placement.GetAttribute(_HIDDEN) is None


def set_planes_visible(nodes: SkullNodes, on: bool) -> None:
    """Show or hide the placed planes in 3D views; each shows there while a slice view holds it."""
    if nodes.placement is None or nodes.placement.GetScene() is None:
        return
    if on:
        nodes.placement.RemoveAttribute(_HIDDEN)
    else:
        nodes.placement.SetAttribute(_HIDDEN, "yes")
    for _, view in shown_planes(nodes.placement.GetScene(), nodes):
        view.SetSliceVisible(on)


def set_outlines_visible(nodes: SkullNodes, on: bool) -> None:
    """Show or hide the outlines and their bands, in slice and 3D views."""
    for lines in (*nodes.outlines.values(), *nodes.bands.values()):
        if lines.GetScene() is not None and lines.GetDisplayNode() is not None:
            lines.GetDisplayNode().SetVisibility(on)


def _show_lines(
    store: NodeStore, plane: PlacedPlane, role: str, lines: Sequence[np.ndarray], title: str, width: int
) -> slicer.vtkMRMLModelNode:
    """Closed lines (K, 2) of (u, v) in mm as a model in the plane's place (RAS)."""
    node, made = store.obtain(f"{role}.{plane.name}", "vtkMRMLModelNode", f"{title} {plane.name} {role}")
    in_head = [plane.placement.to_head(line) @ LPS_TO_RAS[:3, :3] for line in lines]
    node.SetAndObservePolyData(lines_polydata(in_head))
    if made or node.GetDisplayNode() is None:
        node.CreateDefaultDisplayNodes()
        display = node.GetDisplayNode()
        modifying = display.StartModify()
        line_look(display, OUTLINE_COLOUR, width)  # slice views show it where `show_plane_in_view` says so
        display.SetSliceIntersectionThickness(width)
        display.SetSliceDisplayModeToProjection()  # a cut through a line would be a few points
        display.EndModify(modifying)
    return node


def _slice_views(scene: slicer.vtkMRMLScene, display: slicer.vtkMRMLModelDisplayNode) -> list[str]:
    """IDs of the slice views that lines are restricted to."""
    views = [display.GetNthViewNodeID(index) for index in range(display.GetNumberOfViewNodeIDs())]
    return [view for view in views if (node := scene.GetNodeByID(view)) is not None and node.IsA("vtkMRMLSliceNode")]
