"""Reads an image of cine MR, or says in a sentence why it cannot be used."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.dicom_header import dicom_header
from GenerativeModelsLib.image_files.given import GivenImage, Source
from GenerativeModelsLib.image_files.kinds import file_kind, first_bytes
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels
from GenerativeModelsLib.label_files.files import lps_matrix, unreadable
from GenerativeModelsLib.label_files.values import require_spacing
from GenerativeModelsLib.segmentation.maps import FileGrid
from GenerativeModelsLib.segmentation.read import grid_of

__all__ = ["VIEW", "pixel_mm_of", "read_mr"]

VIEW = "short-axis"
LEAST_OF_MR = -200.0
"""Values below are those of air in CT, in Hounsfield units."""


def read_mr(path: Source, field: str) -> FileGrid:
    """An image that the field of the request names, as it is; which axis runs across its slices is not set.

    Raises
    ------
    InputError
        The file is missing, unreadable, in colour, constant, without a pixel size, or no MR.
    """
    called = f"{named(field)} {path.name}"
    grid = _grid(path, field, called)
    require_spacing(grid.to_lps, called)
    values = np.asarray(grid.values, np.float32)
    if not np.isfinite(values).all():
        raise InputError(f"{called} holds values that are no numbers (NaN or infinity): export it again.")
    if np.ptp(values) == 0:
        raise InputError(f"{called} is {values.flat[0]:g} everywhere: give an image of cine MR.")
    if values.min() < LEAST_OF_MR:
        raise InputError(f"{called} holds values down to {values.min():g}, as CT has them: give an image of cine MR.")
    return grid


def _grid(path: Source, field: str, called: str) -> FileGrid:
    """A file as it is; DICOM files must be of MR."""
    if isinstance(path, GivenImage) or not path.is_file() or file_kind(first_bytes(path, called)) != "DICOM":
        return grid_of(path, field, VIEW, what="image")
    modality = str(getattr(dicom_header(path, called), "Modality", "") or "MR")
    if modality != "MR":
        raise InputError(f"{called} is of the DICOM modality {modality}: give an image of cine MR.")
    try:
        image = read_pixels(image_reader(path, called, ("DICOM",), checks_name=False), called)
    except RuntimeError as error:
        raise unreadable(called, error) from error
    if image.GetNumberOfComponentsPerPixel() > 1:
        raise InputError(f"{called} is in colour: give an image of cine MR with one number a pixel.")
    import SimpleITK as sitk

    return FileGrid(sitk.GetArrayFromImage(image)[None], lps_matrix(image), None, path.name)


def pixel_mm_of(grid: FileGrid) -> np.ndarray:
    """(2,) distance of rows and of columns of slices across `grid.axis`."""
    spacing = np.linalg.norm(grid.to_lps[:3, :3], axis=0)
    columns, rows = (spacing[axis] for axis in (0, 1, 2) if axis != grid.axis)
    return np.array([rows, columns])
