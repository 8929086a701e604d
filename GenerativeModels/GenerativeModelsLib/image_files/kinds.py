"""Detection of image formats by the first bytes of a file, independent of its name.

Uses only the standard library.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = [
    "HEAD_BYTES",
    "SUFFIXES",
    "file_kind",
    "first_bytes",
    "is_film",
    "is_nifti",
    "looks_like_bare_dicom",
    "required_kind",
    "unzipped_head",
]

HEAD_BYTES = 4096
"""Number of first bytes that determine the kind of a file."""

SUFFIXES = {
    "DICOM": (".dcm", ".dicom", ".ima"),
    "NIfTI": (".nii", ".nii.gz"),
    "NRRD": (".nrrd", ".nhdr"),
    "MetaImage": (".mha", ".mhd"),
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
}
"""The usual file name suffixes of each kind."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"NRRD000", "NRRD"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
)


def first_bytes(path: Path, label: str) -> bytes:
    """The first `HEAD_BYTES` bytes of a regular file.

    A FIFO or a device is never opened, since reading it could block.

    Raises
    ------
    InputError
        The file is missing, a folder, not a regular file, unreadable or empty.
    """
    try:
        if path.is_dir():
            raise InputError(f"{label} is a folder: give a single image file.")
        if not path.exists():
            raise InputError(f"{label} does not exist: check the path.")
        if not path.is_file():
            raise InputError(f"{label} is not a regular file: give a single image file.")
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{label} cannot be read ({error.strerror or error}): check its permissions.") from error
    if not head:
        raise InputError(f"{label} is empty, it has 0 bytes: copy or export it again.")
    return head


def file_kind(head: bytes) -> str | None:
    """Kind of a file from its first `HEAD_BYTES` bytes: a key of `SUFFIXES`, or None if unknown."""
    if head[128:132] == b"DICM":
        return "DICOM"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if is_nifti(head) or (head[:2] == b"\x1f\x8b" and is_nifti(unzipped_head(head))):
        return "NIfTI"
    if b"ElementDataFile" in head and b"DimSize" in head:
        return "MetaImage"
    return "DICOM" if looks_like_bare_dicom(head) else None


def required_kind(head: bytes, label: str) -> str:
    """As `file_kind`; raises `InputError` for a film, and for what is no image that this program reads."""
    kind = file_kind(head)
    if kind is not None:
        return kind
    if is_film(head):
        raise InputError(
            f"{label} is a film (AVI, MP4 or MOV), which this program does not read: export the clip as DICOM or GIF, "
            "or its frame as a picture."
        )
    raise InputError(
        f"{label} is not an image this program reads: expected DICOM, NIfTI, NRRD, MHA, PNG, JPEG, TIFF, BMP or GIF."
    )


def is_film(head: bytes) -> bool:
    """Whether a file begins like AVI, MP4 or MOV."""
    return (head[:4] == b"RIFF" and head[8:12] == b"AVI ") or head[4:8] in (b"ftyp", b"moov", b"mdat")


def is_nifti(head: bytes) -> bool:
    """Whether `head`, at least the first 348 bytes of a decompressed file, is the start of a NIfTI file."""
    return head[344:348] in (b"n+1\0", b"ni1\0") or head[4:8] in (b"n+2\0", b"ni2\0")


def unzipped_head(head: bytes) -> bytes:
    """The first decompressed bytes of a gzip stream that begins with `head`; empty if it is not a gzip stream."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 1024)
    except zlib.error:
        return b""


def looks_like_bare_dicom(head: bytes) -> bool:
    """Whether a file without the DICM mark seems to begin with a DICOM data element of group 0002 or 0008."""
    if len(head) < 132 or head[:2] not in (b"\x02\x00", b"\x08\x00"):
        return False
    value_representation = head[4:6]
    explicit = value_representation.isalpha() and value_representation.isupper()
    return explicit or int.from_bytes(head[4:8], "little") <= 256
