"""Whether the labels of a node are still those of an earlier moment, such as that of a case made of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from GenerativeModelsScene.labels.structures import is_sequence
from GenerativeModelsScene.nodes.volumes import image_values

__all__ = ["ComputedFrom", "LabelsState", "labels_state", "state_changed"]

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


class ComputedFrom:
    """The labels that the cases of a scene were computed from, to notice later changes of them."""

    def __init__(self) -> None:
        self._asked: tuple[str, LabelsState, tuple[str, ...]] | None = None
        self._states: dict[tuple[str, str], LabelsState] = {}

    def ask(self, key: str, node: slicer.vtkMRMLNode, *kinds: str) -> None:
        """A case of these kinds, such as "check", is asked for from the labels of a node as they are now."""
        self._asked = key, labels_state(node), kinds

    def done(self) -> None:
        """The case that was asked for last is there; one that fails or is cancelled leaves those before as they are."""
        if self._asked is not None:
            key, state, kinds = self._asked
            self._states.update({(key, kind): state for kind in kinds})
            self._asked = None

    def changed(self, key: str, node: slicer.vtkMRMLNode | None, kind: str) -> bool:
        """Whether the labels of a node differ from those that the case was computed from, as far as that is known."""
        state = self._states.get((key, kind))
        return node is not None and state is not None and state_changed(state, node)

    def forget(self) -> None:
        """Know no case any more."""
        self._asked = None
        self._states.clear()


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
