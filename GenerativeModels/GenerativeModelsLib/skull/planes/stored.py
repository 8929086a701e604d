"""A plane as its file holds it, before it becomes grey millimetres, and the limits every reader keeps to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError

MAX_SIDE_PX = 4096
"""Pixels a side above which a plane is averaged down; no scanner makes such images."""
MAX_DECODED_BYTES = 512 * 2**20
"""Bytes a decoded file may take; 20000 x 20000 pixels of 8 bit fit, their colour version does not."""


@dataclass(frozen=True)
class StoredPlane:
    """Pixels and spacing of one plane in one file.

    Attributes
    ----------
    values
        (rows, cols) grey or (rows, cols, 3 or 4) red, green, blue, alpha; the number type of the file.
    spacing_mm
        Distance of neighbouring (rows, columns) of the *file* in mm, None when it carries none.
    reduction
        Pixels of the file along a side of one pixel of `values`.
    inverted
        Whether low values are bright (DICOM MONOCHROME1).
    warnings
        Sentences for the user.
    why_no_spacing
        What stands where the spacing should be, when that explains why `spacing_mm` is None.
    """

    values: np.ndarray
    spacing_mm: tuple[float, float] | None
    reduction: int = 1
    inverted: bool = False
    warnings: tuple[str, ...] = ()
    why_no_spacing: str = ""


def reduction_for(rows: int, columns: int) -> int:
    """The whole number by which an image of this size is averaged down to at most `MAX_SIDE_PX` a side."""
    return max(1, -(-max(rows, columns) // MAX_SIDE_PX))


def averaged(values: np.ndarray, factor: int) -> np.ndarray:
    """Means over `factor` x `factor` pixels, in the number type of `values` and a strip at a time to spare memory.

    Up to `factor` - 1 rows at the bottom and columns at the right that fill no whole block are left out.
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
    """Raise InputError for an image that would not decode within `MAX_DECODED_BYTES`."""
    if rows * columns * bytes_per_pixel > MAX_DECODED_BYTES:
        raise InputError(
            f"{label} has {rows} x {columns} pixels, too large to be decoded safely: "
            f"scale it down to {MAX_SIDE_PX} pixels a side or fewer."
        )


def plane_axes(label: str, sizes: tuple[int, ...]) -> tuple[int, int]:
    """Indices (column axis, row axis) of the two axes of a one-slice volume, fastest axis of the file first.

    The lower of the two axes longer than one runs along the image's rows (its columns count it), the higher one down
    the image. A slice along k thus has i to the right and j down; along j: i and k; along i: j and k.

    Raises
    ------
    InputError
        When more than two axes are longer than one.
    """
    long = [axis for axis, size in enumerate(sizes) if size > 1]
    if len(long) > 2:
        extent = " x ".join(str(size) for size in sizes)
        raise InputError(
            f"{label} is a volume of {extent} samples where a single plane is due: extract the slice of the plane."
        )
    short = [axis for axis in range(max(len(sizes), 2)) if axis not in long]
    column_axis, row_axis = sorted((long + short)[:2])
    return column_axis, row_axis
