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
    frames
        Number of frames of a clip, of which `pixels` is the middle one; 1 for a picture.
    contradiction
        What the spacings that the file states say, if they contradict each other; `spacing_mm` is then None.
    offers
        What a ruler in a picture without a spacing says about it, as the end of a clause; "" without one.
    """

    path: Path
    file_name: str
    pixels: np.ndarray
    reduction: int = 1
    spacing_mm: tuple[float, float] | None = None
    cautions: tuple[str, ...] = ()
    frames: int = 1
    contradiction: str = ""
    offers: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """(rows, cols) of the file."""
        return self.pixels.shape[0] * self.reduction, self.pixels.shape[1] * self.reduction


def read_picture(path: Path, file_name: str, plane: str) -> Picture:
    """The picture, or the middle frame of the clip, in an image file of any kind the command line reads.

    Its spacing may be unknown.

    Raises
    ------
    InputError
        It is no image, not a single plane, too small, or its own spacing is absurd.
    """
    from GenerativeModelsLib.anatomy.fields import window_words
    from GenerativeModelsLib.skull.planes.burnt_text import find_text
    from GenerativeModelsLib.skull.planes.drawn_in import ruler_offers, text_warning
    from GenerativeModelsLib.skull.planes.grey import grey_pixels
    from GenerativeModelsLib.skull.planes.image import MIN_SIDE_PX
    from GenerativeModelsLib.skull.planes.read import load_stored_plane
    from GenerativeModelsLib.skull.planes.ruler import find_rulers
    from GenerativeModelsLib.skull.planes.stored import StoredClip
    from GenerativeModelsLib.skull.request import SkullRequest

    try:
        label = f"{plane} plane {file_name}"
        stored, frames = load_stored_plane(path, label), 1
        if isinstance(stored, StoredClip):
            stored, frames = stored.read(stored.count // 2), stored.count
        rows, columns = stored.values.shape[:2]
        if min(rows, columns) < MIN_SIDE_PX:
            raise InputError(f"{label} has {rows} x {columns} pixels: expected at least {MIN_SIDE_PX} a side.")
        grey = grey_pixels(stored.values, label, stored.inverted)
    except InputError as error:
        raise InputError(error.text.replace(str(path), file_name), error.field) from error
    pixels = np.clip(np.round(grey.pixels), 0, 255).astype(np.uint8)
    cautions = (*stored.warnings, *grey.warnings)
    cautions += tuple(text_warning(find_text(pixels), label, masked=False))
    factor = stored.reduction
    rulers = [] if stored.spacing_mm else [ruler.enlarged(factor) for ruler in find_rulers(pixels)]
    size = rows * factor, columns * factor
    offers = InputError(ruler_offers(rulers, size, plane)).in_words(window_words(SkullRequest))
    picture = Picture(
        path, file_name, pixels, factor, stored.spacing_mm, cautions, frames, stored.contradiction, offers
    )
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
