"""The biometry as a table node, in the words and number formats of the report."""

from __future__ import annotations

from typing import Any

import slicer

from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.anatomy.verdict import is_outside
from GenerativeModelsLib.skull.report.assemble import biometry_rows
from GenerativeModelsLib.skull.report.page import interval, number
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.tables import show_text_table

COLUMNS = ("Measure", "Value", "Unit", "90 % interval", "z-score", "Percentile")


def table_texts(result: dict[str, Any]) -> list[tuple[str, ...]]:
    """The table's cells, a tuple a row in the order of `COLUMNS`; a dash where a value is unknown.

    An input outside the model's training has no intervals.
    """
    outside = is_outside(result)
    return [
        (
            f"{row.label} ({row.name})" if row.name.isupper() else row.label,
            number(row.value, row.unit),
            row.unit,
            "–" if outside else interval(row),
            z_text(row.z_score),
            percentile_text(row.percentile),
        )
        for row in biometry_rows(result)
    ]


def show_table(store: NodeStore, result: dict[str, Any], title: str) -> slicer.vtkMRMLTableNode:
    """The biometry table of a `result.json`; a row a measure, all cells text as the report prints them."""
    return show_text_table(store, "table", f"{title} biometry", COLUMNS, table_texts(result))
