"""DICOM planes of any photometric interpretation, cropped to the calibrated ultrasound region."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels
from GenerativeModelsLib.skull.planes.stored import StoredPlane, averaged, reduction_for, refuse_if_too_large

if TYPE_CHECKING:
    from pydicom import Dataset

_CENTIMETRES = 3
_MM_PER_CM = 10.0
_TISSUE, _TWO_DIMENSIONAL = 1, 1
_ULTRASOUND_OR_UNSAID = ("", "US", "IVUS", "OT", "SC", "XC")
"""Modalities that can contain an ultrasound frame; screenshots have OT or SC."""


@dataclass(frozen=True)
class Region:
    """A calibrated two-dimensional region: pixel bounds, end exclusive, and mm per pixel down and to the right."""

    top: int
    bottom: int
    left: int
    right: int
    spacing_mm: tuple[float, float]

    @property
    def area(self) -> int:
        return (self.bottom - self.top) * (self.right - self.left)


@dataclass(frozen=True)
class Calibration:
    """Region of the plane in the frame (None: the whole frame), its spacing, and warnings for the user."""

    region: Region | None
    spacing_mm: tuple[float, float] | None
    warnings: tuple[str, ...] = ()


def read_dicom(path: Path, label: str) -> StoredPlane:
    """The single frame of a DICOM file, cropped to its calibrated 2D tissue region if it has one.

    Spacing comes from the region (0018,6011: physical delta in cm), else from PixelSpacing, else, with a warning, from
    ImagerPixelSpacing. MONOCHROME1, PALETTE COLOR, RGB and YBR are supported; windowing is not applied.

    Raises
    ------
    InputError
        Several frames, no image, a truncated file, an unsupported compression, or an image that is too large.
    """
    import pydicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            _refuse_what_is_no_plane(header, label)
            dataset = pydicom.dcmread(path, force=True)
            if "PixelData" not in dataset:
                raise InputError(f"{label} is a DICOM file without pixels: it is truncated or holds no image.")
            calibration = calibrated(dataset, label)
            values = _decoded(dataset, path, label)
        except InputError:
            raise
        except Exception as error:  # pydicom raises many kinds on damaged files
            reason = " ".join(str(error).split()).rstrip(".")[:120]
            raise InputError(f"{label} is a truncated or damaged DICOM file ({reason}): export it again.") from error
    notes = list(calibration.warnings)
    modality = str(dataset.get("Modality", "") or "")
    if modality not in _ULTRASOUND_OR_UNSAID:
        notes.append(f"{label} has the modality {modality}, not ultrasound: the result is not reliable.")
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
    frames = int(header.get("NumberOfFrames", 1) or 1)
    if frames > 1:
        raise InputError(
            f"{label} holds {frames} frames, expected a single plane: export the frame of the standard plane."
        )
    samples = int(header.get("SamplesPerPixel", 1) or 1)
    refuse_if_too_large(label, int(rows), int(columns), samples * max(int(header.get("BitsAllocated", 8) or 8), 8) / 8)


def calibrated(dataset: Dataset, label: str) -> Calibration:
    """Region and spacing from the first available of ultrasound region, PixelSpacing and ImagerPixelSpacing."""
    sequence = list(dataset.get("SequenceOfUltrasoundRegions", None) or [])
    regions = [found for item in sequence if (found := _tissue_region(item, int(dataset.Rows), int(dataset.Columns)))]
    if regions:
        largest = max(regions, key=lambda region: region.area)
        notes = ()
        if len(regions) > 1:
            notes = (f"{label} shows {len(regions)} calibrated 2D regions; the largest was used.",)
        return Calibration(largest, largest.spacing_mm, notes)
    notes = ()
    if sequence:
        notes = (f"{label} has ultrasound regions but none that is 2D tissue calibrated in cm; nothing was cut away.",)
    spacing = _pair(dataset.get("PixelSpacing", None))
    if spacing is None and (spacing := _pair(dataset.get("ImagerPixelSpacing", None))) is not None:
        notes += (
            f"{label} carries only ImagerPixelSpacing, the spacing at a detector, which was used: check the sizes.",
        )
    return Calibration(None, spacing, notes)


def _tissue_region(item: Dataset, rows: int, columns: int) -> Region | None:
    """The region of one item of SequenceOfUltrasoundRegions, None unless it is 2D tissue calibrated in cm."""
    if item.get("RegionSpatialFormat") != _TWO_DIMENSIONAL or item.get("RegionDataType") != _TISSUE:
        return None
    if item.get("PhysicalUnitsXDirection") != _CENTIMETRES or item.get("PhysicalUnitsYDirection") != _CENTIMETRES:
        return None
    bounds = [
        item.get(f"RegionLocation{key}", None) for key in ("MinY0", "MaxY1", "MinX0", "MaxX1")
    ]  # both ends are inclusive
    deltas = _pair([item.get("PhysicalDeltaY", None), item.get("PhysicalDeltaX", None)])
    if deltas is None or any(bound is None for bound in bounds):
        return None
    top, bottom, left, right = (int(bound) for bound in bounds)
    top, left, bottom, right = max(top, 0), max(left, 0), min(bottom + 1, rows), min(right + 1, columns)
    if bottom <= top or right <= left:
        return None
    return Region(top, bottom, left, right, (deltas[0] * _MM_PER_CM, deltas[1] * _MM_PER_CM))


def _pair(value) -> tuple[float, float] | None:
    """Absolute values of two finite nonzero numbers (a physical axis may point up or left); None for anything else."""
    try:
        first, second = (abs(float(part)) for part in value)
    except (TypeError, ValueError):
        return None
    return (first, second) if isfinite(first) and isfinite(second) and first > 0 and second > 0 else None


def _decoded(dataset: Dataset, path: Path, label: str) -> np.ndarray:
    """Decoded pixels (rows, cols) or (rows, cols, 3)."""
    from pydicom import uid
    from pydicom.pixels import apply_color_lut, pixel_array

    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, _ = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = uid.ImplicitVRLittleEndian if implicit else uid.ExplicitVRLittleEndian
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        values = pixel_array(dataset)
    except Exception as error:
        if not syntax.is_compressed:
            raise
        return _decoded_by_gdcm(path, syntax, label, error)
    if values.ndim > 2 and values.shape[0] == 1:
        values = values[0]
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(values, dataset)
    return values


def _decoded_by_gdcm(path: Path, syntax, label: str, reason: Exception) -> np.ndarray:
    """Pixels that pydicom alone cannot decode, mainly lossless JPEG, decoded by SimpleITK's GDCM."""
    import SimpleITK as sitk

    reader = image_reader(path, label, ("DICOM",), checks_name=False)
    try:
        image = read_pixels(reader, label)
    except RuntimeError as error:
        raise InputError(
            f"{label} cannot be decoded, its transfer syntax is {syntax.name}: the file is damaged, or convert it to "
            f"uncompressed DICOM, for example with `gdcmconv --raw IN OUT`."
        ) from (error if isinstance(reason, NotImplementedError) else reason)
    values = sitk.GetArrayFromImage(image)
    return values[0] if image.GetDimension() == 3 else values
