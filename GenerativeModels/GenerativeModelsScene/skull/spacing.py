"""Whether the pixel spacing of an image node is a measured one, and how a user gives it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose, isfinite
from pathlib import Path
from typing import Literal

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.reader import image_reader
from GenerativeModelsLib.skull.corrections import parse_length
from GenerativeModelsLib.skull.planes.spacing import SPACING_RANGE_MM
from GenerativeModelsScene.nodes.files import picture_file, states_spacing
from GenerativeModelsScene.nodes.geometry import PlaneGeometry
from GenerativeModelsScene.skull.corrections import corrections_of

_PICTURES = ("PNG", "JPEG", "TIFF", "BMP")
SPACING_ATTRIBUTE = "GenerativeModels.Spacing"
"""Node attribute. "user": the user gave it. Of a cut: "volume", it is the volume's; "unknown", the volume has none."""
VALUE_ATTRIBUTE = "GenerativeModels.SpacingMm"
"""What the user gave, as the node's own three sides: a reload of the file takes back the spacing but not the mark."""
BEFORE_ATTRIBUTE = "GenerativeModels.SpacingBefore"
"""The three sides that the node had before the user gave any, and the mark if it had one."""


@dataclass(frozen=True)
class NodeSpacing:
    """Pixel spacing of an image node.

    Attributes
    ----------
    spacing_mm
        Distance of neighbouring (rows, columns) in the world, mm.
    source
        "file": it came with the data. "user": somebody gave it. "length": a known length made it. "unknown": nobody
        did, the numbers mean nothing.
    """

    spacing_mm: tuple[float, float]
    source: Literal["file", "user", "length", "unknown"]


def node_spacing(node, geometry: PlaneGeometry) -> NodeSpacing:
    """Spacing of `node`, whose slice lies as `geometry` says, and where it comes from."""
    return NodeSpacing(geometry.spacing_mm, _source(node, geometry))


def give_spacing(node, geometry: PlaneGeometry, spacing_mm: tuple[float, float]) -> None:
    """Write the (row, column) spacing in mm of the world into `node` and mark it as the user's.

    Raises
    ------
    InputError
        Not two numbers an ultrasound image can have; the node is left as it was.
    """
    row, column = _checked(spacing_mm, node.GetName())
    before = node.GetSpacing()
    sides = list(before)
    sides[geometry.axes[1]], sides[geometry.axes[0]] = row / geometry.scale, column / geometry.scale
    mark = node.GetAttribute(SPACING_ATTRIBUTE)
    modified = node.StartModify()
    if not node.GetAttribute(BEFORE_ATTRIBUTE):
        node.SetAttribute(BEFORE_ATTRIBUTE, f"{_text(before)} {mark or ''}".strip())
    node.SetSpacing(*sides)
    node.SetAttribute(SPACING_ATTRIBUTE, "user")
    node.SetAttribute(VALUE_ATTRIBUTE, _text(sides))
    node.EndModify(modified)


def reset_spacing(node) -> None:
    """Take back what `set_spacing` wrote into the node; nothing happens to a node it never wrote to."""
    before = node.GetAttribute(BEFORE_ATTRIBUTE)
    if not before:
        return
    sides, mark = before.split()[:3], before.split()[3:]
    modified = node.StartModify()
    node.SetSpacing(*(float(side) for side in sides))
    mark_spacing(node, mark[0] if mark else None)
    node.EndModify(modified)


def mark_spacing(node, mark: Literal["volume", "unknown"] | None) -> None:
    """Say where the spacing of `node` is from, and forget what a user gave for it."""
    node.SetAttribute(SPACING_ATTRIBUTE, mark)
    node.SetAttribute(VALUE_ATTRIBUTE, None)
    node.SetAttribute(BEFORE_ATTRIBUTE, None)


def user_correction(node) -> tuple[float, ...] | None:
    """By how much the spacing that the user gave is larger than the one before, along i, j and k; None: none was."""
    if not _is_users(node):
        return None
    before = (node.GetAttribute(BEFORE_ATTRIBUTE) or "").split()
    return tuple(side / float(old) for side, old in zip(node.GetSpacing(), before)) or None


def volume_spacing_known(node) -> bool:
    """Whether the voxel spacing of a 3D volume node is a measured one."""
    return _source_of_sides(node, list(node.GetSpacing())) != "unknown"


def _source(node, geometry: PlaneGeometry) -> Literal["file", "user", "length", "unknown"]:
    mark = node.GetAttribute(SPACING_ATTRIBUTE)
    if _is_users(node):
        length = corrections_of(node).get("length")
        return "length" if length and _same(geometry.spacing_mm, [parse_length(length).spacing_mm] * 2) else "user"
    if mark in ("volume", "unknown"):
        return "file" if mark == "volume" else "unknown"
    if geometry.scale != 1.0:
        return "user"  # who puts a scaling transform over an image means its size
    return _source_of_sides(node, [node.GetSpacing()[axis] for axis in geometry.axes])


def _is_users(node) -> bool:
    given = (node.GetAttribute(VALUE_ATTRIBUTE) or "").split()
    return node.GetAttribute(SPACING_ATTRIBUTE) == "user" and _same(node.GetSpacing(), given)


def _source_of_sides(node, sides: list[float]) -> Literal["file", "user", "unknown"]:
    unit = all(side == 1.0 for side in sides)
    if picture := picture_file(node):
        printed = _printed_spacing(picture)
        return "unknown" if unit or printed is None or _same(sides[:2], printed) else "user"
    return "unknown" if unit and not states_spacing(node) else "file"


def _printed_spacing(path: str) -> tuple[float, ...] | None:
    """A pixel's print size in mm by the resolution tag of a picture, as ITK and Slicer read it; None: unreadable."""
    try:
        reader = image_reader(Path(path), path, _PICTURES, checks_name=False)
        reader.ReadImageInformation()
    except (InputError, RuntimeError):
        return None
    return tuple(reader.GetSpacing()[:2])


def _same(sides, others) -> bool:
    return len(sides) == len(others) and all(isclose(float(a), float(b), rel_tol=1e-6) for a, b in zip(sides, others))


def _text(sides) -> str:
    return " ".join(repr(float(side)) for side in sides)


def _checked(spacing_mm: tuple[float, float], label: str) -> tuple[float, float]:
    low, high = SPACING_RANGE_MM
    try:
        row, column = (float(side) for side in spacing_mm)
    except (TypeError, ValueError):
        row = column = float("nan")
    if not all(isfinite(side) and low <= side <= high for side in (row, column)):
        raise InputError(
            f"The spacing given for '{label}' is {spacing_mm!r}: expected (row, column), each {low:g} to {high:g} mm."
        )
    return row, column
