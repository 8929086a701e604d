"""Which pixel spacing of a plane is used, and whether an ultrasound picture can have it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.corrections import KnownLength
from GenerativeModelsLib.skull.plane_fields import Spacing
from GenerativeModelsLib.skull.planes.drawn_in import ruler_offers
from GenerativeModelsLib.skull.planes.grey import grey_pixels
from GenerativeModelsLib.skull.planes.known_length import spacing_by_length
from GenerativeModelsLib.skull.planes.ruler import find_rulers
from GenerativeModelsLib.skull.planes.stored import AGREEMENT, StoredPlane

__all__ = [
    "FIELD_OF_VIEW_RANGE_MM",
    "MAX_ANISOTROPY",
    "SPACING_RANGE_MM",
    "PlaneSpacing",
    "plane_spacing",
    "spacing_used",
    "valid_spacing",
]

SPACING_RANGE_MM = (0.01, 5.0)
FIELD_OF_VIEW_RANGE_MM = (15.0, 700.0)
MAX_ANISOTROPY = 4.0


@dataclass(frozen=True)
class PlaneSpacing:
    """Spacing of a plane's pixels.

    Attributes
    ----------
    spacing_mm
        Distance of neighbouring (rows, columns) in mm, of the pixels as used.
    source
        Whether it was given by the caller, comes from the file, or from a known length in the picture.
    warnings
        Sentences for the user, those of the stored plane first.
    """

    spacing_mm: Spacing
    source: Literal["argument", "file", "length"]
    warnings: tuple[str, ...]


def plane_spacing(
    stored: StoredPlane, given: Spacing | None, name: str, label: str, length: KnownLength | None = None
) -> PlaneSpacing:
    """The spacing of a stored plane: the one given, else its own, else that of a known length.

    Parameters
    ----------
    given
        (row, column) spacing of the file's pixels in mm.
    name, label
        Of the plane, and of its image in messages.

    Raises
    ------
    InputError
        There is no spacing, or it is implausible, or the known length contradicts it.
    """
    rows, columns = stored.values.shape[:2]
    notes = list(stored.warnings)
    measured = None if length is None else spacing_by_length(length, stored, given, name, label)
    spacing = given or stored.spacing_mm or measured
    if spacing is None and stored.contradiction:
        raise InputError(
            f"{label} contradicts itself about its pixel spacing ({stored.contradiction}): give "
            f"{named(f'{name}_spacing_mm')} in mm.",
            field=name,
        )
    if spacing is None:
        reason = f" ({stored.why_no_spacing})" if stored.why_no_spacing else ""
        grey = grey_pixels(stored.values, label, stored.inverted)
        # The spacing that a user gives is that of the file's pixels.
        rulers = [ruler.enlarged(stored.reduction) for ruler in find_rulers(grey.pixels)]
        offers = ruler_offers(rulers, (rows * stored.reduction, columns * stored.reduction), name)
        raise InputError(
            f"{label} carries no pixel spacing{reason}: give {named(f'{name}_spacing_mm')} in mm, "
            f"{named('pixel_spacing_mm')}, or {named(f'{name}_length')}{offers}.",
            field=name,
        )
    if given and stored.spacing_mm and _differ(given, stored.spacing_mm):
        notes.append(
            said(
                "{label} carries a spacing of {own}; the {spacing} given was used.",
                label=label,
                own=_text(stored.spacing_mm),
                spacing=_text(given),
            )
        )
    if stored.contradiction:
        values = {"label": label, "contradiction_list": stored.contradiction, "spacing": _text(spacing)}
        notes.append(
            said(
                "{label} contradicts itself about its pixel spacing ({contradiction_list}); the {spacing} given was "
                "used.",
                **values,
            )
            if given
            else said(
                "{label} contradicts itself about its pixel spacing ({contradiction_list}); the {spacing} of the known "
                "length was used.",
                **values,
            )
        )
    if not given and stored.spacing_mm == (1.0, 1.0):
        notes.append(
            said(
                "{label} carries a spacing of exactly 1 x 1 mm, which many programs write when they know none: check "
                "the sizes or give the true spacing of the {plane} plane.",
                label=label,
                plane=name,
            )
        )
    if stored.reduction > 1:
        notes.append(
            said(
                "{label} is very large; {factor:d} x {factor:d} pixels each were averaged into one, leaving {rows:d} x "
                "{columns:d}.",
                label=label,
                factor=stored.reduction,
                rows=rows,
                columns=columns,
            )
        )
    spacing = (spacing[0] * stored.reduction, spacing[1] * stored.reduction)
    _refuse_absurd(spacing, (rows, columns), label, name)
    source = "argument" if given else "file" if stored.spacing_mm else "length"
    return PlaneSpacing(spacing, source, tuple(notes))


def spacing_used(
    stored: StoredPlane, given: Spacing | None, label: str, *, file_wins: bool
) -> tuple[StoredPlane, Spacing | None]:
    """The plane and the given spacing; None in its place where the file's own comes first."""
    if not (file_wins and given and stored.spacing_mm):
        return stored, given
    notes = stored.warnings
    if _differ(given, stored.spacing_mm):
        notes = (
            *notes,
            said(
                "{label} carries a spacing of {own}, which was used; the {spacing} given for all planes is for images "
                "that carry none (a spacing given for one plane overrides its own).",
                label=label,
                own=_text(stored.spacing_mm),
                spacing=_text(given),
            ),
        )
    return replace(stored, warnings=notes), None


def valid_spacing(spacing_mm: Spacing, name: str) -> Spacing:
    """The (row, column) spacing in mm as two positive numbers; raises `InputError` if it is anything else."""
    try:
        row, column = (float(side) for side in spacing_mm)
    except (TypeError, ValueError):
        row = column = float("nan")
    if not (isfinite(row) and isfinite(column) and row > 0 and column > 0):
        raise InputError(
            f"{name} plane: the spacing given is {spacing_mm!r}, expected two positive numbers, (row, column) in mm."
        )
    return row, column


def _differ(first: Spacing, second: Spacing) -> bool:
    return any(abs(a / b - 1) > AGREEMENT for a, b in zip(first, second))


def _text(spacing: Spacing) -> str:
    return f"{spacing[0]:.4g} x {spacing[1]:.4g} mm"


def _refuse_absurd(spacing: Spacing, size: tuple[int, int], label: str, name: str) -> None:
    remedy = f"give the true one by {named(f'{name}_spacing_mm')} in mm"
    low, high = SPACING_RANGE_MM
    if not all(isfinite(side) and low <= side <= high for side in spacing):
        raise InputError(f"{label} has a pixel spacing of {_text(spacing)}, outside {low:g} to {high:g} mm: {remedy}.")
    if max(spacing) / min(spacing) > MAX_ANISOTROPY:
        raise InputError(
            f"{label} has a pixel spacing of {_text(spacing)}, whose sides differ more than {MAX_ANISOTROPY:g} times: "
            f"{remedy}."
        )
    low, high = FIELD_OF_VIEW_RANGE_MM
    view = (size[0] * spacing[0], size[1] * spacing[1])
    if not all(low <= side <= high for side in view):
        raise InputError(
            f"{label} would show {view[0]:.4g} x {view[1]:.4g} mm at a spacing of {_text(spacing)}, and an "
            f"ultrasound image measures {low:g} to {high:g} mm a side: {remedy}."
        )
