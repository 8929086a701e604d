"""Tables of text as table nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import slicer
import vtk

from GenerativeModelsLib.anatomy.record import Quantity
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["quantity_rows", "show_text_table"]


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


def quantity_rows(quantities: Iterable[Quantity], result: dict) -> list[tuple[str, str, str]]:
    """Name, value and unit of every quantity of a result; a dash where the value is unknown."""
    rows = []
    for quantity in quantities:
        value = quantity.of(result).value
        name = f"{quantity.label} ({quantity.short})" if quantity.short.isupper() else quantity.label
        rows.append((name, "–" if value is None else f"{value:.1f}", quantity.unit))
    return rows
