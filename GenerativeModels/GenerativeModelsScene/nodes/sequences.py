"""Models, label maps or images over steps or time as a sequence that Slicer's sequence tool bar plays.

Needs no running module: what Slicer's Sequences module does when a step is chosen is called where it does not run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import slicer

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsScene.nodes.models import ras_polydata, show_model
from GenerativeModelsScene.nodes.store import CASE, ROLE, NodeStore
from GenerativeModelsScene.nodes.volumes import default_display, fill_volume

__all__ = [
    "drop_sequence",
    "index_of_frames",
    "show_image_sequence",
    "show_item",
    "show_label_sequence",
    "show_model_sequence",
]

ROLES = ("browser", "sequence", "model", "labels", "image")


def index_of_frames(count: int, frame_s: float | None) -> tuple[tuple[str, str], list[str]]:
    """Name and unit of the index of so many frames, and its values: times, or numbers where `frame_s` is None."""
    if frame_s is None:
        return ("frame", ""), [str(frame) for frame in range(count)]
    return ("time", "s"), [f"{frame * frame_s:g}" for frame in range(count)]


def show_model_sequence(
    store: NodeStore,
    role: str,
    name: str,
    surfaces: Iterable[Surface],
    *,
    index: tuple[str, str],
    values: Sequence[str],
    frames_per_second: float,
) -> tuple[slicer.vtkMRMLSequenceBrowserNode, slicer.vtkMRMLModelNode, bool]:
    """Browser and shown model of a sequence of surfaces (LPS mm), at its first one, and whether the model is new.

    The nodes of the same role are filled anew.

    Parameters
    ----------
    role
        First part of the roles of the nodes: `role`.browser, `role`.sequence and `role`.model.
    index
        Name and unit of what changes, such as ("step", "").
    values
        Of the index, one for each surface.
    frames_per_second
        Of the playback.
    """
    first = None

    def items() -> Iterator[slicer.vtkMRMLModelNode]:
        nonlocal first
        for surface in surfaces:
            item = slicer.vtkMRMLModelNode()
            item.SetAndObserveMesh(ras_polydata(surface))
            first = first or surface
            yield item

    sequence = _filled(store, role, "model", name, items(), index, values)
    model, made = show_model(store, first, name, f"{role}.model")
    return _browser(store, role, name, sequence, model, frames_per_second), model, made


def show_label_sequence(
    store: NodeStore,
    role: str,
    name: str,
    frames: Iterable[np.ndarray],
    to_ras: np.ndarray,
    *,
    index: tuple[str, str],
    values: Sequence[str],
    frames_per_second: float,
) -> tuple[slicer.vtkMRMLSequenceBrowserNode, slicer.vtkMRMLLabelMapVolumeNode, bool]:
    """As `show_model_sequence`, of label maps (k, j, i) on one grid; their nodes are `role`.labels.

    Parameters
    ----------
    to_ras
        (4, 4) voxel index -> RAS mm.
    """

    kind = ("labels", "vtkMRMLLabelMapVolumeNode")
    return _volume_sequence(store, role, kind, name, frames, to_ras, index, values, frames_per_second)


def show_image_sequence(
    store: NodeStore,
    role: str,
    name: str,
    frames: Iterable[np.ndarray],
    to_ras: np.ndarray,
    *,
    index: tuple[str, str],
    values: Sequence[str],
    frames_per_second: float,
) -> tuple[slicer.vtkMRMLSequenceBrowserNode, slicer.vtkMRMLScalarVolumeNode, bool]:
    """As `show_label_sequence`, of images; their nodes are `role`.image."""
    kind = ("image", "vtkMRMLScalarVolumeNode")
    return _volume_sequence(store, role, kind, name, frames, to_ras, index, values, frames_per_second)


def _volume_sequence(
    store: NodeStore,
    role: str,
    kind: tuple[str, str],
    name: str,
    frames: Iterable[np.ndarray],
    to_ras: np.ndarray,
    index: tuple[str, str],
    values: Sequence[str],
    frames_per_second: float,
) -> tuple[slicer.vtkMRMLSequenceBrowserNode, slicer.vtkMRMLVolumeNode, bool]:
    """A sequence of volumes; `kind` ends the role of the node that shows them, and is its class."""

    def items() -> Iterator[slicer.vtkMRMLVolumeNode]:
        for frame in frames:
            item = getattr(slicer, kind[1])()
            fill_volume(item, frame, to_ras)
            yield item

    sequence = _filled(store, role, kind[0], name, items(), index, values)
    shown, made = store.obtain(f"{role}.{kind[0]}", kind[1], name)
    default_display(shown)
    return _browser(store, role, name, sequence, shown, frames_per_second), shown, made


def _filled(
    store: NodeStore,
    role: str,
    kind: str,
    name: str,
    items: Iterable[slicer.vtkMRMLNode],
    index: tuple[str, str],
    values: Sequence[str],
) -> slicer.vtkMRMLSequenceNode:
    """The sequence of that role with these items and no others; `kind` ends the role of the node that shows them."""
    browser = store.get(f"{role}.browser")
    if browser is not None:
        browser.SetPlaybackActive(False)
    sequence, _ = store.obtain(f"{role}.sequence", "vtkMRMLSequenceNode", f"{name} sequence")
    modifying = sequence.StartModify()
    sequence.RemoveAllDataNodes()
    sequence.SetIndexName(index[0])
    sequence.SetIndexUnit(index[1])
    for value, item in zip(values, items, strict=True):
        item.SetName(name)
        item.SetAttribute(CASE, store.key)  # a step hands its attributes to the node that shows it
        item.SetAttribute(ROLE, f"{role}.{kind}")
        sequence.SetDataNodeAtValue(item, value)
    sequence.EndModify(modifying)
    return sequence


def _browser(
    store: NodeStore,
    role: str,
    name: str,
    sequence: slicer.vtkMRMLSequenceNode,
    shown: slicer.vtkMRMLNode,
    frames_per_second: float,
) -> slicer.vtkMRMLSequenceBrowserNode:
    """The browser that shows a sequence by a node, at the first item."""
    browser, made = store.obtain(f"{role}.browser", "vtkMRMLSequenceBrowserNode", f"{name} browser")
    modifying = browser.StartModify()
    if browser.GetMasterSequenceNode() is not sequence:
        browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    if browser.GetProxyNode(sequence) is not shown:
        browser.AddProxyNode(shown, sequence, False)
    if made:
        browser.SetPlaybackRateFps(frames_per_second)
        browser.SetPlaybackLooped(True)
    browser.SetOverwriteProxyName(sequence, False)
    browser.SetSaveChanges(sequence, False)  # a user's change of what is shown is not written into a step
    browser.SetSelectedItemNumber(0)
    browser.EndModify(modifying)
    show_item(browser, 0)
    return browser


def show_item(browser: slicer.vtkMRMLSequenceBrowserNode, number: int) -> None:
    """Show one item of a sequence, counted from 0; beyond the ends the nearest one."""
    browser.SetSelectedItemNumber(min(max(number, 0), browser.GetNumberOfItems() - 1))
    slicer.vtkSlicerSequencesLogic().UpdateProxyNodesFromSequences(browser)


def drop_sequence(store: NodeStore, role: str) -> None:
    """Remove the nodes of a sequence from the scene."""
    for each in ROLES:
        store.drop(f"{role}.{each}")
