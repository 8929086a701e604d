"""Headers of DICOM files, without their pixels."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.kinds import file_kind, first_bytes

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["dicom_header"]


def dicom_header(path: Path, label: str) -> Dataset | None:
    """Header of a DICOM file; None for a file of another kind.

    Parameters
    ----------
    path, label
        The file and its name in messages.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    if file_kind(first_bytes(path, label)) != "DICOM":
        return None
    import pydicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            header.walk(lambda dataset, element: element.value)  # converts every value, which may fail
        except Exception as error:  # pydicom raises many kinds on damaged files
            reason = " ".join(str(error).split()).rstrip(".")[:120]
            raise InputError(f"{label} is a truncated or damaged DICOM file ({reason}): export it again.") from error
    return header
