"""Reads the image of a request in the way of its modality, and writes another image in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.dicom_header import dicom_header
from GenerativeModelsLib.image_files.kinds import first_bytes, required_kind
from GenerativeModelsLib.image_files.synthetic import STAMP
from GenerativeModelsLib.segmentation.maps import FileGrid
from GenerativeModelsLib.segmentation.read import slice_axis
from GenerativeModelsLib.segmentation.volume_file import write_volume
from GenerativeModelsLib.skull.planes.grey import grey_pixels
from GenerativeModelsLib.skull.planes.read import load_stored_plane
from GenerativeModelsLib.skull.planes.stored import StoredClip
from GenerativeModelsLib.synthesis.mr_image import pixel_mm_of, read_mr
from GenerativeModelsLib.synthesis.translate.domains import CINE_MR, ULTRASOUND

__all__ = ["READERS", "Subject", "read_cine", "read_ultrasound"]

VOLUMES = ("NIfTI", "NRRD", "MetaImage")
METHOD = "cyclegan"


@dataclass(frozen=True, eq=False)
class Subject:
    """An image to translate.

    Attributes
    ----------
    values
        (N, rows, columns) float32 grey values of its slices.
    pixel_mm
        (2,) distance of rows and of columns; None = not known.
    name
        Of the file.
    write
        Writes values of the shape of `values` into a folder, stamped as synthetic; returns the name of the file.
    warnings
        Warnings on the file.
    grid
        The file as it was read; None for a picture.
    """

    values: np.ndarray
    pixel_mm: np.ndarray | None
    name: str
    write: Callable[[Path, np.ndarray], str]
    warnings: tuple[str, ...] = ()
    grid: FileGrid | None = None


def read_ultrasound(path: Path) -> Subject:
    """A single picture of ultrasound as grey values from 0 to 255.

    It is written as PNG, of a NIfTI, NRRD or MetaImage file as NIfTI with the geometry of the file.

    Raises
    ------
    InputError
        The file is missing, unreadable, a clip, a volume, synthetic, of another modality, or too large.
    """
    called = f"{named('image')} {path.name}"
    kind = required_kind(first_bytes(path, called), called)
    if kind == "DICOM":
        modality = str(getattr(dicom_header(path, called), "Modality", "") or "US")
        if modality != "US":
            raise InputError(f"{called} is of the DICOM modality {modality}: give a picture of ultrasound.")
    stored = load_stored_plane(path, called)
    if isinstance(stored, StoredClip):
        raise InputError(f"{called} holds {stored.count} frames: save one of them as a picture of its own.")
    if stored.reduction > 1:
        raise InputError(f"{called} is too large: scale it down to 4096 pixels a side or fewer.")
    if stored.values.dtype.kind in "if" and np.nanmin(stored.values) < 0:
        raise InputError(f"{called} holds values down to {np.nanmin(stored.values):g}: give a picture of ultrasound.")
    grey = grey_pixels(stored.values, called, stored.inverted)
    pixel_mm = None if stored.spacing_mm is None else np.array(stored.spacing_mm)

    def write(folder: Path, values: np.ndarray) -> str:
        return _write_slice(path, folder, values[0]) if kind in VOLUMES else _write_picture(folder, values[0])

    warnings = tuple(warning.replace(called, path.name) for warning in (*stored.warnings, *grey.warnings))
    return Subject(grey.pixels[None], pixel_mm, path.name, write, warnings)


def read_cine(path: Path) -> Subject:
    """A slice, a stack or a cine of MR; it is written as NIfTI on the grid of the file.

    Raises
    ------
    InputError
        The file is missing, unreadable, or no MR; see `read_mr`.
    """
    grid = read_mr(path, "image")
    called, warnings = f"{named('image')} {path.name}", []
    axis = slice_axis(grid.values.shape[:0:-1], grid.to_lps, called, warnings, grid.name)
    grid = replace(grid, axis=axis)
    values = np.ascontiguousarray(grid.slices_first(grid.values), np.float32)

    def write(folder: Path, made: np.ndarray) -> str:
        there = np.ascontiguousarray(grid.as_in_file(made.reshape(values.shape)), np.float32)
        write_volume(folder / "image.nii.gz", there, grid, grid.frame_s, f"{STAMP} {METHOD}")
        return "image.nii.gz"

    return Subject(values.reshape(-1, *values.shape[2:]), pixel_mm_of(grid), path.name, write, tuple(warnings), grid)


READERS = MappingProxyType({ULTRASOUND: read_ultrasound, CINE_MR: read_cine})
"""By modality."""


def _write_picture(folder: Path, pixels: np.ndarray) -> str:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    about = PngInfo()
    about.add_text("Description", f"{STAMP} {METHOD}")
    Image.fromarray(np.rint(pixels).clip(0, 255).astype(np.uint8)).save(folder / "image.png", "png", pnginfo=about)
    return "image.png"


def _write_slice(path: Path, folder: Path, pixels: np.ndarray) -> str:
    import SimpleITK as sitk

    given = sitk.ReadImage(str(path))
    made = sitk.GetImageFromArray(np.ascontiguousarray(pixels, np.float32).reshape(given.GetSize()[::-1]))
    made.CopyInformation(given)
    made.SetMetaData("ITK_FileNotes", f"{STAMP} {METHOD}")
    sitk.WriteImage(made, str(folder / "image.nii.gz"), True)
    return "image.nii.gz"
