"""Reading of PNG, JPEG, TIFF, BMP and GIF files, which have no physical pixel spacing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.synthetic import require_acquired
from GenerativeModelsLib.skull.planes.stored import (
    MAX_SIDE_PX,
    StoredClip,
    StoredPlane,
    averaged,
    reduction_for,
    refuse_if_too_large,
)

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

__all__ = ["IMAGINED", "read_picture"]

IMAGINED = "Imagined: simulated from a reconstruction and a population. Not observed, not to be measured."
"""Description in the header of the pictures that this software makes of planes that nobody took."""
_EXIF_ORIENTATION = 0x0112
_BYTES_PER_PIXEL = {"1": 2, "L": 1, "P": 5, "PA": 8, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2, "CMYK": 8}


def read_picture(path: Path, kind: str, label: str) -> StoredPlane | StoredClip:
    """The picture as displayed by viewers, rotated by its EXIF or TIFF orientation; overlays kept, alpha ignored.

    Several pictures of a GIF, TIFF or PNG file are the frames of a clip. Resolution tags (PNG pHYs, TIFF and JPEG
    XResolution) are print sizes, so `spacing_mm` is always None.

    Parameters
    ----------
    path
        The file.
    kind
        "PNG", "JPEG", "TIFF", "BMP" or "GIF", from its first bytes.
    label
        Name of the image in messages.

    Raises
    ------
    InputError
        A truncated or undecodable file, one that is too large, or one that was imagined or
        synthesised.
    """
    with _undecodable_named(kind, label), path.open("rb") as stream:
        picture = _opened(stream, kind)
        about = str(picture.info.get("Description", ""))
        if about == IMAGINED:
            raise InputError(f"{label} was imagined by this software: give a picture that was acquired.")
        require_acquired(about, label)
        count = getattr(picture, "n_frames", 1)
    if count == 1 or kind == "JPEG":  # a JPEG with more pictures carries previews of itself
        return _read_frame(path, kind, label, 0)
    return StoredClip(count, lambda frame: _read_frame(path, kind, label, frame))


@contextmanager
def _undecodable_named(kind: str, label: str) -> Iterator[None]:
    """Turn whatever Pillow raises into an `InputError`."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except InputError:
            raise
        except Image.DecompressionBombError as error:
            raise InputError(
                f"{label} has too many pixels to be decoded safely: scale it down to {MAX_SIDE_PX} pixels a side or "
                f"fewer."
            ) from error
        except Exception as error:  # decoders raise many kinds on damaged files
            raise InputError(
                f"{label} cannot be decoded as {kind} ({_reason(error)}): it is truncated, damaged or of an unusual "
                f"pixel type, export it again as an 8 bit PNG."
            ) from error


def _read_frame(path: Path, kind: str, label: str, frame: int) -> StoredPlane:
    """A picture of a file, numbered from 0."""
    with _undecodable_named(kind, label), path.open("rb") as stream:
        picture = _opened(stream, kind)
        if frame:
            picture.seek(frame)
        rows, columns = picture.height, picture.width
        values = _upright(_decoded(picture, kind, label), picture)
    # A scaled JPEG decode rounds the size up, so the ratio is only approximately the divisor.
    reduction = max(1, round(max(rows, columns) / max(values.shape[:2])))
    return StoredPlane(
        values,
        None,
        reduction=reduction,
        why_no_spacing=f"a resolution tag of a {kind} picture is a print size and does not count",
    )


def _opened(stream, kind: str) -> ImageFile:
    """The picture opened without Pillow's size limit, which is global state; sizes are checked here instead."""
    from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

    decoders = {
        "PNG": PngImagePlugin.PngImageFile,
        "JPEG": JpegImagePlugin.JpegImageFile,
        "TIFF": TiffImagePlugin.TiffImageFile,
        "BMP": BmpImagePlugin.BmpImageFile,
        "GIF": GifImagePlugin.GifImageFile,
    }
    return decoders[kind](stream)


def _decoded(picture: ImageFile, kind: str, label: str) -> np.ndarray:
    """Pixels (rows, cols) or (rows, cols, 3 or 4), at most `MAX_SIDE_PX` per side."""
    rows, columns = picture.height, picture.width
    factor = reduction_for(rows, columns)
    if kind == "JPEG":
        progressive = 6 if picture.info.get("progressive") else 0  # libjpeg then keeps every coefficient
        if factor > 1 and picture.mode in ("L", "RGB"):
            # Pillow divides by 2, 4 or 8 and keeps both sides at or above the given size; the rest is averaged below.
            picture.draft("L", (columns // factor, rows // factor))
        refuse_if_too_large(label, rows, columns, progressive)
    rows, columns = picture.height, picture.width
    refuse_if_too_large(label, rows, columns, _BYTES_PER_PIXEL.get(picture.mode, 4))
    factor = reduction_for(rows, columns)
    picture.load()
    if picture.mode in ("L", "LA", "RGB", "RGBA") and factor > 1:
        return _channels(np.asarray(picture.reduce(factor)), picture.mode)
    if picture.mode in ("1", "P", "PA", "CMYK", "YCbCr", "LAB", "HSV"):
        return averaged(np.asarray(picture.convert("L" if picture.mode == "1" else "RGB")), factor)
    return averaged(_channels(np.asarray(picture), picture.mode), factor)


def _upright(values: np.ndarray, picture: ImageFile) -> np.ndarray:
    """`values` rotated by the EXIF orientation; Pillow has already rotated a TIFF and removed its tag."""
    orientation = picture.getexif().get(_EXIF_ORIENTATION, 1)
    if orientation in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values


def _channels(values: np.ndarray, mode: str) -> np.ndarray:
    return values[..., 0] if mode in ("LA", "La") else values


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return text[:120] or type(error).__name__
