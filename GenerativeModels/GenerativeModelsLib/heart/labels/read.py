"""Label maps of hearts from files: NIfTI, NRRD, MHA, and segmentations of Slicer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap, label_map_from_array
from GenerativeModelsLib.image_files.given import GivenImage, Source
from GenerativeModelsLib.image_files.reader import read_pixels
from GenerativeModelsLib.label_files.files import lps_matrix, opened, require_size, unreadable
from GenerativeModelsLib.label_files.segments import chosen_segments, read_segments, values_of_segments

__all__ = ["read_label_map"]


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
    chosen = chosen_segments(segments, called, None if by_name else vars(labels))
    values, own = values_of_segments(values, chosen, called)
    found = label_map_from_array(values, to_lps, HeartLabels(**own), path.name, phase)
    return replace(found, segments={structure: segment.name for structure, segment in chosen.items()})


def _require_one_phase(size: tuple[int, ...], called: str) -> None:
    shown = " x ".join(map(str, size))
    if int(np.prod(size[3:])) > 1:
        raise InputError(
            f"{called} has {len(size)} dimensions ({shown}), a film of several phases: give it as "
            f"{named('cine')}, or save its one phase as a 3D label map."
        )
    if len(size) < 3 or min(size[:3]) < 2:
        raise InputError(f"{called} is {shown} voxels: a 3D label map is needed, not a single slice.")
