"""Preselection of volumes of the scene as planes."""

from __future__ import annotations

import slicer

from GenerativeModelsLib.skull.request import PLANES

__all__ = ["is_plane_image", "preselect"]


def is_plane_image(node: slicer.vtkMRMLVolumeNode) -> bool:
    """Whether the volume is a single grey or colour slice and not a result of this module."""
    image = node.GetImageData()
    return (
        image is not None
        and node.GetAttribute("GenerativeModels.Case") is None
        and not node.GetHideFromEditors()
        and not node.IsA("vtkMRMLLabelMapVolumeNode")
        and sum(size == 1 for size in image.GetDimensions()) == 1
    )


def preselect(scene: slicer.vtkMRMLScene) -> dict[str, slicer.vtkMRMLScalarVolumeNode]:
    """Node by plane: the newest image with "axial" in its name and the images that belong to it.

    Without such an image, the first image is the axial plane. Images belong together if their names differ in the
    plane alone ("case 7 axial", "case 7 sagittal"), so that planes of two patients are never mixed. Other names are
    accepted if the scene contains exactly one axial image and one image of that plane.
    """
    images = [node for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode", scene) if is_plane_image(node)]
    named = {plane: [node for node in images if plane in _name(node)] for plane in PLANES}
    if not named["axial"]:
        others = [node for node in images if not any(node in nodes for nodes in named.values())]
        return {"axial": others[0]} if others else {}
    chosen = {"axial": named["axial"][-1]}
    rest = _name(chosen["axial"]).replace("axial", "")
    for plane in PLANES[1:]:
        sisters = [node for node in named[plane] if _name(node).replace(plane, "") == rest]
        if not sisters and len(named["axial"]) == len(named[plane]) == 1:
            sisters = named[plane]
        if sisters:
            chosen[plane] = sisters[-1]
    return chosen


def _name(node: slicer.vtkMRMLNode) -> str:
    return (node.GetName() or "").lower()
