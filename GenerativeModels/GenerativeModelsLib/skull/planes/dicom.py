"""DICOM planes and clips of any photometric interpretation, cropped to the calibrated ultrasound region."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import Caution, InputError
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels
from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.planes.stored import (
    AGREEMENT,
    StoredClip,
    StoredPlane,
    averaged,
    reduction_for,
    refuse_if_too_large,
)

if TYPE_CHECKING:
    from pydicom import Dataset

_CENTIMETRES = 3
_MM_PER_CM = 10.0
_TISSUE, _TWO_DIMENSIONAL = 1, 1
_ULTRASOUND_OR_UNSAID = ("", "US", "IVUS", "OT", "SC", "XC")
"""Modalities that can contain an ultrasound frame; screenshots have OT or SC."""
_NO_SPACING = (
    "it has neither PhysicalDeltaX and PhysicalDeltaY of an ultrasound region in cm, nor PixelSpacing or "
    "ImagerPixelSpacing"
)


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
    """Region of the plane in the frame (None: the whole frame), its spacing, and warnings for the user.

    `contradiction` is what the tags say where they do not agree, and `spacing_mm` is then None.
    """

    region: Region | None
    spacing_mm: tuple[float, float] | None
    warnings: tuple[str, ...] = ()
    contradiction: str = ""


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
        why_no_spacing="" if calibration.spacing_mm or calibration.contradiction else _NO_SPACING,
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


def calibrated(dataset: Dataset, label: str, frame: int = 0) -> Calibration:
    """Region and spacing of a frame from all tags that state them; no spacing where they contradict each other."""
    sequence = list(dataset.get("SequenceOfUltrasoundRegions", None) or [])
    regions = [found for item in sequence if (found := _tissue_region(item, int(dataset.Rows), int(dataset.Columns)))]
    region = max(regions, key=lambda region: region.area, default=None)
    notes = ()
    if len(regions) > 1:
        notes = (
            said(
                "{label} shows {count:d} calibrated 2D regions; the largest was used.", label=label, count=len(regions)
            ),
        )
    elif sequence and not regions:
        notes = (
            said(
                "{label} has ultrasound regions but none that is 2D tissue calibrated in cm; nothing was cut away.",
                label=label,
            ),
        )
    stated = _stated_spacings(dataset, frame)
    if region is not None:
        stated = {"PhysicalDeltaX and PhysicalDeltaY of its ultrasound region": region.spacing_mm, **stated}
    imager = _pair(dataset.get("ImagerPixelSpacing", None))
    # A calibrated PixelSpacing is meant to differ from that at the detector (PS3.3 10.7.1.3).
    if imager is not None and not (stated and dataset.get("PixelSpacingCalibrationType", "")):
        if not stated:
            notes += (
                said(
                    "{label} carries only ImagerPixelSpacing, the spacing at a detector, which was used: check the "
                    "sizes.",
                    label=label,
                ),
            )
        stated["ImagerPixelSpacing"] = imager
    spacings = list(stated.values())
    if any(_differ(spacings[0], other) for other in spacings[1:]):
        all_stated = "; ".join(f"{name} {row:.4g} x {column:.4g} mm" for name, (row, column) in stated.items())
        return Calibration(region, None, notes, all_stated)
    return Calibration(region, spacings[0] if spacings else None, notes)


def _stated_spacings(dataset: Dataset, frame: int) -> dict[str, tuple[float, float]]:
    """(row, column) spacings of a frame by the tag that states them, regions and detector left out."""
    groups = {
        "PixelSpacing of the functional groups of all frames": _item(dataset, "SharedFunctionalGroupsSequence", 0),
        f"PixelSpacing of the functional groups of frame {frame}": _item(
            dataset, "PerFrameFunctionalGroupsSequence", frame
        ),
    }
    found = {
        name: _pair(None if item is None else item.get("PixelSpacing", None))
        for name, group in groups.items()
        for item in (None if group is None else _item(group, "PixelMeasuresSequence", 0),)
    }
    found |= {name: _pair(dataset.get(name, None)) for name in ("PixelSpacing", "NominalScannedPixelSpacing")}
    return {name: spacing for name, spacing in found.items() if spacing is not None}


def _item(dataset: Dataset, name: str, index: int) -> Dataset | None:
    """An item of a sequence; None if there is none."""
    items = dataset.get(name, None) or []
    return items[index] if index < len(items) else None


def _differ(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return any(abs(a / b - 1) > AGREEMENT for a, b in zip(first, second))


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
