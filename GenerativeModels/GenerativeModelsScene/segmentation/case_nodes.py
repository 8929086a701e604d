"""The nodes of one checked segmentation, and how to find them again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import slicer

from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.read import FoundViolation, parse_curves, parse_violations
from GenerativeModelsLib.segmentation.slice_grid import SliceGrid
from GenerativeModelsScene.nodes.case import CaseNodes, find_case_nodes
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["TABLES", "CheckNodes", "find_check"]

TABLES = ("violations.csv", "curves.csv")
"""Files of a check that are kept as text nodes, by their roles."""


@dataclass(frozen=True)
class CheckNodes:
    """The nodes of one check; what the user deleted is None.

    Attributes
    ----------
    case
        Texts and the folder in the subject hierarchy.
    title
        First part of the names of the nodes.
    table, violations
        Numbers of the whole segmentation, and a row for each violation.
    texts
        vtkMRMLTextNode with the content of each of `TABLES`.
    """

    case: CaseNodes
    title: str
    table: slicer.vtkMRMLTableNode | None
    violations: slicer.vtkMRMLTableNode | None
    texts: dict[str, slicer.vtkMRMLTextNode | None]

    @property
    def key(self) -> str:
        """What the check is found by."""
        return self.case.key

    @cached_property
    def result(self) -> dict[str, Any]:
        """Content of result.json."""
        return json.loads(self.case.result.GetText())

    @cached_property
    def found(self) -> list[FoundViolation]:
        """The violations; empty where their text was deleted. Raises `InputError` for a text that was edited."""
        return parse_violations(self._text(TABLES[0]))

    @cached_property
    def curves(self) -> dict[str, list[float | None]]:
        """Values by column, one a frame; as `found`."""
        return parse_curves(self._text(TABLES[1]))

    @cached_property
    def grid(self) -> SliceGrid:
        """Where the slices lie."""
        return SliceGrid.of_entry(self.result["grid"])

    def _text(self, name: str) -> str:
        node = self.texts[name]
        return "" if node is None else node.GetText()


def find_check(scene: slicer.vtkMRMLScene, key: str) -> CheckNodes | None:
    """The nodes of the check `key`, also in a loaded scene; None when there are none."""
    case = find_case_nodes(SEGMENTATION, scene, key)
    if case is None or case.result is None:
        return None
    store = NodeStore(scene, key)
    title = (case.result.GetName() or "").removesuffix(" result")
    texts = {name: store.get(name) for name in TABLES}
    return CheckNodes(case, title, store.get("table"), store.get("violations"), texts)
