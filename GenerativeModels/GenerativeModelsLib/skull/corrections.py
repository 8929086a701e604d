"""Corrections of a plane by the user, with their text and JSON forms.

Coordinates are (column, row) in pixels of the file, of a DICOM file those of its calibrated region; (0, 0) is the
centre of the first pixel. Pixels of a very large file are averaged, see `PlaneCorrection.reduced`. Angles are in
degrees from image right towards image down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import dist, isfinite
from typing import Any, NamedTuple

from GenerativeModelsLib.errors import InputError, named

__all__ = [
    "FACINGS",
    "KINDS",
    "NO_CORRECTION",
    "PARSERS",
    "EllipsePx",
    "KnownLength",
    "PlaneCorrection",
    "Polygon",
    "ellipse_text",
    "enlarged_point",
    "length_text",
    "mask_text",
    "parse_ellipse",
    "parse_facing",
    "parse_length",
    "parse_mask",
    "reduced_point",
]

FACINGS = ("flip", "left", "right", "up", "down")
"""`flip`: the opposite of what the program finds. The others: the side of the picture towards which the forehead lies,
in a coronal picture the vertex."""
MOST_ELONGATED = 3.0
"""Largest ratio of the axes of an ellipse; heads reach about 1.6."""
LENGTH_RANGE_MM = (1.0, 500.0)
LEAST_LENGTH_PX = 10.0

Polygon = tuple[tuple[float, float], ...]
"""(column, row) of the corners; the last one joins the first."""


class EllipsePx(NamedTuple):
    """An ellipse: its centre, two half axes in pixels, and the direction of the first of them in degrees."""

    column: float
    row: float
    first: float
    second: float
    angle_deg: float


class KnownLength(NamedTuple):
    """Two points and their distance in mm."""

    x0: float
    y0: float
    x1: float
    y1: float
    mm: float

    @property
    def pixels(self) -> float:
        """Distance of the points in pixels."""
        return dist((self.x0, self.y0), (self.x1, self.y1))

    @property
    def spacing_mm(self) -> float:
        """Millimetres per pixel, of rows and columns alike."""
        return self.mm / self.pixels


@dataclass(frozen=True)
class PlaneCorrection:
    """Corrections of one plane; None, or no polygon, where there is none.

    Attributes
    ----------
    facing
        One of `FACINGS`.
    ellipse
        Replaces the located ellipse; the border is read close to it.
    mask
        Regions that are not looked at.
    length
        Gives the spacing of a picture that has none.
    """

    facing: str | None = None
    ellipse: EllipsePx | None = None
    mask: tuple[Polygon, ...] = ()
    length: KnownLength | None = None

    @property
    def finds(self) -> bool:
        """Whether the head is found in another way than without the correction."""
        return bool(self.facing or self.ellipse or self.mask)

    def texts(self) -> dict[str, str]:
        """The corrections that are made, as on the command line, by the names in `KINDS`."""
        made = {
            "facing": self.facing,
            "ellipse": self.ellipse and ellipse_text(self.ellipse),
            "mask": mask_text(self.mask),
            "length": self.length and length_text(self.length),
        }
        return {kind: text for kind, text in made.items() if text}

    def reduced(self, factor: int) -> PlaneCorrection:
        """Ellipse and mask in pixels of the picture of which each is the mean of `factor` x `factor` pixels."""
        if factor == 1:
            return self
        ellipse = self.ellipse and EllipsePx(
            *reduced_point((self.ellipse.column, self.ellipse.row), factor),
            self.ellipse.first / factor,
            self.ellipse.second / factor,
            self.ellipse.angle_deg,
        )
        mask = tuple(tuple(reduced_point(corner, factor) for corner in polygon) for polygon in self.mask)
        return replace(self, ellipse=ellipse, mask=mask)

    def document(self) -> dict[str, Any] | None:
        """Entry of `result.json`; None without a correction."""
        if self == NO_CORRECTION:
            return None
        length = self.length
        return {
            "facing": self.facing,
            "ellipse_px": None if self.ellipse is None else list(self.ellipse),
            "mask_px": [[list(corner) for corner in polygon] for polygon in self.mask],
            "length": None
            if length is None
            else {"points_px": [[length.x0, length.y0], [length.x1, length.y1]], "mm": length.mm},
            "options": self.texts(),
        }


KINDS = tuple(field.name for field in fields(PlaneCorrection))
"""Names of the corrections, which follow that of the plane in the names of the request's fields: "axial_facing"."""
NO_CORRECTION = PlaneCorrection()


def reduced_point(point: Sequence[float], factor: int) -> tuple[float, ...]:
    """(column, row) of a point in a picture whose pixels are the mean of `factor` x `factor` pixels each."""
    return tuple((value - (factor - 1) / 2) / factor for value in point)


def enlarged_point(point: Sequence[float], factor: int) -> tuple[float, ...]:
    """Inverse of `reduced_point`."""
    return tuple(factor * value + (factor - 1) / 2 for value in point)


def parse_facing(value: str, field: str = "facing") -> str:
    """One of `FACINGS`; raises `InputError` for anything else."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word not in FACINGS:
        raise InputError(
            f"{named(field)} is {value!r}: give flip, or the side of the picture towards which the forehead (in a "
            "coronal picture the vertex) lies: left, right, up or down."
        )
    return word


def parse_ellipse(value: str | Sequence[float], field: str = "ellipse") -> EllipsePx:
    """An ellipse from "COL,ROW,A,B,ANGLE" or five such numbers.

    Raises
    ------
    InputError
        It has another form, or the half axes are none a head can have.
    """
    numbers = _numbers(value)
    if len(numbers) != 5:
        raise InputError(
            f"{named(field)} is {_shown(value)}: expected COL,ROW,A,B,ANGLE, the centre, the two half axes in pixels "
            "and the direction of the first in degrees, such as 400,270,210,160,15."
        )
    found = EllipsePx(*numbers)
    short, long = sorted((found.first, found.second))
    if short <= 0 or long > MOST_ELONGATED * short:
        raise InputError(
            f"{named(field)} has the half axes {found.first:g} and {found.second:g} pixels: expected positive numbers "
            f"of which the longer is at most {MOST_ELONGATED:g} times the shorter."
        )
    return found


def parse_mask(value: str | Sequence[Any], field: str = "mask") -> tuple[Polygon, ...]:
    """Regions from "X0,Y0,X1,Y1;..." or sequences of numbers: four are opposite corners of a rectangle, more a polygon.

    Raises
    ------
    InputError
        It has another form, or a region has no area.
    """
    if isinstance(value, str):
        regions = [part for part in value.split(";") if part.strip()]
    else:
        regions = list(value) if hasattr(value, "__len__") else []
    found = tuple(_region(region, field) for region in regions)
    if not found:
        raise InputError(f"{named(field)} is {_shown(value)}: {_REGION}")
    return found


_REGION = (
    "give X0,Y0,X1,Y1 for a rectangle, or the columns and rows of three or more corners, in pixels; several regions "
    "are separated by semicolons."
)


def _region(value: Any, field: str) -> Polygon:
    numbers = _numbers(value)
    if len(numbers) == 4:
        x0, y0, x1, y1 = numbers
        numbers = [x0, y0, x1, y0, x1, y1, x0, y1]
    if len(numbers) < 6 or len(numbers) % 2:
        raise InputError(f"{named(field)} has the region {_shown(value)}: {_REGION}")
    corners = tuple(zip(numbers[::2], numbers[1::2]))
    following = (*corners[1:], corners[0])
    area = sum(x * y1 - x1 * y for (x, y), (x1, y1) in zip(corners, following)) / 2
    if abs(area) < 1:
        raise InputError(f"{named(field)} has the region {_shown(value)}, which has no area: {_REGION}")
    return corners


def parse_length(value: str | Sequence[float], field: str = "length") -> KnownLength:
    """A known length from "X0,Y0,X1,Y1,MM" or five such numbers.

    Raises
    ------
    InputError
        It has another form, the points are too close to each other, or the length is implausible.
    """
    numbers = _numbers(value)
    if len(numbers) != 5:
        raise InputError(
            f"{named(field)} is {_shown(value)}: expected X0,Y0,X1,Y1,MM, two points in pixels and their distance in "
            "millimetres, such as 40,100,40,420,50."
        )
    found, (low, high) = KnownLength(*numbers), LENGTH_RANGE_MM
    if not low <= found.mm <= high:
        raise InputError(f"{named(field)} says {found.mm:g} mm: give a length of {low:g} to {high:g} mm.")
    if found.pixels < LEAST_LENGTH_PX:
        raise InputError(
            f"{named(field)} has two points {found.pixels:.1f} pixels apart: give points at least "
            f"{LEAST_LENGTH_PX:g} pixels apart, the farther the more exact."
        )
    return found


def ellipse_text(ellipse: EllipsePx) -> str:
    """The text that `parse_ellipse` reads back."""
    return _joined(ellipse)


def mask_text(mask: Sequence[Polygon]) -> str:
    """The text that `parse_mask` reads back; "" without a region."""
    return ";".join(_joined(number for corner in polygon for number in corner) for polygon in mask)


def length_text(length: KnownLength) -> str:
    """The text that `parse_length` reads back."""
    return _joined(length)


PARSERS = {"facing": parse_facing, "ellipse": parse_ellipse, "mask": parse_mask, "length": parse_length}
"""By kind: (text or values, name of the field) -> the value; raises `InputError`."""


def _numbers(value: Any) -> list[float]:
    """Finite numbers in a text or in nested sequences; empty if there is anything else."""
    try:
        parts = value.split(",") if isinstance(value, str) else _flat(value)
        numbers = [float(part) for part in parts]
    except (TypeError, ValueError):
        return []
    return numbers if all(map(isfinite, numbers)) else []


def _flat(value: Any) -> list[Any]:
    return [part for item in value for part in (_flat(item) if hasattr(item, "__len__") else [item])]


def _joined(numbers) -> str:
    return ",".join(repr(float(number)).removesuffix(".0") for number in numbers)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return f"'{text[:80]}'"
