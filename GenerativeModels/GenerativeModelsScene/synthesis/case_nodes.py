"""The nodes of the synthetic images of one label map, and how to find them again."""

from __future__ import annotations

from dataclasses import dataclass

import slicer

from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsScene.nodes.case import CaseNodes, find_case_nodes
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["FILE", "IMAGE", "PREVIEW", "SynthesisNodes", "find_images"]

IMAGE, FILE, PREVIEW = "synthetic.", "file.", "preview"
"""What the roles of an image begin with, of the content of a file, and the role of a preview."""
_SHOWN = (".image", ".volume")
"""What the role of the volume of an image ends with, of a cine and of a stack."""


@dataclass(frozen=True)
class SynthesisNodes:
    """The nodes of the synthetic images of a label map; what the user deleted is absent or None.

    Attributes
    ----------
    case
        Texts and the folder in the subject hierarchy.
    title
        First part of the names of the nodes.
    table
        A row for each image.
    images
        The volume of each image, by the number of the image; of a cine the one that its browser moves.
    files
        Text node with the content of each file, by its name; see `texts.bytes_of`.
    """

    case: CaseNodes
    title: str
    table: slicer.vtkMRMLTableNode | None
    images: dict[int, slicer.vtkMRMLScalarVolumeNode]
    files: dict[str, slicer.vtkMRMLTextNode]

    @property
    def key(self) -> str:
        """What the case is found by."""
        return self.case.key

    @property
    def result(self) -> slicer.vtkMRMLTextNode | None:
        """Content of result.json."""
        return self.case.result

    @property
    def report(self) -> slicer.vtkMRMLTextNode | None:
        """Content of report.html."""
        return self.case.report


def find_images(scene: slicer.vtkMRMLScene, key: str) -> SynthesisNodes | None:
    """The nodes of the images `key`, also in a loaded scene; None when there are none."""
    case = find_case_nodes(IMAGES, scene, key)
    store = NodeStore(scene, key)
    roles = sorted(role for role in store.roles(IMAGE) if role.endswith(_SHOWN))
    if case is None or case.result is None or not (roles or store.roles(FILE)):
        return None  # the labels may have cases of other anatomies, under the same key
    title = (case.result.GetName() or "").removesuffix(" result")
    images = {int(role.split(".")[1]): store.get(role) for role in roles}
    files = {role.removeprefix(FILE): store.get(role) for role in store.roles(FILE)}
    return SynthesisNodes(case, title, store.get("table"), images, files)
