"""A case's result.json and report.html as text nodes, saved with the scene."""

from __future__ import annotations

from pathlib import Path

import slicer

from GenerativeModelsScene.nodes.store import NodeStore


def show_text(store: NodeStore, role: str, path: Path, title: str) -> slicer.vtkMRMLTextNode:
    """Text node of that role with the content of the UTF-8 file `path`, line ends as they are."""
    node, _ = store.obtain(role, "vtkMRMLTextNode", f"{title} {role}")
    node.SetForceCreateStorageNode(slicer.vtkMRMLTextNode.CreateStorageNodeAlways)  # a file of its own in the scene
    node.SetText(path.read_bytes().decode("utf-8"))
    return node
