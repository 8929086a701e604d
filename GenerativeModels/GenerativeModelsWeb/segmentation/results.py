"""A finished check or repair -> what the page prints: the numbers, sentences, overview and curves of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from GenerativeModelsLib.label_files.values import STRUCTURES
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.read import CheckedCase, FoundViolation
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.overview import Cell, curves_on_show, overview
from GenerativeModelsLib.segmentation.repair.anatomy import REPAIR
from GenerativeModelsLib.segmentation.repair.read import RepairedCase
from GenerativeModelsLib.segmentation.report.pictures import LABEL_COLOURS
from GenerativeModelsScene.segmentation.maps import nearest_slice
from GenerativeModelsWeb.parts import notices
from GenerativeModelsWeb.parts.plots import Plot
from GenerativeModelsWeb.segmentation.state import Result
from GenerativeModelsWeb.server.page_words import without_folders

__all__ = ["CURVE_HEIGHT", "MOST_LISTED", "notices_of", "result_of", "start_of"]

CURVE_HEIGHT = 170
MOST_LISTED = 400
"""Violations in the list; the table to download has them all."""
LEAST_EFFECT = 0.05
"""Change of the ejection fraction in percent from which it is said."""
_MARKS = ("lv_ml", "lv_area_mm2")
"""Curves with the words ED and ES."""


def result_of(case: CheckedCase | RepairedCase, maps: LabelMaps, *, image: bool, when: str = "after") -> Result:
    """What the page prints of a check or a repair of label maps, over an image or not.

    Parameters
    ----------
    when
        Of a repair: whether overview, violations and curves are those "before" or "after".
    """
    repair = case if isinstance(case, RepairedCase) else None
    before = case if repair is None else repair.before
    check = before if repair is None or when == "before" else repair.after
    changed = {} if repair is None else _words_of_changed(repair.result)
    return Result(
        outcome=(SEGMENTATION if repair is None else REPAIR).notes(case.result)[0],
        heads=["Value"] if repair is None else ["Before", "After"],
        rows=_rows([before] if repair is None else [before, repair.after]),
        cells=[
            [_cell(cell, changed.get((frame, slice_))) for frame, cell in enumerate(row)]
            for slice_, row in enumerate(overview(check.result["roles"], check.violations))
        ],
        whole=_whole_frames(check.result["frames"], check.violations),
        violations=[_listed(number, one, maps) for number, one in enumerate(check.violations[:MOST_LISTED])],
        unlisted=max(0, len(check.violations) - MOST_LISTED),
        curves=_curves(check, None if check is before else before),
        structures=[
            {"words": STRUCTURES[name], "colour": "#{:02x}{:02x}{:02x}".format(*LABEL_COLOURS[name])}
            for name in LABEL_COLOURS
            if maps.has(name)
        ],
        image=image,
        repaired=repair is not None,
        changes=[] if repair is None else changes_of(repair),
        left=[] if repair is None else _left(repair.result["abstained"]),
        summary=f"{'Checked' if repair is None else 'Repaired'} in {case.result['seconds']['total']:.1f} s",
    )


def changes_of(repair: RepairedCase) -> list[dict[str, Any]]:
    """What a repair did by frame, and the frames that were to stay as they are."""
    found: dict[int | None, dict[str, Any]] = {}
    for change in repair.changes:
        entry = found.setdefault(change.frame, {"frame": change.frame, "slice": change.slice, "lines": []})
        effect = change.ef_change_percent
        shown = "" if not effect or abs(effect) < LEAST_EFFECT else f" EF {effect:+.1f} %."
        entry["lines"].append(f"Slice {change.slice}: {change.changed_mm2:.0f} mm². {change.reason}{shown}")
    for frame in repair.result["kept_frames"]:
        found.setdefault(frame, {"frame": frame, "slice": -1, "lines": ["Kept as it was."]})
    return sorted(found.values(), key=lambda entry: -1 if entry["frame"] is None else entry["frame"])


def _left(abstained: Sequence[Mapping[str, Any]]) -> list[str]:
    """What still breaks rules, slices of a frame with one reason together."""
    together: dict[tuple[int, str], list[int]] = {}
    for entry in abstained:
        slices = together.setdefault((entry["frame"], entry["reason"]), [])
        slices += [] if entry["slice"] is None else [entry["slice"]]
    return [
        f"Frame {frame}{_slices(slices)}: {without_folders(reason)}" for (frame, reason), slices in together.items()
    ]


def _slices(numbers: list[int]) -> str:
    if not numbers:
        return ""
    low, high = min(numbers), max(numbers)
    if len(numbers) > 2 and high - low + 1 == len(numbers):
        return f", slices {low} to {high}"
    return f", slice{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _words_of_changed(result: Mapping[str, Any]) -> dict[tuple[int, int], str]:
    """What was done to each changed slice, by frame and slice: it may still break rules."""
    left = {(entry["frame"], entry["slice"]) for entry in result["abstained"]}
    places = ((frame, slice_) for frame, slice_ in result["changed"])
    return {place: "mended in part" if place in left else "repaired" for place in places}


def _cell(cell: Cell, changed: str | None) -> list[str]:
    return [cell.state, f"{cell.words}, {changed}", "changed"] if changed else [cell.state, cell.words, ""]


def _rows(checks: Sequence[CheckedCase]) -> list[dict[str, Any]]:
    """Numbers of the checks beside each other; those that none knows are left out."""
    rows = []
    for quantity in sorted(SEGMENTATION.quantities, key=lambda one: not one.unit):
        values = [quantity.of(check.result).value for check in checks]
        if any(value is not None for value in values):
            texts = [quantity.text(value) for value in values]
            rows.append({"short": quantity.short, "label": quantity.long_label, "values": texts})
    return rows


def start_of(case: CheckedCase | RepairedCase, maps: LabelMaps) -> tuple[int, int, int]:
    """Frame, slice and violation that are shown first: the first repair, the first fault, or the middle and -1."""
    if isinstance(case, RepairedCase):
        if case.result["changed"]:
            return (*case.result["changed"][0], -1)
        case = case.after
    for number, found in enumerate(case.violations[:MOST_LISTED]):
        if not found.acquisition:
            return found.frame, _slice_of(found, maps), number
    frame = case.result["ed_frame"] or 0
    labelled = np.flatnonzero(maps.values[frame].any(axis=(1, 2)))
    return frame, int(labelled[len(labelled) // 2]) if len(labelled) else 0, -1


def notices_of(result: dict[str, Any]) -> list[dict[str, str]]:
    """The backend's warnings."""
    return notices.notices_of(result, without_folders)


def _slice_of(found: FoundViolation, maps: LabelMaps) -> int:
    return nearest_slice(maps, found.where) if found.slice is None else found.slice


def _listed(number: int, found: FoundViolation, maps: LabelMaps) -> dict[str, Any]:
    place = "whole frame" if found.slice is None else f"slice {found.slice}"
    return {
        "number": number,
        "frame": found.frame,
        "slice": _slice_of(found, maps),
        "heading": f"Frame {found.frame}, {place}",
        "text": without_folders(found.text),
        "acquisition": found.acquisition,
    }


def _whole_frames(frames: int, violations: Sequence[FoundViolation]) -> list[str]:
    texts: list[list[str]] = [[] for _ in range(frames)]
    for found in violations:
        if found.slice is None:
            texts[found.frame].append(found.text)
    return [f"frame {frame} as a whole: {' '.join(some)}" if some else "" for frame, some in enumerate(texts)]


def _curves(check: CheckedCase, before: CheckedCase | None) -> list[dict[str, Any]]:
    """The curves of a check, with those `before` as dashed lines."""
    result, drawn = check.result, []
    faulty = {found.frame for found in check.violations if not found.acquisition}
    for column, (label, unit) in curves_on_show(check.curves, result["view"]).items():
        values = check.curves[column]
        points = _points(values)
        earlier = _points(before.curves.get(column, []) if before else [])
        known = np.concatenate([points, earlier])[:, 1]
        low, high = known.min(), known.max()
        room = 0.12 * ((high - low) or abs(high) or 1.0)
        x, y = [-0.8, len(values) - 0.2], [float(low - room), float(high + 1.6 * room)]
        plot = Plot(x, y, CURVE_HEIGHT)
        plot.lines(_runs(earlier), "gm-before")
        plot.lines(_runs(points), "gm-line")
        plot.dots(points, "gm-dots")
        plot.dots(points[[frame in faulty for frame in points[:, 0]]], "gm-faulty")
        if column in _MARKS:
            for word, frame in (("ED", result["ed_frame"]), ("ES", result["es_frame"])):
                if frame is not None and values[frame] is not None:
                    plot.words((frame, values[frame] + 0.5 * room), word, "gm-axis")
        drawn.append({"label": label, "unit": unit, "svg": plot.svg(), "x": x, "y": y, "values": values})
    return drawn


def _points(values: Sequence[float | None]) -> np.ndarray:
    """(N, 2) frame and value where it is known."""
    return np.array([(frame, value) for frame, value in enumerate(values) if value is not None]).reshape(-1, 2)


def _runs(points: np.ndarray) -> list[np.ndarray]:
    """The points in runs of frames that follow each other."""
    return np.split(points, np.flatnonzero(np.diff(points[:, 0]) > 1) + 1)
