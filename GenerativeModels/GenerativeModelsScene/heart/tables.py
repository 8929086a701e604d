"""The measurements of a heart as table nodes."""

from __future__ import annotations

from typing import Any

import slicer

from GenerativeModelsLib.heart.anatomy import PHASES
from GenerativeModelsLib.heart.report.content import Measure, measures_of
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.tables import show_text_table

__all__ = ["SEGMENT_COLUMNS", "segment_rows", "show_measurements", "show_segments"]

MEASUREMENT_COLUMNS = ("Measure", "Value", "Unit")
RANGE_COLUMN = "Healthy, 95 %"
SEGMENT_COLUMNS = ("Segment", "Name", "ED (mm)", "ES (mm)", "Thickening (%)")


def show_measurements(store: NodeStore, result: dict[str, Any], title: str) -> slicer.vtkMRMLTableNode:
    """Volumes, function and mass of a `result.json`, with the ranges of healthy people of its sex if that is given."""
    measures, sex = measures_of(result), result.get("sex")
    rows = [(f"{m.label} ({m.name})" if m.name.isupper() else m.label, _text(m.value), m.unit) for m in measures]
    columns = MEASUREMENT_COLUMNS
    if sex is not None:
        columns = (*columns, RANGE_COLUMN)
        rows = [(*row, _range(measure, sex)) for row, measure in zip(rows, measures)]
    return show_text_table(store, "table", f"{title} measurements", columns, rows)


def show_segments(store: NodeStore, result: dict[str, Any], title: str) -> slicer.vtkMRMLTableNode:
    """Mean wall thickness of the 17 segments of a `result.json`."""
    return show_text_table(store, "segments", f"{title} segments", SEGMENT_COLUMNS, segment_rows(result))


def segment_rows(result: dict[str, Any]) -> list[tuple[str, ...]]:
    """A row for each of the 17 segments in the order of `SEGMENT_COLUMNS`; a dash where there is no wall or phase."""
    walls = result["wall_thickness_mm"]
    ed, es = (walls[phase]["aha17"] if walls.get(phase) else [None] * len(SEGMENT_NAMES) for phase in PHASES)
    rows = []
    for number, (name, before, after) in enumerate(zip(SEGMENT_NAMES, ed, es, strict=True), start=1):
        thickening = None if before is None or after is None or before <= 0 else 100 * (after / before - 1)
        rows.append((str(number), name, _text(before), _text(after), _text(thickening, 0)))
    return rows


def _range(measure: Measure, sex: str) -> str:
    found = measure.ranges[sex]
    return "" if found is None else f"{found.low:.0f} to {found.high:.0f}"


def _text(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
