"""Synthetic images as DICOM: a series of derived MR images for each (PS3.3 A.4), marked as synthetic in every file.

The grey values are scaled to 0 to 4095; those of MR have no unit. The patient is a new one: the image shows nobody.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.export.context import MANUFACTURER, MODEL_NAME, DicomContext

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["LARGEST", "slice_files", "write_mr"]

LARGEST = 4095
"""Of the stored values."""


def slice_files(folder: Path, schema: str) -> list[str]:
    """Names of the files that `write_mr` writes of the case in `folder`."""
    import SimpleITK as sitk

    names = []
    for entry in read_result(folder, schema)["images"]:
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(folder / entry["file"]))
        reader.ReadImageInformation()
        names += _files(entry["file"], int(np.prod(reader.GetSize()[2:])))
    return names


def write_mr(case: ExportCase, folder: Path) -> list[Path]:
    """Write every slice of every image of a case as IMAGE-0001-mr.dcm, ..., frame by frame; LPS mm."""
    context = DicomContext(replace(case, headers={}))
    paths = []
    for number, entry in enumerate(case.result["images"]):
        paths += _write_image(context, entry["file"], number, folder)
    return paths


def _write_image(context: DicomContext, file: str, number: int, folder: Path) -> list[Path]:
    import SimpleITK as sitk

    image = sitk.ReadImage(str(context.case.folder / file))
    values = sitk.GetArrayFromImage(image).reshape(-1, *image.GetSize()[2::-1])
    low, high = min(0.0, float(values.min())), float(values.max())
    stored = np.round((values - low) * (LARGEST / max(high - low, 1e-9))).astype(np.uint16)
    frames, slices = stored.shape[:2]
    frame_s = context.case.result.get("frame_s")  # a file needs a number also where the time is not known
    dimensions = image.GetDimension()
    axes = np.array(image.GetDirection()).reshape(dimensions, dimensions)[:3, :3]
    spacing, origin = np.array(image.GetSpacing()), np.array(image.GetOrigin())[:3]
    common = _common(context, file, number)
    common.PixelSpacing = [_text(spacing[1]), _text(spacing[0])]
    common.ImageOrientationPatient = [_text(value) for value in (*axes[:, 0], *axes[:, 1])]
    common.SliceThickness = _text(spacing[2])
    common.Rows, common.Columns = stored.shape[2:]
    paths = []
    for index, name in enumerate(_files(file, frames * slices)):
        frame, slice_ = divmod(index, slices)
        dataset = deepcopy(common)
        dataset.SOPInstanceUID = context.instance_uid("dicom-mr", name)
        dataset.InstanceNumber = index + 1
        dataset.ImagePositionPatient = [_text(value) for value in origin + axes[:, 2] * spacing[2] * slice_]
        if frames > 1:
            dataset.TemporalPositionIdentifier, dataset.NumberOfTemporalPositions = frame + 1, frames
            if frame_s is not None:
                dataset.TriggerTime = _text(1000 * frame * frame_s)
        dataset.PixelData = stored[frame, slice_].astype("<u2").tobytes()
        paths.append(context.written(dataset, folder / name))
    return paths


def _common(context: DicomContext, file: str, number: int) -> Dataset:
    """Everything but place and pixels, which is the same for all slices of an image."""
    from pydicom import uid
    from pydicom.dataset import FileMetaDataset

    result = context.case.result
    dataset = deepcopy(context.study)
    dataset.PatientName = "Synthetic"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dataset.SOPClassUID = uid.MRImageStorage
    dataset.SyntheticData = "YES"
    dataset.Modality = "MR"
    dataset.SeriesInstanceUID = context.uid("series", "dicom-mr", file, result["created"])
    dataset.SeriesNumber = context.series_number("dicom-mr") + number
    dataset.SeriesDescription = f"Synthetic image {number + 1}, {result['method']}"
    dataset.PatientPosition = ""
    dataset.FrameOfReferenceUID = context.uid("frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.Manufacturer, dataset.ManufacturerModelName = MANUFACTURER, MODEL_NAME
    dataset.SoftwareVersions = dataset.DeviceSerialNumber = context.software
    if context.institution:
        dataset.InstitutionName = context.institution
    dataset.ImageType = ["DERIVED", "SECONDARY", "OTHER"]
    dataset.DerivationDescription = (
        f"Synthetic image, not acquired from a patient: drawn of a label map by {result['method']}"
    )
    dataset.ImageComments = "SYNTHETIC, not of a patient"
    dataset.ContentDate, dataset.ContentTime = context.content_date, context.content_time
    dataset.ContentQualification = "RESEARCH"
    dataset.BurnedInAnnotation = "NO"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.WindowCenter, dataset.WindowWidth = str((LARGEST + 1) // 2), str(LARGEST)
    dataset.ScanningSequence, dataset.SequenceVariant, dataset.ScanOptions = "RM", "NONE", ""
    dataset.MRAcquisitionType, dataset.EchoTime, dataset.EchoTrainLength = "", "", ""
    dataset.RepetitionTime, dataset.InversionTime = "", ""
    return dataset


def _files(file: str, count: int) -> list[str]:
    return [f"{file.split('.')[0]}-{number + 1:04d}-mr.dcm" for number in range(count)]


def _text(value: float) -> str:
    """A number as a decimal string of at most 16 characters (PS3.5 6.2, DS)."""
    from pydicom.valuerep import format_number_as_ds

    return format_number_as_ds(float(value))
