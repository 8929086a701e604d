"""The frame of a checked node that is on show: that of the browser of a sequence."""

from __future__ import annotations

import slicer

from GenerativeModelsScene.labels.cines import browse, browser_of
from GenerativeModelsScene.labels.structures import is_sequence
from GenerativeModelsScene.nodes.sequences import show_item

__all__ = ["frame_on_show", "node_on_show", "show_frame"]


def frame_on_show(node: slicer.vtkMRMLNode | None) -> int:
    """Number of the frame of a node that is on show, from 0; 0 of a node that is no sequence, and without a node."""
    browser = browser_of(node) if _is_film(node) else None
    return 0 if browser is None else max(browser.GetSelectedItemNumber(), 0)


def show_frame(node: slicer.vtkMRMLNode | None, frame: int) -> None:
    """Show a frame of a sequence, from 0, in its browser, which is made where it has none."""
    if not _is_film(node) or not node.GetNumberOfDataNodes():
        return
    browser = browser_of(node) or browse(node)
    browser.SetPlaybackActive(False)
    if browser.GetSelectedItemNumber() != frame:
        show_item(browser, frame)


def node_on_show(node: slicer.vtkMRMLNode | None) -> slicer.vtkMRMLNode | None:
    """The segmentation or volume in the scene that shows a node; None of a sequence without a browser."""
    if not _is_film(node):
        return node
    browser = browser_of(node)
    return None if browser is None else browser.GetProxyNode(node)


def _is_film(node: slicer.vtkMRMLNode | None) -> bool:
    return node is not None and node.GetScene() is not None and is_sequence(node)
