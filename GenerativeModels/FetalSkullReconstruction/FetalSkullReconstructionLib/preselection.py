"""Preselection of volumes of the scene as planes."""

from __future__ import annotations

import slicer

from GenerativeModelsDesktop.preselection import matching_nodes
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
    """Node by plane: the newest image with "axial" in its name and the images that belong to it."""
    images = [node for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode", scene) if is_plane_image(node)]
    return matching_nodes(images, {plane: plane for plane in PLANES}, required="axial")
