"""The DICOM file that a volume of the scene was loaded from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.dicom_header import dicom_header

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["dicom_headers_of", "file_of"]

_INSTANCES = "DICOM.instanceUIDs"
"""Node attribute with the UIDs of the instances that Slicer's DICOM module loaded."""


def file_of(node: slicer.vtkMRMLStorableNode | None) -> Path | None:
    """The file of a node: of its storage node, or, if the DICOM module loaded it, of Slicer's DICOM database."""
    if node is None:
        return None
    storage = node.GetStorageNode()
    name = None if storage is None else storage.GetFileName()
    if not name:
        database, instances = getattr(slicer, "dicomDatabase", None), node.GetAttribute(_INSTANCES)
        name = database.fileForInstance(instances.split()[0]) if database is not None and instances else None
    path = Path(name) if name else None
    return path if path is not None and path.is_file() else None


def dicom_headers_of(nodes: Mapping[str, slicer.vtkMRMLStorableNode | None]) -> dict[str, Dataset]:
    """Headers, without pixels, of the nodes that were loaded from DICOM files which are still there, by name."""
    found = {}
    for name, node in nodes.items():
        path = file_of(node)
        try:
            header = None if path is None else dicom_header(path, path.name)
        except InputError:  # a damaged file is as good as none
            header = None
        if header is not None:
            found[name] = header
    return found
