"""Corrections of a plane, kept with its image node and marked with markups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.corrections import KINDS, PARSERS, EllipsePx, ellipse_text
from GenerativeModelsScene.nodes.geometry import PlaneGeometry

__all__ = [
    "corrections_of",
    "forget_corrections",
    "found_ellipse",
    "marked_points",
    "remember_ellipse",
    "set_correction",
]

_ATTRIBUTE = "GenerativeModels.Correction."
_FOUND = "GenerativeModels.FoundEllipse"


def corrections_of(node) -> dict[str, str]:
    """The corrections that an image node has, by kind, as the texts of the command line."""
    found = {kind: (node.GetAttribute(_ATTRIBUTE + kind) or "").strip() for kind in KINDS}
    return {kind: text for kind, text in found.items() if text}


def set_correction(node, kind: str, text: str) -> None:
    """Keep a correction with an image node, so that it is saved with the scene; an empty text takes it away.

    Raises
    ------
    InputError
        The text cannot be used; the node keeps what it had.
    """
    text = text.strip()
    if text:
        PARSERS[kind](text, kind)
    node.SetAttribute(_ATTRIBUTE + kind, text or None)


def forget_corrections(node) -> None:
    """Take all corrections of an image node away."""
    for kind in KINDS:
        node.SetAttribute(_ATTRIBUTE + kind, None)


def remember_ellipse(node, entry: Mapping[str, Any]) -> None:
    """Keep with an image the ellipse on which its head was found; `entry` is that of its plane in `result.json`."""
    ellipse = [round(float(value), 1) for value in entry["head"]["ellipse_px"]]
    node.SetAttribute(_FOUND, ellipse_text(EllipsePx(*ellipse)))


def found_ellipse(node) -> str:
    """The ellipse that `remember_ellipse` keeps; "" without one."""
    return node.GetAttribute(_FOUND) or ""


def marked_points(line, geometry: PlaneGeometry) -> list[tuple[float, float]]:
    """The two ends of a markups line as (column, row) in the pixels of the plane of that geometry.

    Raises
    ------
    InputError
        It is no line with two points.
    """
    if line is None or not hasattr(line, "GetNumberOfDefinedControlPoints"):
        raise InputError("No line is chosen: draw one over the image with the Markups toolbar, from end to end.")
    if line.GetNumberOfDefinedControlPoints() < 2:
        raise InputError(f"The line '{line.GetName()}' has no two points: place both over the image.")
    points = []
    for number in range(2):
        world = [0.0, 0.0, 0.0]
        line.GetNthControlPointPositionWorld(number, world)
        u, v = (np.linalg.inv(geometry.to_ras) @ [*world, 1.0])[:2]
        row_mm, column_mm = geometry.spacing_mm
        points.append((round(float(u / column_mm), 1), round(float(v / row_mm), 1)))
    return points
