"""From a path to a stored plane: the checks every file undergoes, and the reader its first bytes call for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.fetal.plane_dicom import looks_like_bare_dicom, read_dicom
from GenerativeModelsLib.fetal.plane_nifti import is_nifti, read_nifti, unzipped_head
from GenerativeModelsLib.fetal.plane_pictures import read_picture
from GenerativeModelsLib.fetal.plane_stored import StoredPlane
from GenerativeModelsLib.fetal.plane_volumes import read_volume_file

_SUFFIXES = {
    "DICOM": (".dcm", ".dicom", ".ima"),
    "NIfTI": (".nii", ".nii.gz"),
    "NRRD": (".nrrd", ".nhdr"),
    "MetaImage": (".mha", ".mhd"),
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
}
_PICTURES = ("PNG", "JPEG", "TIFF", "BMP")
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"NRRD000", "NRRD"),
    (b"BM", "BMP"),
)


def load_stored_plane(path: Path, label: str) -> StoredPlane:
    """The plane in `path`, read as what its content is, whatever its name says.

    Parameters
    ----------
    path
        A DICOM, NIfTI, NRRD, MetaImage, PNG, JPEG, TIFF or BMP file.
    label
        How messages call it, for example "axial plane scan.png".

    Raises
    ------
    InputError
        When the file is missing, a folder, empty, unreadable, truncated, not an image or not a single plane.
    """
    head = _first_bytes(path, label)
    kind = file_kind(head)
    if kind is None:
        raise InputError(
            f"{label} is not an image this program reads: expected DICOM, NIfTI, NRRD, MHA, PNG, JPEG, TIFF or BMP."
        )
    try:
        stored = _read(path, kind, label)
    except OSError as error:
        raise InputError(
            f"{label} cannot be read ({error.strerror or error}): check the disk and its permissions."
        ) from error
    except MemoryError as error:
        raise InputError(f"{label} does not fit into memory: scale it down.") from error
    claimed = next((other for other, endings in _SUFFIXES.items() if path.name.lower().endswith(endings)), kind)
    if claimed == kind:
        return stored
    note = f"{label} has the name of a {claimed} file but holds {kind}; it was read as {kind}."
    return replace(stored, warnings=(note, *stored.warnings))


def _read(path: Path, kind: str, label: str) -> StoredPlane:
    if kind in _PICTURES:
        return read_picture(path, kind, label)
    if kind == "DICOM":
        return read_dicom(path, label)
    if kind == "NIfTI":
        return read_nifti(path, label)
    return read_volume_file(path, kind, label)


def _first_bytes(path: Path, label: str) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{label} is a folder: give a single image file.")
        if not path.exists():
            raise InputError(f"{label} does not exist: check the path.")
        if not path.is_file():
            raise InputError(f"{label} is not a regular file: give a single image file.")
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise InputError(f"{label} cannot be read ({error.strerror or error}): check its permissions.") from error
    if not head:
        raise InputError(f"{label} is empty, it has 0 bytes: copy or export it again.")
    return head


def file_kind(head: bytes) -> str | None:
    """What a file is by its first 4096 bytes: a key of the supported kinds, None for anything else."""
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
