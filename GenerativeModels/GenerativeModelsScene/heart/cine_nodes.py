"""Cines in a scene: sequence nodes of segmentations or label maps, and the volume of the cavity over the cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.cine import extreme_frames
from GenerativeModelsScene.heart.label_images import LabelImage, label_images, volume_ml
from GenerativeModelsScene.heart.structures import called, chosen_in, data_nodes, structures_of
from GenerativeModelsScene.nodes.geometry import parent_to_world
from GenerativeModelsScene.nodes.store import nodes_of_class

__all__ = ["CavityCurve", "cavity_curve", "cine_images", "cine_to_world", "frame_times"]


@dataclass(frozen=True)
class CavityCurve:
    """The volume of the left ventricle's cavity over a heart cycle.

    Attributes
    ----------
    frames : numbers of the frames, from 0.
    times : index value of each frame; its number where the index is not a number.
    unit : of the times, such as "s"; "" for numbers of frames.
    cavity_ml : volume of the cavity in each frame; 0 where it is not labelled.
    ed, es : frames of the largest and the smallest cavity, as an analysis takes them.
    """

    frames: tuple[int, ...]
    times: tuple[float, ...]
    unit: str
    cavity_ml: tuple[float, ...]
    ed: int
    es: int


def cavity_curve(sequence: slicer.vtkMRMLSequenceNode, chosen: Mapping[str, Any] | None = None) -> CavityCurve:
    """The cavity's volume in each frame, by its voxels.

    Parameters
    ----------
    sequence
        Of segmentations or label maps.
    chosen
        As in `heart_request`; None = by name, terminology and value.

    Raises
    ------
    InputError
        The sequence has fewer than two items, or no cavity in any; also as `structures_of`.
    """
    start = called(sequence, "cine")
    found = structures_of(sequence, "cine")
    id = chosen_in(found, start, chosen)["lv"]
    name = dict(found.choices)[id]
    items = data_nodes(sequence)
    scale = abs(float(np.linalg.det(cine_to_world(sequence)[:3, :3])))
    volumes = tuple(0.0 if item is None else scale * volume_ml(item, id, name) for item in items)
    if not any(volumes):
        raise InputError(
            f"{start} has no cavity in any of its {len(items)} items: label it, or choose another segment."
        )
    times, unit = frame_times(sequence)
    return CavityCurve(tuple(range(len(items))), times, unit, volumes, *extreme_frames(np.array(volumes)))


def frame_times(sequence: slicer.vtkMRMLSequenceNode) -> tuple[tuple[float, ...], str]:
    """Index value of each item and their unit; the numbers of the items and "" where the index is not a number."""
    texts = [sequence.GetNthIndexValue(number) for number in range(sequence.GetNumberOfDataNodes())]
    try:
        return tuple(float(text) for text in texts), sequence.GetIndexUnit() or ""
    except ValueError:
        return tuple(float(number) for number in range(len(texts))), ""


def cine_images(sequence: slicer.vtkMRMLSequenceNode, chosen: Mapping[str, str]) -> list[LabelImage]:
    """The label map of each item, on one grid; raises as `label_images`."""
    start, items = called(sequence, "cine"), data_nodes(sequence)
    return label_images(items, chosen, start, cine_to_world(sequence))


def cine_to_world(sequence: slicer.vtkMRMLSequenceNode) -> np.ndarray:
    """(4, 4) RAS of the items -> RAS of the world; raises as `parent_to_world`."""
    proxy = _proxy(sequence)
    return np.eye(4) if proxy is None else parent_to_world(proxy, called(sequence, "cine"))


def _proxy(sequence: slicer.vtkMRMLSequenceNode) -> slicer.vtkMRMLNode | None:
    """The node by which a sequence browser shows the sequence, which a transform may move; None without one."""
    browsers = nodes_of_class(sequence.GetScene(), "vtkMRMLSequenceBrowserNode")
    return next((proxy for browser in browsers if (proxy := browser.GetProxyNode(sequence)) is not None), None)
