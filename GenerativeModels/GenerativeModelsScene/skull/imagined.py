"""Imagined planes as volumes of one slice, which say in name, description and picture that nobody took them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import slicer

from GenerativeModelsLib.skull.planes.pictures import IMAGINED
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.volumes import default_display, fill_volume
from GenerativeModelsScene.skull.planes_3d import plane_to_ras, turn_view

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.case.read import ImaginedPictures

__all__ = ["ROLE", "show_imagined", "show_imagined_in_view"]

ROLE = "imagined."
"""Roles are this, the plane, a dot, and a key of `imagined_files.picture_files`."""


def show_imagined(store: NodeStore, planes: Mapping[str, ImaginedPictures], title: str) -> list[slicer.vtkMRMLNode]:
    """Every picture of the planes as a volume in the head frame (RAS); those of an earlier run are removed."""
    shown = {f"{ROLE}{name}.{what}": (plane, what) for name, plane in planes.items() for what in plane.pictures}
    for role in store.roles(ROLE):
        if role not in shown:
            store.drop(role)
    return [_show(store, role, *picture, title) for role, picture in shown.items()]


def show_imagined_in_view(
    volume: slicer.vtkMRMLVolumeNode,
    slice_node: slicer.vtkMRMLSliceNode,
    composite_node: slicer.vtkMRMLSliceCompositeNode,
) -> None:
    """Show an imagined picture in a slice view, upright, alone, and not in 3D views."""
    composite_node.SetBackgroundVolumeID(volume.GetID())
    composite_node.SetForegroundVolumeID(None)
    composite_node.SetLabelVolumeID(None)
    turn_view(slice_node, volume)
    slice_node.SetSliceVisible(False)


def _show(store: NodeStore, role: str, plane: ImaginedPictures, what: str, title: str) -> slicer.vtkMRMLVolumeNode:
    pixels = plane.pictures[what]
    kind = "vtkMRMLScalarVolumeNode" if pixels.ndim == 2 else "vtkMRMLVectorVolumeNode"
    words = {"mean": "", "spread": ", outlines of the draws"}.get(what, f", draw {what}")
    node, made = store.obtain(role, kind, f"{title} imagined {plane.name} plane{words}")
    fill_volume(node, pixels[None], plane_to_ras(plane.placement, plane.spacing_mm))
    node.SetDescription(IMAGINED)
    if made or node.GetDisplayNode() is None:
        display = default_display(node)
        display.SetAutoWindowLevel(False)
        display.SetWindowLevelMinMax(0.0, 255.0)
    return node
