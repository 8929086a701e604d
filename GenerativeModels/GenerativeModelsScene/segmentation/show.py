"""A finished check as nodes: its violations as a table, its result and its report."""

from __future__ import annotations

from pathlib import Path

import slicer

from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.read import read_case
from GenerativeModelsScene.nodes.case import CaseNodes, show_case_of
from GenerativeModelsScene.nodes.hierarchy import show_folder
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.segmentation.places import show_violations

__all__ = ["show_check"]


def show_check(scene: slicer.vtkMRMLScene, folder: Path, *, key: str, title: str) -> CaseNodes:
    """Show the folder of a check; the nodes of the same key are brought up to date.

    Raises
    ------
    InputError
        A file of the case is missing or cannot be read; nothing is changed in the scene.
    """
    case = read_case(folder)
    nodes = show_case_of(SEGMENTATION, scene, Path(folder), key=key, title=title)
    store = NodeStore(scene, key)
    show_violations(store, case.violations, title)
    show_folder(store, title)
    return nodes
