"""A finished check as nodes: its numbers and violations as tables, its result and its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer

from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.read import read_case
from GenerativeModelsScene.nodes.case import show_case_of
from GenerativeModelsScene.nodes.hierarchy import show_folder
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.tables import show_text_table
from GenerativeModelsScene.nodes.texts import show_text
from GenerativeModelsScene.segmentation.case_nodes import TABLES, CheckNodes, find_check
from GenerativeModelsScene.segmentation.places import show_violations

__all__ = ["show_check"]

HEADS = ("Measure", "Value", "Unit")


def show_check(scene: slicer.vtkMRMLScene, folder: Path, *, key: str, title: str) -> CheckNodes:
    """Show the folder of a check; the nodes of the same key are brought up to date.

    Raises
    ------
    InputError
        A file of the case is missing or cannot be read; nothing is changed in the scene.
    """
    folder = Path(folder)
    case = read_case(folder)
    show_case_of(SEGMENTATION, scene, folder, key=key, title=title)
    store = NodeStore(scene, key)
    _show_numbers(store, case.result, title)
    show_violations(store, case.violations, title)
    for name in TABLES:
        show_text(store, name, folder / name, title)
    show_folder(store, title)
    return find_check(scene, key)


def _show_numbers(store: NodeStore, result: dict[str, Any], title: str) -> None:
    rows = []
    for quantity in SEGMENTATION.quantities:
        value = quantity.of(result).value
        if value is not None:
            rows.append((quantity.long_label, quantity.number(value), quantity.unit))
    show_text_table(store, "table", f"{title} numbers", HEADS, rows)
