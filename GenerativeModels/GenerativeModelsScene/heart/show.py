"""An analysed heart as nodes: surfaces coloured by wall thickness, tables, result and report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import slicer

from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsScene.heart.tables import show_measurements, show_segments
from GenerativeModelsScene.nodes.case import CaseNodes, find_case_nodes, show_case_of
from GenerativeModelsScene.nodes.hierarchy import show_folder
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["SHOWN", "HeartNodes", "find_heart", "set_thickness_range", "show_heart", "show_surfaces"]

SHOWN = {
    "patient": ("ed.vtp", "es.vtp"),
    "model": ("ed_reconstruction.vtp", "es_reconstruction.vtp"),
    "both": tuple(mesh.file for mesh in HEART.meshes),
}
"""Which meshes a view shows: the labelled surfaces, the reconstructions of the model, or both."""


@dataclass(frozen=True)
class HeartNodes:
    """The nodes of one heart.

    Attributes
    ----------
    case
        Models by file name ("ed.vtp", ...), legend, texts and the folder in the subject hierarchy.
    table
        Volumes, ejection fraction and mass.
    segments
        Wall thickness of the 17 segments.
    """

    case: CaseNodes
    table: slicer.vtkMRMLTableNode | None = None
    segments: slicer.vtkMRMLTableNode | None = None


def show_heart(scene: slicer.vtkMRMLScene, folder: Path, *, key: str, title: str) -> HeartNodes:
    """Show the folder of an analysed heart; the nodes of the same key are updated.

    Raises
    ------
    InputError
        A file of the case is missing or cannot be read; nothing is changed in the scene.
    """
    result = read_result(folder, HEART.schema, "analyse the case again")
    show_case_of(HEART, scene, folder, key=key, title=title)
    store = NodeStore(scene, key)
    show_measurements(store, result, title)
    show_segments(store, result, title)
    show_folder(store, title)
    return find_heart(scene, key)


def find_heart(scene: slicer.vtkMRMLScene, key: str) -> HeartNodes | None:
    """The nodes of the heart `key`, also in a loaded scene; None when there are none."""
    case = find_case_nodes(HEART, scene, key)
    if case is None:
        return None
    store = NodeStore(scene, key)
    return HeartNodes(case, store.get("table"), store.get("segments"))


def show_surfaces(nodes: HeartNodes, of: str, phase: str) -> None:
    """Show the surfaces of one phase and hide the others.

    Parameters
    ----------
    of
        A key of `SHOWN`: "patient", "model" or "both". Of both, the model is drawn translucent.
    phase
        "ed" or "es".
    """
    for file, model in nodes.case.models.items():
        display = model.GetDisplayNode()
        display.SetVisibility(file in SHOWN[of] and file.startswith(phase))
        display.SetOpacity(0.35 if of == "both" and file in SHOWN["model"] else 1.0)


def set_thickness_range(nodes: HeartNodes, low_mm: float, high_mm: float) -> None:
    """Set the range of the wall thickness colours of all surfaces of a heart, in mm; the legend follows."""
    for model in nodes.case.models.values():
        model.GetDisplayNode().SetScalarRange(low_mm, high_mm)
