"""Reading of a plane from a file: checks for all kinds of files, and selection of the reader by content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.kinds import SUFFIXES, first_bytes, required_kind
from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.planes.dicom import read_dicom
from GenerativeModelsLib.skull.planes.nifti import read_nifti
from GenerativeModelsLib.skull.planes.pictures import read_picture
from GenerativeModelsLib.skull.planes.stored import StoredClip, StoredPlane
from GenerativeModelsLib.skull.planes.volumes import read_volume_file

_PICTURES = ("PNG", "JPEG", "TIFF", "BMP", "GIF")


def load_stored_plane(path: Path, label: str) -> StoredPlane | StoredClip:
    """The plane or clip in `path`, read by its content, independent of its name.

    A detached header may name a data file in its own folder; see `references.require_own_folder`.

    Parameters
    ----------
    path
        A DICOM, NIfTI, NRRD, MetaImage, PNG, JPEG, TIFF, BMP or GIF file.
    label
        Its name in messages, for example "axial plane scan.png".

    Raises
    ------
    InputError
        The file is missing, a folder, empty, unreadable, truncated, not an image, not a single plane, or names a file
        in another folder.
    """
    kind = required_kind(first_bytes(path, label), label)
    try:
        stored = _read(path, kind, label)
    except OSError as error:
        raise InputError(
            f"{label} cannot be read ({error.strerror or error}): check the disk and its permissions."
        ) from error
    except MemoryError as error:
        raise InputError(f"{label} does not fit into memory: scale it down.") from error
    claimed = next((other for other, endings in SUFFIXES.items() if path.name.lower().endswith(endings)), kind)
    if claimed == kind:
        return stored
    note = said(
        "{label} has the name of a {claimed} file but holds {kind}; it was read as {kind}.",
        label=label,
        claimed=claimed,
        kind=kind,
    )

    def noted(plane: StoredPlane) -> StoredPlane:
        return replace(plane, warnings=(note, *plane.warnings))

    if isinstance(stored, StoredClip):
        return StoredClip(stored.count, lambda frame: noted(stored.read(frame)))
    return noted(stored)


def _read(path: Path, kind: str, label: str) -> StoredPlane | StoredClip:
    if kind in _PICTURES:
        return read_picture(path, kind, label)
    if kind == "DICOM":
        return read_dicom(path, label)
    if kind == "NIfTI":
        return read_nifti(path, label)
    return read_volume_file(path, kind, label)
