"""What saving a case out of its nodes needs, of any anatomy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsScene.nodes.models import LPS_TO_RAS

__all__ = ["require_nodes", "write_model", "write_text"]


def require_nodes(scene: slicer.vtkMRMLScene, nodes: Mapping[str, slicer.vtkMRMLNode | None], verb: str) -> None:
    """Raise InputError when a node, by what it is called, is no longer in the scene; `verb` is what makes it anew."""
    lost = [words for words, node in nodes.items() if node is None or node.GetScene() != scene]
    if lost:
        raise InputError(
            f"The scene no longer holds the {', '.join(lost)} of this case, so it cannot be saved; {verb} it again."
        )


def write_model(model: slicer.vtkMRMLModelNode, arrays: tuple[str, ...], path: Path) -> None:
    """Write the mesh of a model (.vtp, LPS, in the node's own frame) with these point arrays."""
    surface = from_polydata(model.GetPolyData()).transformed(LPS_TO_RAS)
    data = {name: surface.point_data[name] for name in arrays}
    write_vtp(Surface(surface.points, surface.triangles, data), path)


def write_text(node: slicer.vtkMRMLTextNode, path: Path) -> None:
    """Write the content of a text node, in UTF-8, line ends as they are."""
    path.write_bytes(node.GetText().encode("utf-8"))
