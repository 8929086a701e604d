"""Tables of text as table nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import slicer
import vtk

from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["show_text_table"]


def show_text_table(
    store: NodeStore, role: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> slicer.vtkMRMLTableNode:
    """The locked table node of that role; all cells are text, the column names are its header."""
    node, made = store.obtain(role, "vtkMRMLTableNode", name)
    rows = list(rows)
    table = vtk.vtkTable()
    for index, column_name in enumerate(columns):
        column = vtk.vtkStringArray()
        column.SetName(column_name)
        for row in rows:
            column.InsertNextValue(row[index])
        table.AddColumn(column)
    modifying = node.StartModify()
    node.SetAndObserveTable(table)
    if made:
        node.SetUseColumnTitleAsColumnHeader(True)
        node.SetLocked(True)
    node.EndModify(modifying)
    return node
