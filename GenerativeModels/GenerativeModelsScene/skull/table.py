"""The biometry as a table node, in the words and number formats of the report."""

from __future__ import annotations

from typing import Any

import slicer

from GenerativeModelsLib.skull.report.from_run import biometry_rows
from GenerativeModelsLib.skull.report.page import centile, interval, number
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.tables import show_text_table

COLUMNS = ("Measure", "Value", "Unit", "90 % interval", "Percentile")


def table_texts(result: dict[str, Any]) -> list[tuple[str, ...]]:
    """The table's cells, a tuple a row in the order of `COLUMNS`; a dash where a value is unknown."""
    return [
        (
            f"{row.label} ({row.name})" if row.name.isupper() else row.label,
            number(row.value, row.unit),
            row.unit,
            interval(row),
            centile(row.percentile),
        )
        for row in biometry_rows(result)
    ]


def show_table(store: NodeStore, result: dict[str, Any], title: str) -> slicer.vtkMRMLTableNode:
    """The biometry table of a `result.json`; a row a measure, all cells text as the report prints them."""
    return show_text_table(store, "table", f"{title} biometry", COLUMNS, table_texts(result))
