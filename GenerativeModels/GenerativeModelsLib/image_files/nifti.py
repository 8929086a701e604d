"""Headers of NIfTI-1 and NIfTI-2 files, and a check that a file is complete.

Uses only the standard library. ITK fills the missing part of a truncated file with zeros without an error, and replaces
a missing voxel size by 1 mm; nibabel's checks also set a missing size to 1 mm. Without its checks nibabel would
contribute only the field names: every check below would remain, and its import takes 0.4 s.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

from GenerativeModelsLib.errors import InputError

__all__ = [
    "COLOURS",
    "DAMAGED",
    "HEADER_BYTES",
    "TYPES",
    "NiftiHeader",
    "nifti_header",
    "open_nifti",
    "require_whole_nifti",
]

HEADER_BYTES = 544
"""Number of bytes at the start of a file that contain the header of either version."""
TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
"""numpy type string, without the byte order, of each data type code."""
COLOURS = {128: 3, 2304: 4}
"""Number of one-byte channels of each data type code."""
DAMAGED = (OSError, EOFError, zlib.error, struct.error, ValueError, OverflowError)
"""Errors that reading a damaged file raises."""
_CHUNK = 1 << 22


@dataclass(frozen=True)
class NiftiHeader:
    """The used fields of a NIfTI header. `sizes` and `voxel` are per axis, i first; `voxel` in the file's unit.

    Attributes
    ----------
    order
        "<" or ">", the byte order.
    type_code, bits
        Data type of a voxel, and its number of bits according to the header.
    offset
        Offset of the first voxel in bytes.
    sform
        Three rows of four, None if the header has none.
    description
        Text of up to 79 characters.
    """

    order: str
    sizes: tuple[int, ...]
    type_code: int
    bits: int
    voxel: tuple[float, ...]
    offset: int
    slope: float
    intercept: float
    unit_code: int
    sform: tuple[tuple[float, ...], ...] | None
    description: str

    @property
    def voxel_bytes(self) -> int:
        """Bytes of one voxel from its data type, as readers count them, or from `bits` if the type is unknown."""
        if self.type_code in TYPES:
            return int(TYPES[self.type_code][1:])
        return COLOURS.get(self.type_code, abs(self.bits) // 8)

    @property
    def payload_bytes(self) -> int:
        """Bytes of all voxels."""
        return prod(self.sizes) * self.voxel_bytes


def open_nifti(path: Path) -> BinaryIO:
    """A stream of the bytes of a NIfTI file, decompressed if it is gzipped."""
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")


def nifti_header(head: bytes, label: str) -> NiftiHeader:
    """The header in `head`, the first `HEADER_BYTES` of a file.

    Raises
    ------
    InputError
        It is inconsistent or half of a pair.
    struct.error, ValueError, OverflowError
        It is truncated or damaged.
    """
    second = head[4:7] in (b"n+2", b"ni2")
    order = "<" if struct.unpack("<i", head[:4])[0] in (348, 540) else ">"

    def get(layout: str, offset: int) -> tuple:
        return struct.unpack_from(order + layout, head, offset)

    dim = get("8q", 16) if second else get("8h", 40)
    if not 1 <= dim[0] <= 7 or any(size < 1 for size in dim[1 : dim[0] + 1]):
        raise InputError(f"{label} has the NIfTI dimensions {list(dim)}, which are not valid: export it again.")
    if (head[4:7] if second else head[344:347]) in (b"ni1", b"ni2"):
        raise InputError(f"{label} is half of a NIfTI pair (.hdr and .img): save it as a single .nii or .nii.gz file.")
    slope, intercept = get("2d", 176) if second else get("2f", 112)
    sform_code = get("i", 348)[0] if second else get("h", 254)[0]
    rows = get("12d", 400) if second else get("12f", 280)
    return NiftiHeader(
        order=order,
        sizes=dim[1 : dim[0] + 1],
        type_code=get("h", 12 if second else 70)[0],
        bits=get("h", 14 if second else 72)[0],
        voxel=(get("8d", 104) if second else get("8f", 76))[1 : dim[0] + 1],
        offset=int(get("q", 168)[0] if second else get("f", 108)[0]),
        slope=slope,
        intercept=intercept,
        unit_code=(get("i", 500)[0] if second else head[123]) & 7,
        sform=(rows[:4], rows[4:8], rows[8:]) if sform_code > 0 else None,
        description=get("80s", 240 if second else 148)[0].split(b"\0")[0].decode("latin-1"),
    )


def require_whole_nifti(path: Path, label: str) -> None:
    """Check that a file has all of its bytes, counted in chunks, before a reader allocates memory for it.

    Raises
    ------
    InputError
        The file is truncated, damaged or half of a pair.
    """
    try:
        with open_nifti(path) as stream:
            head = stream.read(HEADER_BYTES)
            header = nifti_header(head, label)
            if header.offset < 0:
                raise ValueError(f"voxels said to begin at byte {header.offset}")
            wanted, there = header.offset + header.payload_bytes, len(head)
            while there < wanted and (piece := stream.read(_CHUNK)):
                there += len(piece)
    except InputError:
        raise
    except DAMAGED as error:
        raise InputError(f"{label} is a truncated or damaged NIfTI file: export it again.") from error
    if there < wanted:
        raise InputError(f"{label} is truncated, {there} of its {wanted} bytes are there: export it again.")
