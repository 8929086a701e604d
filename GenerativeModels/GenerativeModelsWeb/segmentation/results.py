"""A finished check -> what the page prints: the numbers, sentences, overview and curves of the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from GenerativeModelsLib.label_files.values import STRUCTURES
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.read import CheckedCase, FoundViolation
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.overview import curves_on_show, overview
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
_MARKS = ("lv_ml", "lv_area_mm2")
"""Curves with the words ED and ES."""


def result_of(case: CheckedCase, maps: LabelMaps, *, image: bool) -> Result:
    """What the page prints of a check of label maps, over an image or not."""
    result, violations = case.result, case.violations
    numbers = [quantity for quantity in SEGMENTATION.quantities if quantity.of(result).value is not None]
    return Result(
        outcome=SEGMENTATION.notes(result)[0],
        rows=[
            {"short": one.short, "label": one.long_label, "value": one.text(one.of(result).value)}
            for one in sorted(numbers, key=lambda one: not one.unit)
        ],
        cells=[[[cell.state, cell.words] for cell in row] for row in overview(result["roles"], violations)],
        whole=_whole_frames(result["frames"], violations),
        violations=[_listed(number, one, maps) for number, one in enumerate(violations[:MOST_LISTED])],
        unlisted=max(0, len(violations) - MOST_LISTED),
        curves=_curves(case),
        structures=[
            {"words": STRUCTURES[name], "colour": "#{:02x}{:02x}{:02x}".format(*LABEL_COLOURS[name])}
            for name in LABEL_COLOURS
            if maps.has(name)
        ],
        image=image,
        summary=f"Checked in {result['seconds']['total']:.1f} s",
    )


def start_of(case: CheckedCase, maps: LabelMaps) -> tuple[int, int, int]:
    """Frame, slice and violation that are shown first: the first fault, else the middle of the first frame and -1."""
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


def _curves(case: CheckedCase) -> list[dict[str, Any]]:
    result, drawn = case.result, []
    faulty = {found.frame for found in case.violations if not found.acquisition}
    for column, (label, unit) in curves_on_show(case.curves, result["view"]).items():
        values = case.curves[column]
        points = np.array([(frame, value) for frame, value in enumerate(values) if value is not None])
        low, high = points[:, 1].min(), points[:, 1].max()
        room = 0.12 * ((high - low) or abs(high) or 1.0)
        x, y = [-0.8, len(values) - 0.2], [float(low - room), float(high + 1.6 * room)]
        plot = Plot(x, y, CURVE_HEIGHT)
        plot.lines(np.split(points, np.flatnonzero(np.diff(points[:, 0]) > 1) + 1), "gm-line")
        plot.dots(points, "gm-dots")
        plot.dots(points[[frame in faulty for frame in points[:, 0]]], "gm-faulty")
        if column in _MARKS:
            for word, frame in (("ED", result["ed_frame"]), ("ES", result["es_frame"])):
                if frame is not None and values[frame] is not None:
                    plot.words((frame, values[frame] + 0.5 * room), word, "gm-axis")
        drawn.append({"label": label, "unit": unit, "svg": plot.svg(), "x": x, "y": y, "values": values})
    return drawn
