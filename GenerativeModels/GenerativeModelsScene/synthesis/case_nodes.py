"""The nodes of the synthetic images of one label map, and how to find them again.

Their roles differ from those of other anatomies: one label map may have a check and images, under one key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import slicer

from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["FILE", "IMAGE", "PREVIEW", "REPORT", "RESULT", "TABLE", "SynthesisNodes", "find_images"]

RESULT, REPORT, TABLE = "synthetic result", "synthetic report", "synthetic table"
"""Roles of the texts and of the table."""
IMAGE, FILE, PREVIEW = "synthetic.image.", "synthetic.file.", "synthetic.preview"
"""What the roles of an image begin with, of the content of a file, and the role of a preview."""
_SHOWN = (".image", ".volume")
"""What the role of the volume of an image ends with, of a cine and of a stack."""


@dataclass(frozen=True)
class SynthesisNodes:
    """The nodes of the synthetic images of a label map; what the user deleted is absent or None.

    Attributes
    ----------
    key, title
        What the case is found by, and the first part of the names of its nodes.
    result, report
        vtkMRMLTextNode with the content of result.json and report.html.
    table
        A row for each image.
    images
        The volume of each image, by the number of the image; of a cine the one that its browser moves.
    files
        Text node with the content of each file, by its name; see `texts.bytes_of`.
    """

    key: str
    title: str
    result: slicer.vtkMRMLTextNode
    report: slicer.vtkMRMLTextNode | None
    table: slicer.vtkMRMLTableNode | None
    images: dict[int, slicer.vtkMRMLScalarVolumeNode]
    files: dict[str, slicer.vtkMRMLTextNode]

    @cached_property
    def content(self) -> dict[str, Any]:
        """Content of result.json."""
        return json.loads(self.result.GetText())


def find_images(scene: slicer.vtkMRMLScene, key: str) -> SynthesisNodes | None:
    """The nodes of the images `key`, also in a loaded scene; None when there are none."""
    store = NodeStore(scene, key)
    result = store.get(RESULT)
    if result is None:
        return None
    roles = sorted(role for role in store.roles(IMAGE) if role.endswith(_SHOWN))
    images = {int(role.removeprefix(IMAGE).split(".")[0]): store.get(role) for role in roles}
    files = {role.removeprefix(FILE): store.get(role) for role in store.roles(FILE)}
    title = (result.GetName() or "").removesuffix(f" {RESULT}")
    return SynthesisNodes(key, title, result, store.get(REPORT), store.get(TABLE), images, files)
