"""Models over steps or time as a sequence that Slicer's sequence tool bar plays.

Needs no running module: what Slicer's Sequences module does when a step is chosen is called where it does not run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import slicer

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsScene.nodes.models import ras_polydata, show_model
from GenerativeModelsScene.nodes.store import CASE, ROLE, NodeStore

__all__ = ["drop_sequence", "show_item", "show_model_sequence"]

ROLES = ("browser", "sequence", "model")


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
    sequence, _ = store.obtain(f"{role}.sequence", "vtkMRMLSequenceNode", f"{name} sequence")
    browser, made_browser = store.obtain(f"{role}.browser", "vtkMRMLSequenceBrowserNode", f"{name} browser")
    browser.SetPlaybackActive(False)
    modifying = browser.StartModify(), sequence.StartModify()
    sequence.RemoveAllDataNodes()
    sequence.SetIndexName(index[0])
    sequence.SetIndexUnit(index[1])
    first = None
    for value, surface in zip(values, surfaces, strict=True):
        item = slicer.vtkMRMLModelNode()
        item.SetName(name)
        item.SetAttribute(CASE, store.key)  # a step hands its attributes to the model
        item.SetAttribute(ROLE, f"{role}.model")
        item.SetAndObserveMesh(ras_polydata(surface))
        sequence.SetDataNodeAtValue(item, value)
        first = first or surface
    sequence.EndModify(modifying[1])
    model, made = show_model(store, first, name, f"{role}.model")
    if browser.GetMasterSequenceNode() is not sequence:
        browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    if browser.GetProxyNode(sequence) is not model:
        browser.AddProxyNode(model, sequence, False)
    if made_browser:
        browser.SetPlaybackRateFps(frames_per_second)
        browser.SetPlaybackLooped(True)
    browser.SetOverwriteProxyName(sequence, False)
    browser.SetSaveChanges(sequence, False)  # a user's change of the model is not written into a step
    browser.SetSelectedItemNumber(0)
    browser.EndModify(modifying[0])
    show_item(browser, 0)
    return browser, model, made


def show_item(browser: slicer.vtkMRMLSequenceBrowserNode, number: int) -> None:
    """Show one surface of a sequence, counted from 0; beyond the ends the nearest one."""
    browser.SetSelectedItemNumber(min(max(number, 0), browser.GetNumberOfItems() - 1))
    slicer.vtkSlicerSequencesLogic().UpdateProxyNodesFromSequences(browser)


def drop_sequence(store: NodeStore, role: str) -> None:
    """Remove the nodes of a sequence from the scene."""
    for each in ROLES:
        store.drop(f"{role}.{each}")
