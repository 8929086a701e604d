"""Ultrasound planes from files or arrays: grey pixels with a checked spacing in millimetres."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from GenerativeModelsLib.errors import Caution, InputError
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.language import S_, said
from GenerativeModelsLib.skull.corrections import KnownLength
from GenerativeModelsLib.skull.plane_fields import Spacing
from GenerativeModelsLib.skull.planes.burnt_text import Box, find_text, without_text
from GenerativeModelsLib.skull.planes.drawn_in import ruler_warnings, text_warning
from GenerativeModelsLib.skull.planes.grey import grey_pixels
from GenerativeModelsLib.skull.planes.read import load_stored_plane
from GenerativeModelsLib.skull.planes.ruler import Ruler, find_rulers
from GenerativeModelsLib.skull.planes.spacing import plane_spacing, spacing_used, valid_spacing
from GenerativeModelsLib.skull.planes.stored import (
    StoredClip,
    StoredPlane,
    averaged,
    reduction_for,
    stored_frame,
)

__all__ = ["FrameChoice", "PlaneClip", "PlaneImage", "plane_from_array", "read_plane", "read_plane_or_clip"]

MIN_SIDE_PX = 32
_LABELS = {
    "axial": S_("axial plane {file}"),
    "sagittal": S_("sagittal plane {file}"),
    "coronal": S_("coronal plane {file}"),
}
"""What messages call the image of a plane."""


@dataclass(frozen=True)
class FrameChoice:
    """Which frame of a clip a plane is, and why.

    Attributes
    ----------
    number, count
        Of the frame, from 0, and how many there are.
    chosen
        "given" by the user, or by the "locator".
    why
        A sentence.
    """

    number: int
    count: int
    chosen: Literal["given", "locator"]
    why: str


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
        Whether the spacing was given by the caller, comes from the file, or from a known length in the picture.
    file
        Path of the file, None for an array.
    label
        Its name in results and messages in place of the file's path.
    warnings
        Sentences for the user, each naming the plane.
    frame
        Which frame of a clip it is; None for a file of one frame.
    hidden
        (rows, cols) bool, pixels that are not looked at; None = none.
    reduction
        Pixels of the file along a side of one of `pixels`.
    rulers, text
        Depth rulers and boxes of text that were found in a picture from a file or in memory, in pixels of the file.
    text_masked
        Whether text was to be blanked; the boxes are then black.
    """

    pixels: np.ndarray
    spacing_mm: Spacing
    spacing_source: Literal["argument", "file", "length"]
    file: Path | None = None
    warnings: tuple[str, ...] = ()
    label: str | None = None
    frame: FrameChoice | None = None
    hidden: np.ndarray | None = None
    reduction: int = 1
    rulers: tuple[Ruler, ...] = ()
    text: tuple[Box, ...] = ()
    text_masked: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Number of (rows, columns)."""
        return self.pixels.shape

    @property
    def file_size(self) -> tuple[int, int]:
        """Number of (rows, columns) of the file."""
        return self.size[0] * self.reduction, self.size[1] * self.reduction

    @property
    def file_spacing_mm(self) -> Spacing:
        """Distance of neighbouring (rows, columns) of the file in mm."""
        return self.spacing_mm[0] / self.reduction, self.spacing_mm[1] / self.reduction

    @property
    def shown_name(self) -> str:
        """The label, else the file's name, else an empty string."""
        return self.label or ("" if self.file is None else self.file.name)


@dataclass(frozen=True, eq=False)
class PlaneClip:
    """A clip of an ultrasound plane, its frames read one at a time.

    Attributes
    ----------
    count
        Number of frames.
    name
        Name of the clip in messages.
    read
        Number of a frame, from 0 -> the plane, its drawings not looked for; raises `InputError`.
    drawn
        A frame -> the same with its rulers and text, and the warnings about them.
    """

    count: int
    name: str
    read: Callable[[int], PlaneImage]
    drawn: Callable[[PlaneImage], PlaneImage] = lambda image: image


def read_plane(source: str | Path | GivenImage, **how: Any) -> PlaneImage:
    """The plane in an image file or in memory.

    Parameters and errors are those of `read_plane_or_clip`; a clip of which no frame is asked for is an `InputError`.
    """
    found = read_plane_or_clip(source, **how)
    if isinstance(found, PlaneClip):
        raise InputError(
            f"{found.name} holds {found.count} frames, where one picture is expected: save the frame that shows the "
            "plane as a picture of its own."
        )
    return found


def read_plane_or_clip(
    source: str | Path | GivenImage,
    *,
    spacing_mm: Spacing | None = None,
    name: str = "axial",
    file_wins: bool = False,
    shown_as: str | None = None,
    frame: int | None = None,
    length: KnownLength | None = None,
    mask_text: bool = False,
) -> PlaneImage | PlaneClip:
    """The plane or clip in an image file or in memory: grey pixels with their spacing, of a clip frame by frame.

    The kind of file is determined by its content. DICOM is cropped to its calibrated 2D ultrasound region; other files
    are not cropped, and overlays are kept. An image of more than 4096 pixels per side is averaged down, with a warning.

    Parameters
    ----------
    source
        An image in memory, or a file: DICOM, NIfTI, NRRD, MHA, PNG, JPEG, TIFF, BMP or GIF that contains a clip or a
        single plane, as a 2D image or a volume of one slice (rows are then the higher of its two axes, columns the
        lower; for a slice along k: j down, i to the right).
    spacing_mm
        (row, column) spacing of the file's pixels in mm. It overrides the file's, with a warning if they differ by
        more than 2 %. Resolution tags of pictures are print sizes and are never used.
    name
        "axial", "sagittal" or "coronal": name of the plane in messages.
    file_wins
        Use `spacing_mm` only for a file without a spacing.
    shown_as
        Name of the image in messages in place of its path.
    frame
        Number of the frame of a clip, from 0; None = the clip as such.
    length
        Two points in pixels of the file and their distance; its spacing, if there is no other.
    mask_text
        Blank the text that is found in the picture.

    Raises
    ------
    InputError
        The file cannot be used (missing, truncated, a volume, too small, one grey level, ...), there is no such frame,
        or its spacing is unknown, implausible or contradicts the known length.
    """
    given = None if spacing_mm is None else valid_spacing(spacing_mm, name)
    if isinstance(source, GivenImage):
        label = short = said(_LABELS[name], file=shown_as or source.name)
        stored = _stored_array(source.values, source.spacing_mm, label)
    else:
        label, short = (said(_LABELS[name], file=shown_as or some) for some in (source, Path(source).name))
        stored = load_stored_plane(Path(source), label)

    def drawn(image: PlaneImage) -> PlaneImage:
        return _with_drawings(image, short, mask_text)

    def plane(one: StoredPlane, choice: FrameChoice | None) -> PlaneImage:
        found = _plane(*spacing_used(one, given, label, file_wins=file_wins), name, label, length)
        # Errors contain the whole path. Warnings are part of the results, which must not contain folders.
        warnings = tuple(_renamed(warning, label, short) for warning in found.warnings)
        if isinstance(source, GivenImage):
            return replace(found, label=shown_as or source.name, warnings=warnings, frame=choice)
        return replace(found, file=Path(source), label=shown_as, warnings=warnings, frame=choice)

    if frame is not None:
        one = stored_frame(stored, frame, label)
        count = stored.count if isinstance(stored, StoredClip) else 1
        why = said("Frame {frame:d} of the {count:d} frames, numbered from 0, was asked for.", frame=frame, count=count)
        return drawn(plane(one, FrameChoice(frame, count, "given", why)))
    if isinstance(stored, StoredClip):
        return PlaneClip(stored.count, short, lambda number: plane(stored.read(number), None), drawn)
    return drawn(plane(stored, None))


def _renamed(warning: str, label: str, short: str) -> str:
    """The warning, of the same kind, with another name of the image."""
    text = warning.replace(label, short)
    return Caution(text, warning.kind) if isinstance(warning, Caution) else text


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
    return _plane(_stored_array(array, None, label), valid_spacing(spacing_mm, name), name, label)


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


def _plane(
    stored: StoredPlane, given: Spacing | None, name: str, label: str, length: KnownLength | None = None
) -> PlaneImage:
    rows, columns = stored.values.shape[:2]
    if min(rows, columns) < MIN_SIDE_PX:
        raise InputError(f"{label} has {rows} x {columns} pixels: expected at least {MIN_SIDE_PX} a side.")
    found = plane_spacing(stored, given, name, label, length)
    grey = grey_pixels(stored.values, label, stored.inverted)
    warnings = (*found.warnings, *grey.warnings)
    return PlaneImage(grey.pixels, found.spacing_mm, found.source, warnings=warnings, reduction=stored.reduction)


def _with_drawings(plane: PlaneImage, label: str, mask_text: bool) -> PlaneImage:
    """The plane with its rulers and text, and the warnings about them; with `mask_text` the text is blanked."""
    rulers, boxes = find_rulers(plane.pixels), find_text(plane.pixels)
    rulers = tuple(ruler.enlarged(plane.reduction) for ruler in rulers)
    text = tuple(tuple(plane.reduction * side for side in box) for box in boxes)
    warnings = ruler_warnings(rulers, plane.file_spacing_mm, plane.file_size, label)
    warnings += plane.warnings
    warnings += text_warning(text, label, masked=mask_text)
    pixels = without_text(plane.pixels, boxes) if mask_text and boxes else plane.pixels
    return replace(plane, pixels=pixels, rulers=rulers, text=text, text_masked=mask_text, warnings=tuple(warnings))
