"""Which volumes of the scene are taken for the planes before the user has chosen any."""

from __future__ import annotations

import slicer

from GenerativeModelsLib.skull.request import PLANES

__all__ = ["is_plane_image", "preselect"]


def is_plane_image(node: slicer.vtkMRMLVolumeNode) -> bool:
    """Whether the volume is a single slice of grey or colour and the user's own, not a result of this module."""
    image = node.GetImageData()
    return (
        image is not None
        and node.GetAttribute("GenerativeModels.Case") is None
        and not node.GetHideFromEditors()
        and not node.IsA("vtkMRMLLabelMapVolumeNode")
        and sum(size == 1 for size in image.GetDimensions()) == 1
    )


def preselect(scene: slicer.vtkMRMLScene) -> dict[str, slicer.vtkMRMLScalarVolumeNode]:
    """Node by plane: the newest image named "axial" and its sisters; where none is, the first image as the axial one.

    Sisters are named alike but for the plane ("case 7 axial", "case 7 sagittal"), so that planes of two patients are
    never mixed; other names are taken where the scene holds one image of each plane alone.
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
