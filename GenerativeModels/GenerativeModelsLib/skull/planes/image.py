"""Ultrasound planes from files or arrays: grey pixels with a checked spacing in millimetres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Literal

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.skull.planes.grey import grey_pixels
from GenerativeModelsLib.skull.planes.read import load_stored_plane
from GenerativeModelsLib.skull.planes.stored import StoredPlane, averaged, reduction_for
from GenerativeModelsLib.skull.request import Spacing

__all__ = ["PlaneImage", "plane_from_array", "read_plane"]

MIN_SIDE_PX = 32
SPACING_RANGE_MM = (0.01, 5.0)
FIELD_OF_VIEW_RANGE_MM = (15.0, 700.0)
MAX_ANISOTROPY = 4.0
AGREEMENT = 0.02
"""Relative difference of a given spacing from the file's above which there is a warning."""


@dataclass(frozen=True)
class PlaneImage:
    """One grey ultrasound plane.

    Attributes
    ----------
    pixels
        (rows, cols) float32, 0 black to 255 white, in the file's own orientation.
    spacing_mm
        Distance of neighbouring (rows, columns) of `pixels` in mm.
    spacing_source
        Whether the spacing was given by the caller or comes from the file.
    file
        Path of the file, None for an array.
    label
        Its name in results and messages in place of the file's path.
    warnings
        Sentences for the user, each naming the plane.
    """

    pixels: np.ndarray
    spacing_mm: Spacing
    spacing_source: Literal["argument", "file"]
    file: Path | None = None
    warnings: tuple[str, ...] = ()
    label: str | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Number of (rows, columns)."""
        return self.pixels.shape

    @property
    def shown_name(self) -> str:
        """The label, else the file's name, else an empty string."""
        return self.label or ("" if self.file is None else self.file.name)


def read_plane(
    source: str | Path | GivenImage,
    *,
    spacing_mm: Spacing | None = None,
    name: str = "axial",
    file_wins: bool = False,
    shown_as: str | None = None,
) -> PlaneImage:
    """The plane in an image file or in memory as grey pixels with their spacing.

    The kind of file is determined by its content. DICOM is cropped to its calibrated 2D ultrasound region; other files
    are not cropped, and overlays are kept. An image of more than 4096 pixels per side is averaged down, with a warning.

    Parameters
    ----------
    source
        An image in memory, or a file: DICOM, NIfTI, NRRD, MHA, PNG, JPEG, TIFF or BMP that contains a single plane, as
        a 2D image or a volume of one slice (rows are then the higher of its two axes, columns the lower; for a slice
        along k: j down, i to the right).
    spacing_mm
        (row, column) spacing of the file's pixels in mm. It overrides the file's, with a warning if they differ by
        more than 2 %. Resolution tags of pictures are print sizes and are never used.
    name
        "axial", "sagittal" or "coronal": name of the plane in messages.
    file_wins
        Use `spacing_mm` only for a file without a spacing.
    shown_as
        Name of the image in messages in place of its path.

    Raises
    ------
    InputError
        The file cannot be used (missing, truncated, a volume, too small, one grey level, ...), or its spacing is
        unknown or implausible.
    """
    given = None if spacing_mm is None else _valid_pair(spacing_mm, name)
    if isinstance(source, GivenImage):
        label = short = f"{name} plane {shown_as or source.name}"
        stored = _stored_array(source.values, source.spacing_mm, label)
    else:
        label, short = (f"{name} plane {shown_as or some}" for some in (source, Path(source).name))
        stored = load_stored_plane(Path(source), label)
    if file_wins and given and stored.spacing_mm:
        notes = stored.warnings
        if _differ(given, stored.spacing_mm):
            notes = (
                *notes,
                f"{label} carries a spacing of {_text(stored.spacing_mm)}, which was used; the {_text(given)} given "
                "for all planes is for images that carry none (a spacing given for one plane overrides its own).",
            )
        stored, given = replace(stored, warnings=notes), None
    plane = _plane(stored, given, name, label)
    # Errors contain the whole path. Warnings are part of the results, which must not contain folders.
    warnings = tuple(warning.replace(label, short) for warning in plane.warnings)
    if isinstance(source, GivenImage):
        return replace(plane, label=shown_as or source.name, warnings=warnings)
    return replace(plane, file=Path(source), label=shown_as, warnings=warnings)


def plane_from_array(array: np.ndarray, spacing_mm: Spacing, name: str = "axial") -> PlaneImage:
    """The plane in an array, with the same checks and conversions as for a file.

    Parameters
    ----------
    array
        (rows, cols) grey, (rows, cols, 3 or 4) colour, or either as a single slice (1, rows, cols, ...).
    spacing_mm
        (row, column) spacing in mm.
    name
        "axial", "sagittal" or "coronal": name of the plane in messages.

    Raises
    ------
    InputError
        See `read_plane`.
    """
    label = f"{name} plane"
    return _plane(_stored_array(array, None, label), _valid_pair(spacing_mm, name), name, label)


def _stored_array(array: np.ndarray, spacing_mm: Spacing | None, label: str) -> StoredPlane:
    values = np.asarray(array)
    if values.ndim in (3, 4) and values.shape[0] == 1:
        values = values[0]
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in (3, 4)):
        raise InputError(
            f"{label} is an array of shape {np.shape(array)}: expected one slice, (rows, columns) or "
            f"(rows, columns, 3)."
        )
    if values.size == 0:
        raise InputError(f"{label} is an array of shape {np.shape(array)} without a pixel.")
    factor = reduction_for(*values.shape[:2])
    return StoredPlane(averaged(values, factor), spacing_mm, reduction=factor)


def _plane(stored: StoredPlane, given: Spacing | None, name: str, label: str) -> PlaneImage:
    rows, columns = stored.values.shape[:2]
    if min(rows, columns) < MIN_SIDE_PX:
        raise InputError(f"{label} has {rows} x {columns} pixels: expected at least {MIN_SIDE_PX} a side.")
    notes = list(stored.warnings)
    spacing = given or stored.spacing_mm
    if spacing is None:
        reason = f" ({stored.why_no_spacing})" if stored.why_no_spacing else ""
        raise InputError(
            f"{label} carries no pixel spacing{reason}: give {named(f'{name}_spacing_mm')} in mm, or "
            f"{named('pixel_spacing_mm')}.",
            field=name,
        )
    if given and stored.spacing_mm and _differ(given, stored.spacing_mm):
        notes.append(f"{label} carries a spacing of {_text(stored.spacing_mm)}; the {_text(given)} given was used.")
    if not given and stored.spacing_mm == (1.0, 1.0):
        notes.append(
            f"{label} carries a spacing of exactly 1 x 1 mm, which many programs write when they know none: check the "
            f"sizes or give the true spacing of the {name} plane."
        )
    if stored.reduction > 1:
        notes.append(
            f"{label} is very large; {stored.reduction} x {stored.reduction} pixels each were averaged into one, "
            f"leaving {rows} x {columns}."
        )
    spacing = (spacing[0] * stored.reduction, spacing[1] * stored.reduction)
    _refuse_absurd(spacing, (rows, columns), label, name)
    grey = grey_pixels(stored.values, label, stored.inverted)
    source = "argument" if given else "file"
    return PlaneImage(grey.pixels, spacing, source, warnings=(*notes, *grey.warnings))


def _valid_pair(spacing_mm: Spacing, name: str) -> Spacing:
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
