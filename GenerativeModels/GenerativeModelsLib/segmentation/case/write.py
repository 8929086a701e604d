"""Files and document of a check, as specified in docs/formats.md."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.segmentation.check import criteria_of, series_limit
from GenerativeModelsLib.segmentation.slice_grid import SliceGrid

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case
    from GenerativeModelsLib.segmentation.check import Findings

__all__ = ["CURVES", "VIOLATIONS", "VIOLATION_COLUMNS", "document", "write_files"]

VIOLATIONS, CURVES = "violations.csv", "curves.csv"
VIOLATION_COLUMNS = (
    *("frame", "slice", "structure", "criterion", "value", "limit", "unit", "x_mm", "y_mm", "z_mm"),
    *("kind", "text"),
)


def write_files(case: Case, folder: Path) -> None:
    """Write the violations and the curves of a check."""
    found: Findings = case.run.found
    _write_csv(folder / VIOLATIONS, VIOLATION_COLUMNS, _violation_rows(found))
    columns = found.curves.columns
    rows = ([_cell(values[frame]) for values in columns.values()] for frame in range(found.maps.frames))
    time = [[] if found.maps.frame_s is None else [round(t * found.maps.frame_s, 5)] for t in range(found.maps.frames)]
    heading = ("frame", *(["time_s"] if found.maps.frame_s is not None else []), *columns)
    _write_csv(folder / CURVES, heading, ([frame, *time[frame], *row] for frame, row in enumerate(rows)))


def _violation_rows(found: Findings) -> Iterable[list[object]]:
    for violation in found.violations:
        rule = violation.criterion
        yield [
            violation.frame,
            "" if violation.slice is None else violation.slice,
            rule.structure,
            rule.name,
            _cell(violation.value),
            _cell(violation.limit),
            rule.unit,
            *(round(value, 3) for value in violation.where),
            "acquisition" if rule.acquisition else "labels",
            violation.text,
        ]


def _write_csv(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(heading)
        writer.writerows(rows)


def _cell(value: float) -> object:
    return round(float(value), 4) if np.isfinite(value) else ""


def document(case: Case) -> dict[str, Any]:
    """Entries of `result.json` of a check."""
    found: Findings = case.run.found
    maps, curves = found.maps, found.curves
    return {
        "frames": maps.frames,
        "slices": maps.slices,
        "view": found.view,
        "criteria": _criteria(found),
        "violating": len(found.faulty_slices),
        "violating_frames": len(found.faulty_frames),
        "labelled_slices": len(found.expected),
        "shifted_slices": sum(violation.criterion.acquisition for violation in found.violations),
        "edv_ml": curves.edv_ml,
        "esv_ml": curves.esv_ml,
        "ef_percent": curves.ef_percent,
        "ed_frame": curves.ed,
        "es_frame": curves.es,
        "volume_by": _volume_by(found),
        "frame_s": maps.frame_s,
        "pixel_mm": [round(float(v), 5) for v in maps.pixel_mm],
        "slice_mm": round(maps.slice_mm, 5) if maps.slices > 1 else None,
        "labels": dict(maps.labels),
        "segments": None if maps.segments is None else dict(maps.segments),
        "roles": found.roles,
        "grid": SliceGrid.of_maps(maps).entry(),
        "inputs": {"file": {"file": case.request.file.name}},
    }


def _criteria(found: Findings) -> dict[str, dict[str, Any]]:
    counts = Counter(violation.criterion.name for violation in found.violations)
    entries = {}
    for rule in criteria_of(found.view, found.maps):
        entry = {"violations": counts[rule.name], "judged": found.judged.get(rule.name) or None, "unit": rule.unit}
        if (limit := series_limit(rule, found.maps)) is not None:
            entry["limit"] = round(limit, 4)
        entries[rule.name] = entry
    return entries


def _volume_by(found: Findings) -> str | None:
    if found.view == "apical":
        return "area-length"
    return "slices" if found.maps.slices > 1 else None
