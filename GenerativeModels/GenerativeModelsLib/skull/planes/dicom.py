"""DICOM planes and clips of any photometric interpretation, cropped to the calibrated ultrasound region."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import Caution, InputError
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels
from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.planes.dicom_calibration import NO_SPACING, calibrated
from GenerativeModelsLib.skull.planes.stored import (
    StoredClip,
    StoredPlane,
    averaged,
    reduction_for,
    refuse_if_too_large,
)

if TYPE_CHECKING:
    from pydicom import Dataset

_ULTRASOUND_OR_UNSAID = ("", "US", "IVUS", "OT", "SC", "XC")
"""Modalities that can contain an ultrasound frame; screenshots have OT or SC."""


def read_dicom(path: Path, label: str) -> StoredPlane | StoredClip:
    """The frames of a DICOM file, each cropped to the calibrated 2D tissue region of the file if it has one.

    Spacing comes from the region (0018,6011: physical delta in cm), the functional groups, PixelSpacing,
    NominalScannedPixelSpacing or, with a warning, ImagerPixelSpacing alone; where they contradict each other there is
    none. MONOCHROME1, PALETTE COLOR, RGB and YBR are supported; windowing is not applied.

    Raises
    ------
    InputError
        No image, a truncated file, an unsupported compression, or an image that is too large.
    """
    import pydicom

    with _damage_named(label):
        header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        _refuse_what_is_no_plane(header, label)
        count = int(header.get("NumberOfFrames", 1) or 1)
    if count == 1:
        return _read_frame(path, label, None)
    return StoredClip(count, lambda frame: _read_frame(path, label, frame))


@contextmanager
def _damage_named(label: str) -> Iterator[None]:
    """Turn whatever pydicom raises on a damaged file into an `InputError`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except InputError:
            raise
        except Exception as error:  # pydicom raises many kinds on damaged files
            reason = " ".join(str(error).split()).rstrip(".")[:120]
            raise InputError(f"{label} is a truncated or damaged DICOM file ({reason}): export it again.") from error


def _read_frame(path: Path, label: str, frame: int | None) -> StoredPlane:
    """A frame, from 0, of a file; None = its single one."""
    import pydicom

    with _damage_named(label):
        # Of a clip only the frame is read.
        dataset = pydicom.dcmread(path, force=True, defer_size=None if frame is None else 2**20)
        if "PixelData" not in dataset:
            raise InputError(f"{label} is a DICOM file without pixels: it is truncated or holds no image.")
        calibration = calibrated(dataset, label, frame or 0)
        values = _decoded(dataset, path, label, frame)
    notes = list(calibration.warnings)
    modality = str(dataset.get("Modality", "") or "")
    if modality not in _ULTRASOUND_OR_UNSAID:
        notes.append(
            said(
                "{label} has the modality {modality}, not ultrasound: the result is not reliable.",
                label=label,
                modality=modality,
            )
        )
    if str(dataset.get("BurnedInAnnotation", "") or "").strip().upper() == "YES":
        notes.append(
            Caution(
                said(
                    "{label} says in its header that texts such as names are part of the picture "
                    "(BurnedInAnnotation): look at the report before you pass it on.",
                    label=label,
                ),
                "identity",
            )
        )
    region = calibration.region
    if region is not None:
        values = values[region.top : region.bottom, region.left : region.right]
    factor = reduction_for(*values.shape[:2])
    return StoredPlane(
        averaged(values, factor),
        calibration.spacing_mm,
        reduction=factor,
        inverted=str(dataset.get("PhotometricInterpretation", "")) == "MONOCHROME1",
        warnings=tuple(notes),
        why_no_spacing="" if calibration.spacing_mm or calibration.contradiction else NO_SPACING,
        contradiction=calibration.contradiction,
    )


def _refuse_what_is_no_plane(header: Dataset, label: str) -> None:
    if "DirectoryRecordSequence" in header:
        raise InputError(f"{label} is a DICOMDIR, a table of other files: give the one file with the ultrasound frame.")
    if "PixelDataProviderURL" in header:
        raise InputError(
            f"{label} names an address for its pixels, which this program never follows: export it with its pixels."
        )
    rows, columns = header.get("Rows"), header.get("Columns")
    if not rows or not columns:
        raise InputError(f"{label} is a DICOM file that holds no image: give the one with the ultrasound frame.")
    samples = int(header.get("SamplesPerPixel", 1) or 1)
    refuse_if_too_large(label, int(rows), int(columns), samples * max(int(header.get("BitsAllocated", 8) or 8), 8) / 8)


def _decoded(dataset: Dataset, path: Path, label: str, frame: int | None) -> np.ndarray:
    """Decoded pixels (rows, cols) or (rows, cols, 3) of a frame; None = the single one. YBR becomes RGB."""
    from pydicom import uid
    from pydicom.pixels import apply_color_lut, pixel_array

    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, _ = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = uid.ImplicitVRLittleEndian if implicit else uid.ExplicitVRLittleEndian
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        values = pixel_array(dataset, index=frame)
    except Exception as error:
        if not syntax.is_compressed:
            raise
        return _decoded_by_gdcm(path, syntax, label, error, frame)
    if frame is None and values.ndim > 2 and values.shape[0] == 1:
        values = values[0]
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(values, dataset)
    return values


def _decoded_by_gdcm(path: Path, syntax, label: str, reason: Exception, frame: int | None) -> np.ndarray:
    """Pixels that pydicom alone cannot decode, mainly lossless JPEG, decoded by SimpleITK's GDCM."""
    import SimpleITK as sitk

    reader = image_reader(path, label, ("DICOM",), checks_name=False)
    try:
        if frame is not None:
            reader.ReadImageInformation()
            refuse_if_too_large(label, *reader.GetSize()[1::-1], reader.GetSize()[2] * reader.GetNumberOfComponents())
            reader.SetExtractIndex([0, 0, frame])
            reader.SetExtractSize([*reader.GetSize()[:2], 0])
        image = read_pixels(reader, label)
    except RuntimeError as error:
        raise InputError(
            f"{label} cannot be decoded, its transfer syntax is {syntax.name}: the file is damaged, or convert it to "
            f"uncompressed DICOM, for example with `gdcmconv --raw IN OUT`."
        ) from (error if isinstance(reason, NotImplementedError) else reason)
    values = sitk.GetArrayFromImage(image)
    return values[0] if image.GetDimension() == 3 else values
