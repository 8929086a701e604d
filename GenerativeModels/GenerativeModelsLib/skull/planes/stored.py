"""A plane as stored in its file, before conversion to grey levels and mm, and the size limits of all readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError

MAX_SIDE_PX = 4096
"""Pixels per side above which a plane is averaged down; no scanner makes such images."""
AGREEMENT = 0.02
"""Relative difference of two spacings above which they contradict each other."""
MAX_DECODED_BYTES = 512 * 2**20
"""Maximum size of a decoded file; 20000 x 20000 grey pixels of 8 bit fit, colour pixels do not."""


@dataclass(frozen=True)
class StoredPlane:
    """Pixels and spacing of one plane in one file.

    Attributes
    ----------
    values
        (rows, cols) grey or (rows, cols, 3 or 4) red, green, blue, alpha; the number type of the file.
    spacing_mm
        Distance of neighbouring (rows, columns) of the *file* in mm, None if it has none.
    reduction
        Pixels of the file along a side of one pixel of `values`.
    inverted
        Whether low values are bright (DICOM MONOCHROME1).
    warnings
        Sentences for the user.
    why_no_spacing
        Reason why `spacing_mm` is None, if known.
    contradiction
        What the spacings of the file say, if they contradict each other; `spacing_mm` is then None.
    """

    values: np.ndarray
    spacing_mm: tuple[float, float] | None
    reduction: int = 1
    inverted: bool = False
    warnings: tuple[str, ...] = ()
    why_no_spacing: str = ""
    contradiction: str = ""


@dataclass(frozen=True, eq=False)
class StoredClip:
    """The frames of one file, read one at a time.

    Attributes
    ----------
    count
        Number of frames, two or more.
    read
        Number of a frame, from 0 -> the frame; raises `InputError`.
    """

    count: int
    read: Callable[[int], StoredPlane]


def stored_frame(stored: StoredPlane | StoredClip, frame: int, label: str) -> StoredPlane:
    """A frame, numbered from 0, of what a file holds.

    Raises
    ------
    InputError
        There is no such frame, or it cannot be read.
    """
    count = stored.count if isinstance(stored, StoredClip) else 1
    if not 0 <= frame < count:
        frames = f"{count} frames, numbered 0 to {count - 1}" if count > 1 else "a single frame, number 0"
        raise InputError(f"{label} has no frame {frame}: it holds {frames}.")
    return stored.read(frame) if isinstance(stored, StoredClip) else stored


def reduction_for(rows: int, columns: int) -> int:
    """The integer factor that reduces an image of this size to at most `MAX_SIDE_PX` per side."""
    return max(1, -(-max(rows, columns) // MAX_SIDE_PX))


def averaged(values: np.ndarray, factor: int) -> np.ndarray:
    """Means over `factor` x `factor` pixels in the data type of `values`, computed in strips to limit memory.

    Up to `factor` - 1 rows at the bottom and columns at the right that do not fill a block are dropped.
    """
    if factor == 1:
        return values
    rows, columns = values.shape[0] // factor, values.shape[1] // factor
    result = np.empty((rows, columns, *values.shape[2:]), values.dtype)
    for row in range(rows):
        strip = values[row * factor : (row + 1) * factor, : columns * factor]
        means = strip.reshape(factor, columns, factor, *values.shape[2:]).mean(axis=(0, 2))
        result[row] = np.rint(means) if values.dtype.kind in "iu" else means
    return result


def refuse_if_too_large(label: str, rows: int, columns: int, bytes_per_pixel: float) -> None:
    """Raise InputError for an image whose decoded size exceeds `MAX_DECODED_BYTES`."""
    if rows * columns * bytes_per_pixel > MAX_DECODED_BYTES:
        raise InputError(
            f"{label} has {rows} x {columns} pixels, too large to be decoded safely: "
            f"scale it down to {MAX_SIDE_PX} pixels a side or fewer."
        )


def clip_frames(sizes: tuple[int, ...]) -> int:
    """Number of frames of a file of axes x, y, z, time with one slice and several times; 1 for other files."""
    time = sizes[3] if len(sizes) > 3 else 1
    return time if time > 1 and sizes[2] == 1 and all(size == 1 for size in sizes[4:]) else 1


def plane_axes(label: str, sizes: tuple[int, ...]) -> tuple[int, int]:
    """Indices (column axis, row axis) of the two axes of a one-slice volume, fastest axis of the file first.

    Of the two axes longer than one, the lower is the column axis (to the right) and the higher the row axis (down). A
    slice along k thus has i to the right and j down; along j: i and k; along i: j and k.

    Raises
    ------
    InputError
        More than two axes are longer than one.
    """
    long = [axis for axis, size in enumerate(sizes) if size > 1]
    if len(long) > 2:
        extent = " x ".join(str(size) for size in sizes)
        raise InputError(
            f"{label} is a volume of {extent} samples, expected a single plane: extract the slice of the plane, or "
            "save a clip with the axes x, y, 1, time."
        )
    short = [axis for axis in range(max(len(sizes), 2)) if axis not in long]
    column_axis, row_axis = sorted((long + short)[:2])
    return column_axis, row_axis
