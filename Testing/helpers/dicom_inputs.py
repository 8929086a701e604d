"""DICOM files of several kinds, as ultrasound machines, archives and screenshots write them, with a head on them.

`single_frame`: one grey frame, calibrated by an ultrasound region in cm. `jpeg_loop`: a loop of colour frames,
compressed, calibrated by a region. `enhanced`: several grey frames with the spacing in functional groups.
`screenshot`: a secondary capture with PixelSpacing alone.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image, ImageFilter
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate

from Testing.helpers.dicom_datasets import region

HEADER = {
    "PatientID": "F-2026-17",
    "PatientName": "Muster^Änne",
    "PatientBirthDate": "19950102",
    "PatientSex": "F",
    "StudyDate": "20260311",
    "StudyTime": "101530",
    "StudyID": "4711",
    "AccessionNumber": "A-99",
    "ReferringPhysicianName": "Ärztin^Eva",
    "OperatorsName": "Okonkwo^Ada",
    "InstitutionName": "Klinik am See",
}
STUDY, SERIES = "1.2.826.0.1.3680043.8.498.17", "1.2.826.0.1.3680043.8.498.18"


def single_frame(path: Path, pixels: np.ndarray, spacing_mm: Sequence[float], **header: object) -> Path:
    """A grey frame, calibrated by a region in cm that is the whole picture."""
    dataset = _dataset(uid.UltrasoundImageStorage, pixels, header)
    dataset.SequenceOfUltrasoundRegions = [_whole(pixels.shape[:2], spacing_mm)]
    return _saved(path, dataset)


def jpeg_loop(
    path: Path, frames: Sequence[np.ndarray], spacing_mm: Sequence[float], *, ybr: bool = True, **header: object
) -> Path:
    """A loop of colour frames, calibrated by a region; YBR compressed by JPEG, or RGB uncompressed."""
    colour = [np.repeat(frame[..., None], 3, axis=2) for frame in frames]
    dataset = _dataset(uid.UltrasoundMultiFrameImageStorage, colour[0], header)
    dataset.NumberOfFrames = len(frames)
    dataset.FrameIncrementPointer = pydicom.tag.Tag("FrameTime")
    dataset.FrameTime = 40.0
    dataset.SequenceOfUltrasoundRegions = [_whole(frames[0].shape, spacing_mm)]
    if ybr:
        dataset.file_meta.TransferSyntaxUID = uid.JPEGBaseline8Bit
        dataset.PhotometricInterpretation = "YBR_FULL_422"
        dataset.PixelData = encapsulate([_jpeg(frame) for frame in colour])
        dataset["PixelData"].is_undefined_length = True
        dataset.LossyImageCompression = "01"
    else:
        dataset.PixelData = b"".join(frame.tobytes() for frame in colour)
    return _saved(path, dataset)


def enhanced(path: Path, frames: Sequence[np.ndarray], spacing_mm: Sequence[float], **header: object) -> Path:
    """Grey frames whose spacing is stated by the functional groups of all frames, as in enhanced files."""
    dataset = _dataset(uid.MultiFrameGrayscaleByteSecondaryCaptureImageStorage, frames[0], header)
    dataset.NumberOfFrames = len(frames)
    dataset.PixelData = b"".join(frame.tobytes() for frame in frames)
    measures, shared = Dataset(), Dataset()
    measures.PixelSpacing = list(spacing_mm)
    shared.PixelMeasuresSequence = [measures]
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = [Dataset() for _ in frames]
    return _saved(path, dataset)


def screenshot(path: Path, pixels: np.ndarray, spacing_mm: Sequence[float] | None, **header: object) -> Path:
    """A secondary capture with PixelSpacing alone, or without any spacing."""
    dataset = _dataset(uid.SecondaryCaptureImageStorage, pixels, header)
    dataset.Modality, dataset.ConversionType = "OT", "WSD"
    if spacing_mm is not None:
        dataset.PixelSpacing = list(spacing_mm)
    return _saved(path, dataset)


def loop_of(pixels: np.ndarray, best: int, count: int) -> list[np.ndarray]:
    """Frames of which `best` is the picture as it is, and the others are blurred, darker or without a head."""
    picture = Image.fromarray(pixels)
    frames = []
    for number in range(count):
        away = abs(number - best)
        if away == 0:
            frames.append(pixels)
        elif number == 0:  # no head at all
            frames.append(np.random.default_rng(0).integers(0, 40, pixels.shape, dtype=np.uint8))
        else:
            frames.append((np.asarray(picture.filter(ImageFilter.GaussianBlur(6 * away))) * 0.7**away).astype(np.uint8))
    return frames


def _dataset(sop_class: str, pixels: np.ndarray, header: dict[str, object]) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, uid.generate_uid(entropy_srcs=[pixels.tobytes().hex()])
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = STUDY, SERIES
    dataset.Modality, dataset.Manufacturer = "US", "Maker"
    dataset.SeriesNumber = dataset.InstanceNumber = 1
    for name, value in (HEADER | header).items():
        if value is not None:
            setattr(dataset, name, value)
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 1 if pixels.ndim == 2 else 3
    dataset.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 2 else "RGB"
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.PixelData = pixels.tobytes()
    return dataset


def _whole(size: Sequence[int], spacing_mm: Sequence[float]) -> Dataset:
    """The region that is the whole picture."""
    return region(0, size[0] - 1, 0, size[1] - 1, (spacing_mm[0] / 10, spacing_mm[1] / 10))


def _jpeg(colour: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(colour).save(stream, "JPEG", quality=92)
    return stream.getvalue()


def _saved(path: Path, dataset: Dataset) -> Path:
    dataset.save_as(path, enforce_file_format=True)
    return path
