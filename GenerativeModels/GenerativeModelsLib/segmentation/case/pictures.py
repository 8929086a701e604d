"""Figures of the short report of a check: which slices break a rule, and the cavity over the frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.page.figures import picture_of
from GenerativeModelsLib.segmentation.case.read import FoundViolation, read_tables
from GenerativeModelsLib.segmentation.overview import overview

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

__all__ = ["pictures"]

_COLOURS = {"empty": (246, 248, 249), "fine": (190, 206, 219), "shift": (214, 180, 106), "fault": (178, 34, 34)}
"""By state of a cell."""
_CURVES = {"lv_ml": (N_("Cavity"), "ml"), "lv_area_mm2": (N_("Area of the cavity"), "mm²")}
"""By column, the first of which is drawn that is known."""


def pictures(result: Mapping[str, Any], folder: Path) -> list[list[tuple[str, Image]]]:
    """An overview of frames and slices and, of a cine, the cavity over the frames; from the tables in `folder`."""
    violations, curves = read_tables(folder)
    row = [(_(_CAPTION), picture_of(_overview(result["roles"], violations)))]
    column = next((name for name in _CURVES if sum(v is not None for v in curves.get(name, ())) > 2), None)
    if column is not None:
        faulty = sorted({violation.frame for violation in violations if not violation.acquisition})
        label, unit = _CURVES[column]
        caption = _("{quantity}, {unit}; red: frames with a fault", quantity=_(label), unit=unit)
        row.append((caption, picture_of(_curve(curves[column], faulty))))
    return [row]


_CAPTION = N_("Frames and slices: red breaks rules, amber is shifted against its neighbours, white is not labelled")


def _overview(roles: Sequence[Sequence[str | None]], violations: Sequence[FoundViolation]) -> Figure:
    grid = np.array([[_COLOURS[cell.state] for cell in row] for row in overview(roles, violations)], np.uint8)
    figure, axes = _figure()
    axes.imshow(grid, aspect="auto", interpolation="nearest")
    axes.set_xlabel(_("frame"))
    axes.set_ylabel(_("slice"))
    for axis, count in ((axes.yaxis, grid.shape[0]), (axes.xaxis, grid.shape[1])):
        axis.set_ticks(np.arange(0, count, max(1, round(count / 8))))
        axis.set_ticks(np.arange(count + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.0)
    axes.tick_params(which="minor", length=0)
    return figure


def _curve(values: Sequence[float | None], faulty: Sequence[int]) -> Figure:
    figure, axes = _figure()
    known = np.array([np.nan if value is None else value for value in values])
    axes.plot(known, color="#2b5c7e", marker="o", markersize=2.5)
    axes.plot(faulty, known[list(faulty)], color="#b22222", linestyle="none", marker="o", markersize=5)
    axes.set_xlabel(_("frame"))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _figure() -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure((3.6, 2.6), layout="constrained")
    return figure, figure.add_subplot()
