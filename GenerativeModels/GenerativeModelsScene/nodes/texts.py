"""Files of a case as text nodes, saved with the scene: result.json and report.html as they are, pictures encoded."""

from __future__ import annotations

import base64
from pathlib import Path

import slicer

from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["bytes_of", "show_bytes", "show_text"]


def show_text(store: NodeStore, role: str, path: Path, title: str) -> slicer.vtkMRMLTextNode:
    """Text node of that role with the content of the UTF-8 file `path`, line ends as they are."""
    return _show(store, role, f"{title} {role}", path.read_bytes().decode("utf-8"))


def show_bytes(store: NodeStore, role: str, path: Path, name: str) -> slicer.vtkMRMLTextNode:
    """Text node of that role, named `name`, with the content of the file `path` in base64; see `bytes_of`."""
    return _show(store, role, name, base64.b64encode(path.read_bytes()).decode("ascii"))


def bytes_of(node: slicer.vtkMRMLTextNode) -> bytes:
    """What `show_bytes` put into the node."""
    return base64.b64decode(node.GetText())


def _show(store: NodeStore, role: str, name: str, text: str) -> slicer.vtkMRMLTextNode:
    node, _ = store.obtain(role, "vtkMRMLTextNode", name)
    node.SetForceCreateStorageNode(slicer.vtkMRMLTextNode.CreateStorageNodeAlways)  # a file of its own in the scene
    node.SetText(text)
    return node
