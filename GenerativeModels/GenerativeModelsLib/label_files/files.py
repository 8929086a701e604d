"""Label map files of hearts: NIfTI, NRRD and MHA, opened after the checks that all readers share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.nifti import require_whole_nifti
from GenerativeModelsLib.image_files.reader import image_reader

if TYPE_CHECKING:
    import SimpleITK as sitk

__all__ = ["lps_matrix", "opened", "require_size", "unreadable"]

READABLE = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
LARGEST_VOXELS = 400_000_000


def opened(source: Path, field: str, what: str = "label map") -> tuple[Path, str, sitk.ImageFileReader]:
    """The path of a label map file, or of another volume (`what`), what messages call it, and a reader of it.

    Raises
    ------
    InputError
        The file is missing, truncated, or no label map file.
    """
    path = Path(source)
    called = f"{named(field)} {path.name}"
    if path.is_dir():
        raise InputError(f"{named(field)} {path} is a folder: give {_a(what)} file ({', '.join(READABLE)}).")
    if not path.is_file():
        raise InputError(f"{named(field)} {path} does not exist: give {_a(what)} file ({', '.join(READABLE)}).")
    if not path.name.lower().endswith(READABLE):
        raise InputError(f"{called} is no {what} file: give one of {', '.join(READABLE)}.")
    reader = image_reader(path, called)
    if path.name.lower().endswith((".nii", ".nii.gz")):
        require_whole_nifti(path, called)
    return path, called, reader


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def lps_matrix(image: sitk.Image) -> np.ndarray:
    """(4, 4) index (i, j, k, 1) -> LPS mm of an image of three or four dimensions."""
    dimensions = image.GetDimension()
    to_lps = np.eye(4)
    axes = np.array(image.GetDirection()).reshape(dimensions, dimensions)[:3, :3]
    to_lps[:3, :3] = axes * np.array(image.GetSpacing())[:3]
    to_lps[:3, 3] = image.GetOrigin()[:3]
    return to_lps


def require_size(size: Sequence[int], called: str) -> None:
    """Raise InputError for a map of too many voxels."""
    if int(np.prod(size)) > LARGEST_VOXELS:
        raise InputError(f"{called} has {' x '.join(map(str, size))} voxels: crop it to the heart.")


def unreadable(called: str, error: RuntimeError) -> InputError:
    """The error of a file that SimpleITK cannot read."""
    return InputError(f"{called} cannot be read: {_why(str(error))}.")


def _why(error: str) -> str:
    if "orthonormal" in error or "non-orthogonal" in error:
        return "its axes are sheared; resample it to a grid of right angles"
    return "it is damaged or no label map; export it again"
