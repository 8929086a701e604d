"""What a check takes out of a scene, for modules and scripts: checked, found and written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.label_files.values import labels_text, parse_values
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.request import OPTIONAL, PRESETS, SegmentationRequest
from GenerativeModelsScene.labels.cines import frame_times
from GenerativeModelsScene.labels.files import file_stem, write_label_images
from GenerativeModelsScene.labels.images import VALUES
from GenerativeModelsScene.labels.inputs import holds_ventricle, labelled_images, require_labels
from GenerativeModelsScene.labels.structures import (
    LabelStructures,
    called,
    chosen_in,
    data_nodes,
    is_sequence,
    structures_of,
)

__all__ = [
    "check_key",
    "check_problem",
    "check_request",
    "check_title",
    "interval_ms",
    "may_be_checked",
    "structures_in",
    "usual_values",
]

FIELD = "file"
"""The field of the request that is a node."""
LEAST = 1
"""Number of items that a sequence needs."""
_PRESETS = {"short-axis": "acdc", "apical": "camus"}
_MS = {"s": 1000.0, "sec": 1000.0, "seconds": 1000.0, "ms": 1.0}
"""Milliseconds by unit of a sequence's index."""
Request = TypeVar("Request", bound=SegmentationRequest)


def check_key(node: slicer.vtkMRMLNode) -> str:
    """Key of the case of a node: checking twice updates it and makes no second one."""
    return node.GetID()


def check_title(node: slicer.vtkMRMLNode) -> str:
    """Title of the case of a node."""
    return node.GetName() or SEGMENTATION.title


def usual_values(view: str) -> dict[str, int]:
    """The structures that are sought in a view, with the values of the public data that the view is known from."""
    return parse_values(_PRESETS[view], PRESETS, OPTIONAL)


def structures_in(node: slicer.vtkMRMLNode, view: str) -> LabelStructures:
    """The structures in a node for a view; raises as `structures_of`."""
    return structures_of(node, FIELD, usual_values(view), LEAST)


def may_be_checked(node: slicer.vtkMRMLNode, view: str) -> bool:
    """Whether a node of the user's holds cavity and wall of a left ventricle, as they are sought in a view."""
    return holds_ventricle(node, usual_values(view), LEAST)


def interval_ms(node: slicer.vtkMRMLNode) -> float | None:
    """Milliseconds from one frame of a sequence to the next; None without index values in a unit of time."""
    if not is_sequence(node):
        return None
    times, unit = frame_times(node)
    scale = _MS.get(unit.strip().lower())
    if scale is None or len(times) < 2:
        return None
    return round(float(np.median(np.diff(times))) * scale, 3)


def check_problem(
    node: slicer.vtkMRMLNode | None,
    view: str,
    structures: Mapping[str, Any] | None = None,
    frame_interval_ms: float | None = None,
) -> str | None:
    """The one sentence why a node cannot be checked, in the words of a window; None if it can.

    Compares no voxels, so that it may be asked at each change of the scene; see `check_request` for the parameters.
    """
    try:
        chosen = _chosen(node, view, structures)
        _request(SegmentationRequest, node, view, chosen, frame_interval_ms, file=Path(FIELD))
        require_labels(node, chosen, FIELD)
    except InputError as problem:
        return SEGMENTATION.in_window_words(problem)
    return None


def check_request(
    node: slicer.vtkMRMLNode | None,
    *,
    view: str = "short-axis",
    structures: Mapping[str, Any] | None = None,
    frame_interval_ms: float | None = None,
    workspace: Path,
    title: str | None = None,
    identity: Mapping[str, str | None] | None = None,
    language: str = DEFAULT,
    kind: type[Request] = SegmentationRequest,
    **options: Any,
) -> Request:
    """Write the label maps of a node into `workspace` and ask for their check in `workspace`/case.

    They become one NRRD file named after the node, in the world of the scene. The node may change or go afterwards.

    Parameters
    ----------
    node
        Segmentation, label map, or sequence of either.
    view
        "short-axis" or "apical".
    structures
        "lv", "myo" and "rv" or "la" -> the ID or name of a segment, or the value in a label map; None = by name,
        terminology and value, as `structures_in` finds them.
    frame_interval_ms
        Time from one frame to the next; None = that of the sequence's index.
    title, language
        As `SegmentationRequest`.
    identity
        `case_id`, `examination_date`, `operator`, `institution`; what is missing is left empty.
    kind, options
        Class of the request, and further fields of it.

    Raises
    ------
    InputError
        The node or a value cannot be used; nothing is written.
    """
    chosen = _chosen(node, view, structures)
    workspace = Path(workspace)
    path = workspace / "labels" / f"{file_stem(node, 'labels')}.nrrd"
    given = {"title": title, "language": language, **(identity or {}), **options}
    request = _request(kind, node, view, chosen, frame_interval_ms, file=path, output=workspace / "case", **given)
    images = labelled_images(node, chosen, FIELD, LEAST)
    if view == "apical" and min(images[0].values.shape) > 1:
        raise InputError(
            f"{called(node, FIELD)} is a stack of slices: an apical view is one slice; choose a sequence of slices for "
            "a cine."
        )
    write_label_images(path, images)
    return request


def _chosen(node: slicer.vtkMRMLNode | None, view: str, structures: Mapping[str, Any] | None) -> dict[str, str]:
    """Structure -> ID of its segment or value as text."""
    found = structures_in(node, view)
    return chosen_in(found, called(node, FIELD), structures)


def _request(
    kind: type[Request],
    node: slicer.vtkMRMLNode,
    view: str,
    chosen: Mapping[str, str],
    asked_ms: float | None,
    **given: Any,
) -> Request:
    frames = len(data_nodes(node, FIELD, LEAST)) if is_sequence(node) else 1
    known = asked_ms if asked_ms is not None else interval_ms(node)
    if frames > 2 and known is None:
        raise InputError(
            f"{called(node, FIELD)} has no time in its index (unit s or ms): give {named('frame_interval_ms')}."
        )
    labels = labels_text({structure: VALUES[structure] for structure in chosen})
    return kind(view=view, labels=labels, frame_interval_ms=known, **given)
