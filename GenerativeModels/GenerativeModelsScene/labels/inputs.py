"""Nodes of label maps as the inputs of a case: which may be one, whether one will do, and its label maps."""

from __future__ import annotations

from collections.abc import Mapping

import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.labels.cines import cine_images, cine_to_world
from GenerativeModelsScene.labels.images import VALUES, LabelImage, is_empty, label_images
from GenerativeModelsScene.labels.structures import (
    USUAL_VALUES,
    called,
    empty_structure,
    is_sequence,
    structures_of,
)
from GenerativeModelsScene.nodes.geometry import parent_to_world
from GenerativeModelsScene.nodes.store import CASE

__all__ = ["holds_ventricle", "labelled_images", "require_labels"]


def holds_ventricle(node: slicer.vtkMRMLNode, usual: Mapping[str, int] = USUAL_VALUES, least: int = 2) -> bool:
    """Whether a node of the user's holds cavity and wall of a left ventricle; `usual` and `least` as `structures_of`.

    Nodes of cases and hidden ones are not the user's.
    """
    if node.GetAttribute(CASE) is not None or node.GetHideFromEditors():
        return False
    try:
        chosen = structures_of(node, usual=usual, least=least).chosen
    except InputError:
        return False
    return chosen["lv"] is not None and chosen["myo"] is not None


def require_labels(node: slicer.vtkMRMLNode, chosen: Mapping[str, str], field: str) -> None:
    """Raise InputError where a transform of a node cannot be used, or a segment is empty; compares no voxels.

    Parameters
    ----------
    chosen
        Structure -> ID of its segment or value as text.
    field
        The field of the request, for messages.
    """
    start = called(node, field)
    if is_sequence(node):
        cine_to_world(node, field)
        return
    parent_to_world(node, start)
    for structure, id in chosen.items():
        if is_empty(node, id):
            raise empty_structure(start, structure)


def labelled_images(
    node: slicer.vtkMRMLNode, chosen: Mapping[str, str], field: str, least: int = 2
) -> list[LabelImage]:
    """The label maps of a node, one a frame; `chosen` and `field` as `require_labels`, `least` as `structures_of`.

    Raises
    ------
    InputError
        As `label_images`, and where no frame has a voxel of a chosen structure.
    """
    start = called(node, field)
    if is_sequence(node):
        images = cine_images(node, chosen, field, least)
    else:
        images = label_images([node], chosen, start, parent_to_world(node, start))
    for structure in chosen:
        if not any((image.values == VALUES[structure]).any() for image in images):
            raise empty_structure(start, structure)
    return images
