"""An analysed heart as nodes: surfaces coloured by wall thickness, tables, bull's-eye, result and report."""

from __future__ import annotations

from pathlib import Path

import slicer

from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsScene.heart.case_nodes import HeartNodes, bullseye_png, find_heart
from GenerativeModelsScene.heart.colours import FOLDERS, segment_array, set_ends, thickness_ends
from GenerativeModelsScene.heart.surfaces import (
    RANGE,
    RANGES,
    SHOWN,
    colour_by,
    set_patient_visible,
    set_thickness_range,
    show_surfaces,
    surfaces_on_show,
    thickness_range,
)
from GenerativeModelsScene.heart.tables import show_measurements, show_segments
from GenerativeModelsScene.nodes.case import show_case_of
from GenerativeModelsScene.nodes.hierarchy import show_folder
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.texts import show_bytes

__all__ = [
    "SHOWN",
    "HeartNodes",
    "bullseye_png",
    "colour_by",
    "find_heart",
    "set_patient_visible",
    "set_thickness_range",
    "show_heart",
    "show_surfaces",
    "thickness_range",
]


def show_heart(scene: slicer.vtkMRMLScene, folder: Path, *, key: str, title: str) -> HeartNodes:
    """Show the folder of an analysed heart; the nodes of the same key are updated.

    The patient at end diastole is shown at first, afterwards what was on show before. The range of the colours is
    fitted to the heart until the user chooses another one.

    Raises
    ------
    InputError
        A file of the case is missing or cannot be read; nothing is changed in the scene.
    """
    folder = Path(folder)
    result = read_result(folder, HEART.schema, "analyse the case again")
    before = find_heart(scene, key)
    chosen = "fit" if before is None or before.case.result is None else before.case.result.GetAttribute(RANGE)
    on_show = ("patient", "ed") if before is None else surfaces_on_show(before)
    ends = thickness_ends(NodeStore(scene, key))
    case = show_case_of(HEART, scene, folder, key=key, title=title)
    store = NodeStore(scene, key)
    for model in case.models.values():
        segment_array(model)
    show_measurements(store, result, title)
    show_segments(store, result, title)
    if (folder / "bullseye.png").is_file():
        show_bytes(store, "bullseye", folder / "bullseye.png", f"{title} bull's-eye")
    else:
        store.drop("bullseye")
    show_folder(store, title, FOLDERS)
    nodes = find_heart(scene, key)
    set_ends(store, ends)
    if chosen in RANGES:
        thickness_range(nodes, chosen)
    if on_show is not None:
        of, phase = on_show
        show_surfaces(nodes, of, phase if f"{phase}.vtp" in nodes.models else "ed")
    return nodes
