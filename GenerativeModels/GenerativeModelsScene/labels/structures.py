"""Structures of a heart in nodes of label maps: what a node holds, and which is cavity, wall and right ventricle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.label_files.segments import Segment, coded_term, structure_of
from GenerativeModelsLib.label_files.values import MOST_VALUES, STRUCTURES
from GenerativeModelsScene.nodes.volumes import image_values

__all__ = [
    "USUAL_VALUES",
    "LabelStructures",
    "called",
    "chosen_in",
    "data_nodes",
    "empty_structure",
    "is_sequence",
    "structures_of",
]

USUAL_VALUES = {"lv": 3, "myo": 2, "rv": 1}
"""Structures of the ventricles, with their values in the ACDC data."""
_NEEDED = ("lv", "myo")

MOST_VALUES_OF_SCALARS = 20
"""Most different values of a scalar volume that is taken for a label map; image volumes have more."""
_CONVERT = "convert it to a label map (Segmentations or Volumes module), or load the file as LabelMap"


@dataclass(frozen=True)
class LabelStructures:
    """What a segmentation, a label map or a sequence of them holds.

    Attributes
    ----------
    choices
        (id, name) of everything that may be chosen: the ID of a segment, or the value of a label map as text.
    chosen
        Structure ("lv", "myo", "rv") -> id; None where nothing, or more than one, may be it.
    how
        Structure -> "name" (of the segment, or in the colour table), "terminology", "value" (that of a public data
        set), or None where `chosen` is None.
    """

    choices: tuple[tuple[str, str], ...]
    chosen: dict[str, str | None]
    how: dict[str, str | None]


def structures_of(
    node: slicer.vtkMRMLNode, field: str = "ed", usual: Mapping[str, int] = USUAL_VALUES, least: int = 2
) -> LabelStructures:
    """The structures in a segmentation, label map or sequence node; of a sequence those of its first labelled item.

    Parameters
    ----------
    node
        vtkMRMLSegmentationNode, vtkMRMLLabelMapVolumeNode, vtkMRMLScalarVolumeNode of a few whole numbers, or
        vtkMRMLSequenceNode of these.
    field
        "ed", "es" or "cine", for messages.
    usual
        The structures that are sought, with the values that they have in a public data set.
    least
        Number of items that a sequence needs.

    Raises
    ------
    InputError
        There is no such node, it is empty, or it is an image and no label map.
    """
    if not is_sequence(_present(node, field)):
        return _structures(node, called(node, field), usual)
    items = data_nodes(node, field, least)
    for item in items:
        if item is not None and (item.IsA("vtkMRMLSegmentationNode") or _has_voxels(item)):
            found = _structures(item, called(node, field), usual)
            if found.choices:
                return found
    raise InputError(f"{called(node, field)} has {len(items)} items without any label: choose another sequence.")


def chosen_in(found: LabelStructures, start: str, structures: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Structure -> id of a heart in what a node holds; "rv" is left out where there is none.

    Parameters
    ----------
    start
        What messages call the node.
    structures
        Structure -> id, name or value of it; None = those that were found. Without "rv", or with None for it, there is
        no right ventricle; likewise the atrium.

    Raises
    ------
    InputError
        Cavity or myocardium is missing, a choice is not there, or two structures are the same.
    """
    held = ", ".join(f"'{name}'" for _, name in found.choices) or "nothing"
    chosen: dict[str, str] = {}
    for structure in found.chosen:
        words = STRUCTURES[structure]
        wanted = found.chosen[structure] if structures is None else structures.get(structure)
        if wanted is None:
            if structure in _NEEDED:
                raise InputError(
                    f"{start} has nothing that is known as the {words}; it holds {held}: choose which of it that is."
                )
            continue
        fits = [id for id, name in found.choices if str(wanted) == id] or [
            id for id, name in found.choices if str(wanted) == name
        ]
        if len(fits) != 1:
            many = "several" if fits else "no"
            raise InputError(f"{start} has {many} '{wanted}' for the {words}; it holds {held}: choose one of it.")
        if fits[0] in chosen.values():
            other = next(STRUCTURES[name] for name, id in chosen.items() if id == fits[0])
            name = dict(found.choices)[fits[0]]
            raise InputError(f"{start} has '{name}' chosen as {other} and as {words}: each is one of its own.")
        chosen[structure] = fits[0]
    return chosen


def called(node: slicer.vtkMRMLNode, field: str) -> str:
    """What messages call the node of a field of the request."""
    return f"{named(field)} '{node.GetName()}'"


def is_sequence(node: slicer.vtkMRMLNode) -> bool:
    """Whether a node is a sequence node."""
    return node.IsA("vtkMRMLSequenceNode")


def empty_structure(start: str, structure: str) -> InputError:
    """The error of an input, called `start`, whose segment of a structure has no voxel."""
    return InputError(
        f"{start} has no voxel of the {STRUCTURES[structure]}: label it, or choose another segment for it."
    )


def data_nodes(
    sequence: slicer.vtkMRMLSequenceNode, field: str = "cine", least: int = 2
) -> list[slicer.vtkMRMLNode | None]:
    """The items of a sequence; None where one is missing.

    Raises
    ------
    InputError
        There are fewer than `least` items, one or two, or one is neither a segmentation nor a volume.
    """
    items = [sequence.GetNthDataNode(number) for number in range(sequence.GetNumberOfDataNodes())]
    start = called(sequence, field)
    if not items and least == 1:
        raise InputError(f"{start} has no items: choose another sequence.")
    if len(items) < least:
        held = "one item" if items else "no items"
        raise InputError(f"{start} has {held}: a heart cycle needs two or more; choose {named('ed')} instead of it.")
    for number, item in enumerate(items):
        if item is not None and not _is_label_map(item):
            raise InputError(
                f"{start} holds a {item.GetNodeTagName()} as item {number}: choose a sequence of segmentations or "
                "label maps."
            )
    return items


def _present(node: slicer.vtkMRMLNode | None, field: str) -> slicer.vtkMRMLNode:
    if node is None:
        raise InputError(f"{named(field)} is missing: choose a segmentation or a label map.")
    if not hasattr(node, "GetScene"):
        raise InputError(f"{named(field)} is a {type(node).__name__}: give a node of the scene.")
    if node.GetScene() is None:
        raise InputError(f"{called(node, field)} is no longer in the scene: load it again or choose another.")
    if not is_sequence(node) and not _is_label_map(node):
        raise InputError(f"{called(node, field)} is a {node.GetNodeTagName()}: choose a segmentation or a label map.")
    return node


def _is_label_map(node: slicer.vtkMRMLNode) -> bool:
    return node.IsA("vtkMRMLSegmentationNode") or node.IsA("vtkMRMLScalarVolumeNode")


def _has_voxels(volume: slicer.vtkMRMLVolumeNode) -> bool:
    image = volume.GetImageData()
    return image is not None and min(image.GetDimensions()) > 0 and image.GetPointData().GetScalars() is not None


def _structures(node: slicer.vtkMRMLNode, start: str, usual: Mapping[str, int]) -> LabelStructures:
    if node.IsA("vtkMRMLSegmentationNode"):
        held = _segments(node)
        if not held:
            raise InputError(f"{start} has no segments: add them, or choose another.")
        return _recognised(held, {id: segment.name for id, segment in held.items()}, usual)
    present = [value for value in _values(node, start) if value]
    held = {str(value): Segment(_colour_name(node, value), value, 0) for value in present}
    names = {id: f"{id} {held[id].name}" if held[id].structure_among(tuple(usual)) else id for id in held}
    found = _recognised(held, names, usual)
    if not any(found.chosen.values()) and set(present) in (set(usual.values()), {usual[name] for name in _NEEDED}):
        chosen = {name: str(value) if value in present else None for name, value in usual.items()}
        return LabelStructures(found.choices, chosen, {name: id and "value" for name, id in chosen.items()})
    return found


def _recognised(held: Mapping[str, Segment], names: Mapping[str, str], usual: Mapping[str, int]) -> LabelStructures:
    """The structures by name and terminology; where several may be one, none is chosen."""
    chosen: dict[str, str | None] = {}
    how: dict[str, str | None] = {}
    known = tuple(usual)
    for structure in known:
        fits = [id for id, segment in held.items() if segment.structure_among(known) == structure]
        chosen[structure] = fits[0] if len(fits) == 1 else None
        by_name = chosen[structure] is not None and structure_of(held[fits[0]].name, known) is not None
        how[structure] = None if chosen[structure] is None else "name" if by_name else "terminology"
    return LabelStructures(tuple(names.items()), chosen, how)


def _segments(node: slicer.vtkMRMLSegmentationNode) -> dict[str, Segment]:
    """The segments of a segmentation by ID."""
    from vtkmodules.vtkCommonCore import reference

    segmentation, tag = node.GetSegmentation(), slicer.vtkSegment.GetTerminologyEntryTagName()
    found = {}
    for id in segmentation.GetSegmentIDs():
        segment, entry = segmentation.GetSegment(id), reference("")
        segment.GetTag(tag, entry)
        found[id] = Segment(segment.GetName() or id, segment.GetLabelValue(), 0, *coded_term(f"{tag}:{entry}"))
    return found


def _colour_name(volume: slicer.vtkMRMLVolumeNode, value: int) -> str:
    display = volume.GetDisplayNode()
    colours = display.GetColorNode() if display is not None else None
    return (colours.GetColorName(value) or "") if colours is not None and value >= 0 else ""


def _values(volume: slicer.vtkMRMLScalarVolumeNode, start: str) -> list[int]:
    """The different values of a label map, in order."""
    if not _has_voxels(volume):
        raise InputError(f"{start} is empty, it has no voxels: load it again or choose another.")
    if volume.GetImageData().GetNumberOfScalarComponents() != 1:
        raise InputError(f"{start} has several numbers a voxel, as a colour image: {_CONVERT}.")
    most = MOST_VALUES if volume.IsA("vtkMRMLLabelMapVolumeNode") else MOST_VALUES_OF_SCALARS
    found: set[int] = set()
    for plane in image_values(volume.GetImageData()):
        values = _different(plane)
        if not np.isfinite(values).all() or (values != np.rint(values)).any():
            raise InputError(f"{start} is an image, its values are not whole numbers: {_CONVERT}.")
        found.update(values.astype(np.int64).tolist())
        if len(found) > most:
            raise InputError(f"{start} is an image, with more than {most} different values: {_CONVERT}.")
    return sorted(found)


def _different(plane: np.ndarray) -> np.ndarray:
    """The different values of an array; of small integers by counting, which is ten times faster."""
    if plane.dtype.kind == "f" or int(plane.max()) - int(plane.min()) > 65_535:
        return np.unique(plane)
    low = int(plane.min())
    return np.flatnonzero(np.bincount((plane.astype(np.int64) - low).ravel())) + low
