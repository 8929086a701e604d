"""Fields of a request that every plane has: image, spacing, frame and corrections, and how their texts are read."""

from __future__ import annotations

from math import isfinite
from typing import Any

from GenerativeModelsLib.anatomy.entries import parse_frame
from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.language import N_, S_, said
from GenerativeModelsLib.skull.corrections import PARSERS

__all__ = ["Spacing", "asked_correction", "asked_frame", "asked_image", "asked_spacing", "parse_spacing"]

Spacing = tuple[float, float]
"""Distance in mm of neighbouring rows, then of neighbouring columns."""


def parse_spacing(text: str, field: str = "pixel_spacing_mm") -> Spacing:
    """The (row, column) spacing in mm of a text such as "0.3" or "0.3,0.25".

    Raises
    ------
    InputError
        The text is not one or two positive numbers.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or not all(isfinite(number) and number > 0 for number in numbers):
        raise InputError(
            f"{named(field)} is {text!r}: expected MM or ROW,COL, positive numbers in millimetres such as 0.3 or "
            "0.3,0.25."
        )
    return numbers[0], numbers[-1]


_PLANES = {
    "axial": N_("the axial plane"),
    "sagittal": N_("the sagittal plane"),
    "coronal": N_("the coronal plane"),
}
_CORRECTIONS = {
    "facing": (
        "Which way the {plane} head faces: flip what was found, or left, right, up, down.",
        "WAY",
        S_("the direction of the {plane} head"),
    ),
    "ellipse": (
        "The {plane} head in pixels: centre, half axes, degrees of the first axis.",
        "COL,ROW,A,B,ANGLE",
        S_("the ellipse of the {plane} plane"),
    ),
    "mask": (
        "Rectangles or polygons of the {plane} image, in pixels, that are not looked at.",
        "X0,Y0,X1,Y1;...",
        S_("the mask of the {plane} plane"),
    ),
    "length": (
        "Two points in pixels and their distance, for the {plane} image, if it has no spacing.",
        "X0,Y0,X1,Y1,MM",
        S_("the known length of the {plane} plane"),
    ),
}
"""Help, placeholder and name in a window of each kind of correction."""


def asked_image(help: str, plane: str, **about: Any) -> Any:
    """The field of the image of a plane."""
    return asked(help, metavar="FILE", called=_PLANES[plane], image=True, column=True, **about)


def asked_spacing(plane: str) -> Any:
    """The field of the spacing given for the image of a plane."""
    return asked(
        f"Spacing of the {plane} image; overrides that of the file.",
        default=None,
        metavar="MM|ROW,COL",
        called=said("the spacing of the {plane} plane", plane=plane),
        parse=parse_spacing,
        column=True,
    )


def asked_frame(plane: str) -> Any:
    """The field of the frame of a clip given as a plane."""
    return asked(
        f"Frame of a clip given as the {plane} plane, from 0.",
        default=None,
        metavar="N",
        called=said("the frame of the {plane} plane", plane=plane),
        parse=parse_frame,
        column=True,
        default_text="the best one, chosen by the locator",
    )


def asked_correction(plane: str, kind: str) -> Any:
    """The field of a correction of a plane, of one of `corrections.KINDS`."""
    help, metavar, called = _CORRECTIONS[kind]
    return asked(
        help.format(plane=plane),
        default=None,
        metavar=metavar,
        called=said(called, plane=plane),
        parse=PARSERS[kind],
        column=True,
    )
