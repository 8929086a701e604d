"""Cines in a scene: sequence nodes of segmentations or label maps, and the browsers that show them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import slicer

from GenerativeModelsScene.labels.images import LabelImage, label_images
from GenerativeModelsScene.labels.structures import called, data_nodes
from GenerativeModelsScene.nodes.geometry import parent_to_world
from GenerativeModelsScene.nodes.store import add_node, nodes_of_class

__all__ = ["browse", "browser_of", "cine_images", "cine_to_world", "frame_times"]


def frame_times(sequence: slicer.vtkMRMLSequenceNode) -> tuple[tuple[float, ...], str]:
    """Index value of each item and their unit; the numbers of the items and "" where the index is not a number."""
    texts = [sequence.GetNthIndexValue(number) for number in range(sequence.GetNumberOfDataNodes())]
    try:
        return tuple(float(text) for text in texts), sequence.GetIndexUnit() or ""
    except ValueError:
        return tuple(float(number) for number in range(len(texts))), ""


def cine_images(
    sequence: slicer.vtkMRMLSequenceNode, chosen: Mapping[str, str], field: str = "cine", least: int = 2
) -> list[LabelImage]:
    """The label map of each item, on one grid; raises as `label_images`.

    Parameters
    ----------
    field, least
        As in `structures_of`.
    """
    start, items = called(sequence, field), data_nodes(sequence, field, least)
    return label_images(items, chosen, start, cine_to_world(sequence, field))


def cine_to_world(sequence: slicer.vtkMRMLSequenceNode, field: str = "cine") -> np.ndarray:
    """(4, 4) RAS of the items -> RAS of the world; raises as `parent_to_world`."""
    browser = browser_of(sequence)
    return np.eye(4) if browser is None else parent_to_world(browser.GetProxyNode(sequence), called(sequence, field))


def browser_of(sequence: slicer.vtkMRMLSequenceNode) -> slicer.vtkMRMLSequenceBrowserNode | None:
    """The first sequence browser that shows the sequence by a node, which a transform may move; None without one."""
    browsers = nodes_of_class(sequence.GetScene(), "vtkMRMLSequenceBrowserNode")
    return next((browser for browser in browsers if browser.GetProxyNode(sequence) is not None), None)


def browse(sequence: slicer.vtkMRMLSequenceNode) -> slicer.vtkMRMLSequenceBrowserNode:
    """A new browser of a sequence, with a node of the scene that shows the first item."""
    scene, first = sequence.GetScene(), sequence.GetNthDataNode(0)
    browser = add_node(scene, "vtkMRMLSequenceBrowserNode", f"{sequence.GetName()} browser")
    modifying = browser.StartModify()  # the application would add a node of its own between the two steps
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    proxy = add_node(scene, first.GetClassName(), sequence.GetName())
    proxy.Copy(first)
    proxy.SetName(sequence.GetName())
    browser.AddProxyNode(proxy, sequence, False)
    proxy.CreateDefaultDisplayNodes()
    browser.SetSelectedItemNumber(0)
    browser.EndModify(modifying)
    return browser
