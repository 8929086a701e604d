"""NIfTI-1 and NIfTI-2 planes, read from the bytes.

ITK zero-fills a truncated NIfTI file without a word, takes a missing voxel size for 1 mm and goes by the file name; for
one slice the format is simple enough to be read here and checked to the byte.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from math import isfinite, prod
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.stored import (
    StoredPlane,
    averaged,
    plane_axes,
    reduction_for,
    refuse_if_too_large,
)

_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
_COLOURS = {128: 3, 2304: 4}
_MAX_OFFSET = 2**24
_MM_PER_UNIT = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
"""Space units by code: unknown (taken for mm, as every reader does), metre, millimetre, micrometre."""


@dataclass(frozen=True)
class NiftiHeader:
    """What a plane needs of a NIfTI header. `sizes` and `voxel` are per axis, i first; `voxel` in the file's unit."""

    order: str
    sizes: tuple[int, ...]
    type_code: int
    voxel: tuple[float, ...]
    offset: int
    slope: float
    intercept: float
    unit_code: int
    sform: np.ndarray | None


def read_nifti(path: Path, label: str) -> StoredPlane:
    """The one slice in `path`, columns along the lower of its two long axes (i), rows along the higher (j).

    Raises
    ------
    InputError
        For a volume, a truncated file, a pair of header and image file, colours or numbers that are no image.
    """
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if zipped else path.open("rb") as stream:
            head = stream.read(544)
            header = nifti_header(head, label)
            axes = plane_axes(label, header.sizes)
            dtype, channels = _sample_type(header, label)
            wanted = prod(header.sizes) * channels * dtype.itemsize
            refuse_if_too_large(label, *_rows_columns(header, axes), channels * dtype.itemsize)
            payload = _payload(stream, head, header.offset, wanted)
    except InputError:
        raise
    except (OSError, EOFError, zlib.error, struct.error, ValueError, OverflowError) as error:
        raise InputError(f"{label} is a truncated or damaged NIfTI file ({error}): export it again.") from error
    if len(payload) < wanted:
        raise InputError(
            f"{label} is truncated, its header announces {wanted} bytes of pixels but {len(payload)} are there: "
            f"copy or export it again."
        )
    return _plane(header, axes, np.frombuffer(payload, dtype), channels, label)


def _payload(stream, head: bytes, offset: int, wanted: int) -> bytes:
    if not 0 <= offset <= _MAX_OFFSET:
        raise ValueError(f"pixels said to begin at byte {offset}")
    if offset < len(head):
        return head[offset:] + stream.read(wanted - (len(head) - offset)) if wanted > 0 else b""
    stream.read(offset - len(head))
    return stream.read(wanted)


def nifti_header(head: bytes, label: str) -> NiftiHeader:
    """The header in `head`, its first 544 bytes; InputError when it contradicts itself."""
    second = head[4:7] in (b"n+2", b"ni2")
    order = "<" if struct.unpack("<i", head[:4])[0] in (348, 540) else ">"

    def get(layout: str, offset: int) -> tuple:
        return struct.unpack_from(order + layout, head, offset)

    dim = get("8q", 16) if second else get("8h", 40)
    if not 1 <= dim[0] <= 7 or any(size < 1 for size in dim[1 : dim[0] + 1]):
        raise InputError(f"{label} has the NIfTI dimensions {list(dim)}, which no image has: export it again.")
    if (head[4:7] if second else head[344:347]) in (b"ni1", b"ni2"):
        raise InputError(f"{label} is half of a NIfTI pair (.hdr and .img): save it as a single .nii or .nii.gz file.")
    slope, intercept = get("2d", 176) if second else get("2f", 112)
    sform_code = get("i", 348)[0] if second else get("h", 254)[0]
    sform = np.array(get("12d", 400) if second else get("12f", 280)).reshape(3, 4) if sform_code > 0 else None
    return NiftiHeader(
        order=order,
        sizes=tuple(int(size) for size in dim[1 : dim[0] + 1]),
        type_code=get("h", 12 if second else 70)[0],
        voxel=(get("8d", 104) if second else get("8f", 76))[1 : dim[0] + 1],
        offset=int(get("q", 168)[0] if second else get("f", 108)[0]),
        slope=slope,
        intercept=intercept,
        unit_code=(get("i", 500)[0] if second else head[123]) & 7,
        sform=sform,
    )


def _rows_columns(header: NiftiHeader, axes: tuple[int, int]) -> tuple[int, int]:
    size = dict(enumerate(header.sizes))
    return size.get(axes[1], 1), size.get(axes[0], 1)


def _sample_type(header: NiftiHeader, label: str) -> tuple[np.dtype, int]:
    if header.type_code in _COLOURS:
        return np.dtype("u1"), _COLOURS[header.type_code]
    if header.type_code not in _TYPES:
        raise InputError(
            f"{label} has the NIfTI data type {header.type_code}: expected grey levels or RGB, not complex numbers "
            f"or vectors."
        )
    return np.dtype(header.order + _TYPES[header.type_code]), 1


def _plane(header: NiftiHeader, axes: tuple[int, int], samples: np.ndarray, channels: int, label: str) -> StoredPlane:
    rows, columns = _rows_columns(header, axes)
    factor = reduction_for(rows, columns)
    values = averaged(samples.reshape((rows, columns) if channels == 1 else (rows, columns, channels)), factor)
    if isfinite(header.slope) and header.slope != 0 and (header.slope, header.intercept) != (1.0, 0.0):
        values = values * np.float64(header.slope) + header.intercept
    sides = [abs(header.voxel[axis]) if axis < len(header.voxel) else 0.0 for axis in (axes[1], axes[0])]
    if not all(isfinite(side) and side > 0 for side in sides):
        return StoredPlane(values, None, reduction=factor, why_no_spacing="its pixdim is zero")
    unit = _MM_PER_UNIT.get(header.unit_code)
    if unit is None:
        return StoredPlane(values, None, reduction=factor, why_no_spacing=f"unknown unit code {header.unit_code}")
    spacing_mm = (sides[0] * unit, sides[1] * unit)
    return StoredPlane(values, spacing_mm, reduction=factor, warnings=_contradictions(header, axes, sides, label))


def _contradictions(header: NiftiHeader, axes: tuple[int, int], sides: list[float], label: str) -> tuple[str, ...]:
    """A warning when the columns of the sform are not as long as the pixdim `sides` (row, column)."""
    if header.sform is None or max(axes) > 2:
        return ()
    lengths = [float(np.linalg.norm(header.sform[:, axis])) for axis in (axes[1], axes[0])]
    if all(abs(length / side - 1) <= 0.02 for length, side in zip(lengths, sides)):
        return ()
    return (
        f"{label} contradicts itself: pixdim says {sides[0]:.4g} x {sides[1]:.4g} a pixel, its sform "
        f"{lengths[0]:.4g} x {lengths[1]:.4g}; pixdim was used.",
    )
