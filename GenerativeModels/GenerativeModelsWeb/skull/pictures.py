"""An uploaded image file -> the picture of a plane card, or the sentence why not."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError

__all__ = ["Picture", "check_spacing", "preview_url", "read_picture"]

PREVIEW_PX = 640
"""Longer side of a preview; enough for a third of a full HD page."""


@dataclass(frozen=True)
class Picture:
    """One plane as its file holds it.

    Attributes
    ----------
    path, file_name
        Where it lies here, and what its user calls it.
    pixels
        (rows, cols) uint8.
    reduction
        Pixels of the file along a side of one of `pixels`.
    spacing_mm
        (row, col) mm per pixel of the *file*; None when it carries none.
    cautions
        Sentences of the reader.
    """

    path: Path
    file_name: str
    pixels: np.ndarray
    reduction: int = 1
    spacing_mm: tuple[float, float] | None = None
    cautions: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """(rows, cols) of the file."""
        return self.pixels.shape[0] * self.reduction, self.pixels.shape[1] * self.reduction


def read_picture(path: Path, file_name: str, plane: str) -> Picture:
    """The picture in an image file of any kind the command line reads; its spacing may be unknown.

    Raises
    ------
    InputError
        It is no image, not a single plane, too small, or its own spacing is absurd.
    """
    from GenerativeModelsLib.skull.planes.grey import grey_pixels
    from GenerativeModelsLib.skull.planes.image import MIN_SIDE_PX
    from GenerativeModelsLib.skull.planes.read import load_stored_plane

    try:
        label = f"{plane} plane {file_name}"
        stored = load_stored_plane(path, label)
        rows, columns = stored.values.shape[:2]
        if min(rows, columns) < MIN_SIDE_PX:
            raise InputError(f"{label} has {rows} x {columns} pixels: expected at least {MIN_SIDE_PX} a side.")
        grey = grey_pixels(stored.values, label, stored.inverted)
    except InputError as error:
        raise InputError(error.text.replace(str(path), file_name), error.field) from error
    pixels = np.clip(np.round(grey.pixels), 0, 255).astype(np.uint8)
    cautions = (*stored.warnings, *grey.warnings)
    picture = Picture(path, file_name, pixels, stored.reduction, stored.spacing_mm, cautions)
    if stored.spacing_mm is not None:
        check_spacing(picture, stored.spacing_mm, plane)
    return picture


def check_spacing(picture: Picture, spacing_mm: tuple[float, float], plane: str) -> None:
    """Refuse a (row, col) spacing with which the picture could not be an ultrasound image; `InputError` says why."""
    from GenerativeModelsLib.skull.planes.image import plane_from_array

    row, column = (side * picture.reduction for side in spacing_mm)
    plane_from_array(picture.pixels, (row, column), plane)


def preview_url(pixels: np.ndarray) -> str:
    """Data URL of a small JPEG of (rows, cols) uint8 pixels."""
    from PIL import Image

    image = Image.fromarray(pixels)
    image.thumbnail((PREVIEW_PX, PREVIEW_PX), reducing_gap=2.0)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
