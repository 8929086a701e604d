"""Label maps of hearts from files: NIfTI, NRRD, MHA, and segmentations of Slicer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap, label_map_from_array
from GenerativeModelsLib.heart.labels.segments import chosen_segments, read_segments, values_of_segments
from GenerativeModelsLib.image_files.given import GivenImage, Source
from GenerativeModelsLib.image_files.nifti import require_whole_nifti
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels

if TYPE_CHECKING:
    import SimpleITK as sitk

__all__ = ["lps_matrix", "opened", "read_label_map", "require_size", "unreadable"]

READABLE = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
LARGEST_VOXELS = 400_000_000


def read_label_map(source: Source, labels: HeartLabels, phase: str, *, by_name: bool = True) -> LabelMap:
    """Read a label map, cropped to its heart.

    Parameters
    ----------
    phase
        "ed" or "es", for messages.
    by_name
        Whether the segments of a segmentation file are found by name and terminology instead of by `labels`.

    Raises
    ------
    InputError
        The file is missing, unreadable, of another format than its name, in two files of different folders, or of
        several phases; also the errors of `label_map_from_array`.
    """
    if isinstance(source, GivenImage):
        return label_map_from_array(source.values, source.to_lps, labels, source.name, phase)
    path, called, reader = opened(source, phase)
    segments = read_segments(path, called) if reader.GetImageIO() == "NrrdImageIO" else []
    try:
        reader.ReadImageInformation()
        size, numbers = reader.GetSize(), reader.GetNumberOfComponents()
        _require_one_phase(size, called)
        require_size((*size, numbers), called)
        if numbers != 1 and not segments:
            raise InputError(
                f"{called} has {numbers} numbers a voxel (colours or a vector): give a label map with one."
            )
        if len(size) > 3:
            reader.SetExtractSize([*size[:3], *[0] * (len(size) - 3)])
        image = read_pixels(reader, called)
    except RuntimeError as error:
        raise unreadable(called, error) from error
    import SimpleITK as sitk

    values, to_lps = sitk.GetArrayViewFromImage(image), lps_matrix(image)
    if not segments:
        return label_map_from_array(values, to_lps, labels, path.name, phase)
    chosen = chosen_segments(segments, called, None if by_name else labels)
    values, own = values_of_segments(values, chosen, called)
    found = label_map_from_array(values, to_lps, own, path.name, phase)
    return replace(found, segments={structure: segment.name for structure, segment in chosen.items()})


def opened(source: Path, field: str) -> tuple[Path, str, sitk.ImageFileReader]:
    """The path of a label map file, what messages call it, and a reader of it.

    Raises
    ------
    InputError
        The file is missing, truncated, or no label map file.
    """
    path = Path(source)
    called = f"{named(field)} {path.name}"
    if not path.is_file():
        raise InputError(f"{named(field)} {path} does not exist: give a label map file ({', '.join(READABLE)}).")
    if not path.name.lower().endswith(READABLE):
        raise InputError(f"{called} is no label map file: give one of {', '.join(READABLE)}.")
    reader = image_reader(path, called)
    if path.name.lower().endswith((".nii", ".nii.gz")):
        require_whole_nifti(path, called)
    return path, called, reader


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


def _require_one_phase(size: tuple[int, ...], called: str) -> None:
    shown = " x ".join(map(str, size))
    if int(np.prod(size[3:])) > 1:
        raise InputError(
            f"{called} has {len(size)} dimensions ({shown}), a film of several phases: give it as "
            f"{named('cine')}, or save its one phase as a 3D label map."
        )
    if len(size) < 3 or min(size[:3]) < 2:
        raise InputError(f"{called} is {shown} voxels: a 3D label map is needed, not a single slice.")


def _why(error: str) -> str:
    if "orthonormal" in error or "non-orthogonal" in error:
        return "its axes are sheared; resample it to a grid of right angles"
    return "it is damaged or no label map; export it again"
