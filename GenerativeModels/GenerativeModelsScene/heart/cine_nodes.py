"""The volume of the cavity over the heart cycle of a sequence node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.cine import extreme_frames
from GenerativeModelsScene.labels.cines import cine_to_world, frame_times
from GenerativeModelsScene.labels.images import volume_ml
from GenerativeModelsScene.labels.structures import called, chosen_in, data_nodes, structures_of

__all__ = ["CavityCurve", "cavity_curve"]


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
