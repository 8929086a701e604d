"""A finished repair as nodes: the repaired label maps as a sequence with its own check, the changes, the report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.label_files.files import lps_matrix
from GenerativeModelsLib.label_files.values import STRUCTURES
from GenerativeModelsLib.segmentation.repair.read import ListedChange, parse_changes, read_case
from GenerativeModelsLib.segmentation.report.pictures import LABEL_COLOURS
from GenerativeModelsScene.labels.structures import is_sequence
from GenerativeModelsScene.nodes.colours import show_label_colours
from GenerativeModelsScene.nodes.hierarchy import add_to_folder
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.sequences import index_of_frames, show_item, show_label_sequence
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.texts import show_bytes, show_text
from GenerativeModelsScene.segmentation.maps import FRAMES_PER_SECOND
from GenerativeModelsScene.segmentation.show import show_check

__all__ = ["RepairNodes", "find_repair", "show_repair", "show_repaired"]

ROLE = "repaired"
_RESULT, _CHANGES, _REPORT = "repair.result", "repair.changes", "repair.report"
_LABELS = "repair.labels"
_FILES = {_RESULT: "result.json", _CHANGES: "changes.csv", _REPORT: "report.html"}


@dataclass(frozen=True)
class RepairNodes:
    """The nodes of one repair.

    Attributes
    ----------
    sequence, browser, labels
        The repaired label maps; the browser of their frames; the label map volume that shows one of them.
    result_text, changes_text, report
        vtkMRMLTextNode with the content of result.json, changes.csv and report.html.
    file
        vtkMRMLTextNode with the content of repaired.nii.gz, see `texts.bytes_of`.
    """

    sequence: slicer.vtkMRMLSequenceNode
    browser: slicer.vtkMRMLSequenceBrowserNode
    labels: slicer.vtkMRMLLabelMapVolumeNode
    result_text: slicer.vtkMRMLTextNode
    changes_text: slicer.vtkMRMLTextNode
    report: slicer.vtkMRMLTextNode
    file: slicer.vtkMRMLTextNode

    @cached_property
    def result(self) -> dict[str, Any]:
        """Content of result.json."""
        return json.loads(self.result_text.GetText())

    @cached_property
    def changes(self) -> list[ListedChange]:
        """What was changed; raises `InputError` for a text that was edited."""
        return parse_changes(self.changes_text.GetText())

    def show(self, frame: int) -> None:
        """Show a frame, numbered from 0."""
        self.browser.SetPlaybackActive(False)
        show_item(self.browser, frame)


def show_repair(scene: slicer.vtkMRMLScene, folder: Path, *, key: str, title: str) -> Iterator[str]:
    """Show the folder of a repair in steps: the check before, the repaired label maps, and their check.

    The nodes of the same key are brought up to date. The check of the repaired label maps has the ID of their sequence
    as its key.

    Raises
    ------
    InputError
        A file of the case is missing or cannot be read; nothing is changed in the scene.
    """
    folder = Path(folder)
    case = read_case(folder)
    show_check(scene, folder / "before", key=key, title=title)
    yield "Showing the check before"
    store = NodeStore(scene, key)
    _show_maps(store, case.repaired, case.result, scene.GetNodeByID(key), f"{title} repaired")
    for role, name in _FILES.items():
        show_text(store, role, folder / name, title)
    show_bytes(store, _LABELS, case.repaired, f"{title} repaired label map file")
    add_to_folder(store, title, {})
    yield "Showing the repaired labels"
    sequence = store.get(f"{ROLE}.sequence")
    show_check(scene, folder / "after", key=sequence.GetID(), title=f"{title} repaired")
    yield "Showing the check after"


def show_repaired(scene: slicer.vtkMRMLScene, folder: Path, *, key: str, title: str) -> RepairNodes:
    """As `show_repair`, at once; returns the nodes."""
    for _step in show_repair(scene, folder, key=key, title=title):
        pass
    return find_repair(scene, key)


def find_repair(scene: slicer.vtkMRMLScene, key: str) -> RepairNodes | None:
    """The nodes of the repair of the case `key`, also in a loaded scene; None when there is none, or not all of it."""
    store = NodeStore(scene, key)
    roles = (*(f"{ROLE}.{each}" for each in ("sequence", "browser", "labels")), *_FILES, _LABELS)
    found = [store.get(role) for role in roles]
    if any(node is None for node in found) or not found[0].GetNumberOfDataNodes():
        return None
    return RepairNodes(*found)


def _show_maps(
    store: NodeStore, path: Path, result: dict[str, Any], node: slicer.vtkMRMLNode | None, name: str
) -> None:
    """The repaired file as a sequence, with the index of the sequence that it was made of."""
    import SimpleITK as sitk

    image = sitk.ReadImage(str(path))
    values = sitk.GetArrayFromImage(image)
    frames = values if image.GetDimension() == 4 else values[None]
    film = node is not None and is_sequence(node) and node.GetNumberOfDataNodes() == len(frames)
    if film:
        index = node.GetIndexName() or "frame", node.GetIndexUnit() or ""
        times = [node.GetNthIndexValue(number) for number in range(len(frames))]
    else:
        index, times = index_of_frames(len(frames), result["frame_s"])
    _browser, labels, made = show_label_sequence(
        store,
        ROLE,
        name,
        [np.ascontiguousarray(frame) for frame in frames],
        LPS_TO_RAS @ lps_matrix(image),
        index=index,
        values=times,
        frames_per_second=FRAMES_PER_SECOND,
    )
    if made:
        colours = {
            value: (STRUCTURES[structure], np.array(LABEL_COLOURS[structure]) / 255)
            for structure, value in result["labels"].items()
        }
        table = show_label_colours(store, f"{ROLE}.colours", f"{name} colours", colours)
        labels.GetDisplayNode().SetAndObserveColorNodeID(table.GetID())
