"""Label maps of hearts from files: NIfTI, NRRD, MHA."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap, label_map_from_array
from GenerativeModelsLib.image_files.given import GivenImage, Source
from GenerativeModelsLib.image_files.nifti import require_whole_nifti
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels

__all__ = ["read_label_map"]

READABLE = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
LARGEST_VOXELS = 400_000_000


def read_label_map(source: Source, labels: HeartLabels, phase: str) -> LabelMap:
    """Read a label map, cropped to its heart.

    Parameters
    ----------
    phase
        "ed" or "es", for messages.

    Raises
    ------
    InputError
        The file is missing, unreadable, of another format than its name, in two files of different folders, or of
        several phases; also the errors of `label_map_from_array`.
    """
    if isinstance(source, GivenImage):
        return label_map_from_array(source.values, source.to_lps, labels, source.name, phase)
    path = Path(source)
    called = f"{named(phase)} {path.name}"
    if not path.is_file():
        raise InputError(f"{named(phase)} {path} does not exist: give a label map file ({', '.join(READABLE)}).")
    if not path.name.lower().endswith(READABLE):
        raise InputError(f"{called} is no label map file: give one of {', '.join(READABLE)}.")
    import SimpleITK as sitk

    reader = image_reader(path, called)
    if path.name.lower().endswith((".nii", ".nii.gz")):
        require_whole_nifti(path, called)
    try:
        reader.ReadImageInformation()
        size = reader.GetSize()
        _require_one_phase(size, called)
        if reader.GetNumberOfComponents() != 1:
            raise InputError(
                f"{called} has {reader.GetNumberOfComponents()} numbers a voxel (colours or a vector): give a label "
                "map with one."
            )
        if len(size) > 3:
            reader.SetExtractSize([*size[:3], *[0] * (len(size) - 3)])
        image = read_pixels(reader, called)
    except RuntimeError as error:
        raise InputError(f"{called} cannot be read: {_why(str(error))}.") from error
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return label_map_from_array(sitk.GetArrayViewFromImage(image), affine, labels, path.name, phase)


def _require_one_phase(size: tuple[int, ...], called: str) -> None:
    shown = " x ".join(map(str, size))
    if int(np.prod(size[3:])) > 1:
        raise InputError(
            f"{called} has {len(size)} dimensions ({shown}), a film of several phases: save its one phase as a 3D "
            "label map."
        )
    if len(size) < 3 or min(size[:3]) < 2:
        raise InputError(f"{called} is {shown} voxels: a 3D label map is needed, not a single slice.")
    if int(np.prod(size)) > LARGEST_VOXELS:
        raise InputError(f"{called} has {shown} voxels: crop it to the heart.")


def _why(error: str) -> str:
    if "orthonormal" in error or "non-orthogonal" in error:
        return "its axes are sheared; resample it to a grid of right angles"
    return "it is damaged or no label map; export it again"
