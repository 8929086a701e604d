"""Whether the labels of a node are still those of an earlier moment."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from GenerativeModelsScene.labels.structures import is_sequence
from GenerativeModelsScene.nodes.volumes import image_values

__all__ = ["LabelsState", "labels_state", "state_changed"]

_BINARY = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()


@dataclass
class LabelsState:
    """The labels of a node at one moment.

    Attributes
    ----------
    times
        When VTK last changed each image; equal times save the comparison of the voxels.
    checksum
        Of all voxels, and of the index of a sequence.
    """

    times: tuple[int, ...]
    checksum: int


def labels_state(node: slicer.vtkMRMLNode) -> LabelsState:
    """The state of a segmentation, label map, or sequence of either, now."""
    return LabelsState(_times(node), _checksum(node))


def state_changed(state: LabelsState, node: slicer.vtkMRMLNode) -> bool:
    """Whether the labels of a node differ from those of an earlier state of it."""
    times = _times(node)
    if times == state.times:
        return False
    if _checksum(node) != state.checksum:
        return True
    state.times = times
    return False


def _images(node: slicer.vtkMRMLNode) -> Iterator[tuple[str, Any]]:
    """What tells apart, and the image of every part of a node; None without voxels."""
    if is_sequence(node):
        for number in range(node.GetNumberOfDataNodes()):
            item = node.GetNthDataNode(number)
            for words, image in _images(item) if item is not None else ():
                yield f"{node.GetNthIndexValue(number)} {words}", image
    elif node.IsA("vtkMRMLSegmentationNode"):
        segmentation = node.GetSegmentation()
        for id in segmentation.GetSegmentIDs():
            segment = segmentation.GetSegment(id)
            yield f"{id} {segment.GetLabelValue()}", segment.GetRepresentation(_BINARY)
    else:
        yield "", node.GetImageData()


def _times(node: slicer.vtkMRMLNode) -> tuple[int, ...]:
    return tuple(0 if image is None else image.GetMTime() for _, image in _images(node))


def _checksum(node: slicer.vtkMRMLNode) -> int:
    found = 0
    for words, image in _images(node):
        found = zlib.crc32(words.encode(), found)
        if image is not None and image.GetPointData().GetScalars() is not None and min(image.GetDimensions()) > 0:
            found = zlib.crc32(str(image.GetExtent()).encode(), found)
            found = zlib.crc32(np.ascontiguousarray(image_values(image)), found)
    return found
