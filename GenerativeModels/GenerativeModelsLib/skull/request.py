"""Request of a skull reconstruction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import Source

__all__ = ["PLANES", "PlaneSource", "SkullRequest", "Spacing", "parse_age", "parse_spacing"]

PLANES = ("axial", "sagittal", "coronal")
"""Names of the planes, in the order in which they refine the reconstruction."""

Spacing = tuple[float, float]
"""Distance in mm of neighbouring rows, then of neighbouring columns."""

MAX_SAMPLES = 10_000
AGE_RANGE_WEEKS = (14.0, 40.0)
"""Range of the growth charts in weeks."""

_WEEKS_AND_DAYS = re.compile(r"(\d{1,2})\+([0-6])")


def parse_age(text: str, field: str = "gestational_age_weeks") -> float:
    """Decimal weeks of a gestational age, given as such or as completed weeks and days, "27+3".

    Raises
    ------
    InputError
        The text has another form.
    """
    found = _WEEKS_AND_DAYS.fullmatch(text.strip())
    if found:
        return int(found[1]) + int(found[2]) / 7
    try:
        return float(text)
    except ValueError as error:
        raise InputError(
            f"{named(field)} is '{text}': give decimal weeks such as 28.4, or weeks and days such as 28+3."
        ) from error


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


@dataclass(frozen=True)
class PlaneSource:
    """One image as named by the user.

    Attributes
    ----------
    image
        The file, or the image in memory.
    spacing_mm
        (row, col) mm per pixel given by the user; None = that of the image.
    yields_to_file
        Whether the spacing was given for all images; an image with its own spacing then keeps it.
    shown_as
        Name of the image in results and messages, such as the name of a node; None = its path.
    """

    image: Source
    spacing_mm: Spacing | None = None
    yields_to_file: bool = False
    shown_as: str | None = None


def _plane(help: str, plane: str, **about):
    return asked(help, metavar="FILE", called=f"the {plane} plane", image=True, column=True, **about)


def _spacing(plane: str):
    return asked(
        f"Spacing of the {plane} image; overrides that of the file.",
        default=None,
        metavar="MM|ROW,COL",
        called=f"the spacing of the {plane} plane",
        parse=parse_spacing,
        column=True,
    )


@dataclass(frozen=True)
class SkullRequest(CaseRequest):
    """Request of one reconstruction, validated without opening files (spacings are checked with their files).

    Attributes
    ----------
    axial, sagittal, coronal
        Images; only the axial one is required.
    axial_spacing_mm, sagittal_spacing_mm, coronal_spacing_mm
        (row, col) mm per pixel given for that image; overrides the spacing of the file.
    pixel_spacing_mm
        (row, col) mm per pixel for the images whose files have none.
    gestational_age_weeks
        Decimal weeks for percentiles; None = no percentiles.
    samples
        Draws from the conditional prior, 0 = the mean only.
    shown_names
        By plane: name of an image in results and messages in place of its path.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    axial: Source = _plane("Transventricular or transthalamic plane.", "axial")
    sagittal: Source | None = _plane("Midsagittal plane.", "sagittal", default=None)
    coronal: Source | None = _plane("Coronal plane.", "coronal", default=None)
    axial_spacing_mm: Spacing | None = _spacing("axial")
    sagittal_spacing_mm: Spacing | None = _spacing("sagittal")
    coronal_spacing_mm: Spacing | None = _spacing("coronal")
    gestational_age_weeks: float | None = asked(
        "Decimal weeks, or 27+3, for percentiles against the growth charts.",
        default=None,
        metavar="WEEKS",
        called="the gestational age",
        parse=parse_age,
        column=True,
    )
    pixel_spacing_mm: Spacing | None = asked(
        "Millimetres per pixel, for files that carry none (PNG, JPEG).",
        default=None,
        metavar="MM|ROW,COL",
        called="that of all planes",
        parse=parse_spacing,
    )
    samples: int = asked(
        "Draws from the conditional prior; 0 = mean only.",
        default=100,
        metavar="N",
        called="the number of samples",
        batch=True,
    )
    shown_names: Mapping[str, str] = field(default_factory=dict, hash=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if strange := set(self.shown_names) - set(PLANES):
            raise InputError(f"shown_names has the key '{min(strange)}': expected {', '.join(PLANES)}.")
        seen: dict[Source, str] = {}
        for name, plane in self.planes().items():
            if plane.image in seen:
                raise InputError(
                    f"{named(name)} and {named(seen[plane.image])} name the same file {plane.image}: "
                    "each plane is an image of its own."
                )
            seen[plane.image] = name
        if not 0 <= self.samples <= MAX_SAMPLES:
            raise InputError(
                f"{named('samples')} is {self.samples}: give a number from 0 (the mean only) to {MAX_SAMPLES}."
            )
        low, high = AGE_RANGE_WEEKS
        if self.gestational_age_weeks is not None and not low <= self.gestational_age_weeks <= high:
            raise InputError(
                f"{named('gestational_age_weeks')} is {self.gestational_age_weeks:g}: give decimal weeks from {low:g} "
                f"to {high:g}, where the growth charts reach, or leave it out."
            )

    @property
    def shown_title(self) -> str:
        """The title of the report."""
        return super().shown_title or Path(self.axial.name).stem

    def planes(self) -> dict[str, PlaneSource]:
        """The planes that were given, by name, in the order of `PLANES`."""
        planes = {}
        for name in PLANES:
            image, own = getattr(self, name), getattr(self, f"{name}_spacing_mm")
            if image is not None:
                general = own is None and self.pixel_spacing_mm is not None
                spacing = self.pixel_spacing_mm if general else own
                planes[name] = PlaneSource(image, spacing, general, self.shown_names.get(name))
        return planes
