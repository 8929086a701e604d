"""DICOM data sets with any pixels and tags, of which a test takes away or adds what it is about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, UltrasoundImageStorage, generate_uid

__all__ = ["GREY", "functional_groups", "loop", "region", "saved", "ultrasound"]

GREY = "MONOCHROME2"


def region(top=0, bottom=79, left=0, right=99, delta=(0.03, 0.025), data=1, spatial=1, units=3) -> Dataset:
    """An item of SequenceOfUltrasoundRegions; `delta` is (y, x) in cm, bounds are inclusive."""
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = spatial, data, 0
    item.RegionLocationMinX0, item.RegionLocationMaxX1 = left, right
    item.RegionLocationMinY0, item.RegionLocationMaxY1 = top, bottom
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = units
    item.PhysicalDeltaY, item.PhysicalDeltaX = delta
    return item


def ultrasound(values: np.ndarray, photometric: str = GREY, regions=(), syntax=ExplicitVRLittleEndian) -> Dataset:
    """A data set of one frame with the pixels `values`."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = UltrasoundImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.Modality = "US"
    dataset.Rows, dataset.Columns = values.shape[:2]
    dataset.SamplesPerPixel = 1 if values.ndim == 2 else values.shape[2]
    dataset.PhotometricInterpretation = photometric
    if values.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = values.dtype.itemsize * 8
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    if len(regions):
        dataset.SequenceOfUltrasoundRegions = Sequence(list(regions))
    big = syntax == ExplicitVRBigEndian
    dataset.PixelData = values.astype(values.dtype.newbyteorder(">" if big else "<")).tobytes()
    return dataset


def saved(folder: Path, dataset: Dataset, name: str = "frame.dcm") -> Path:
    """The data set as a file of the folder."""
    dataset.save_as(folder / name, enforce_file_format=True)
    return folder / name


def functional_groups(spacing: list[float]) -> Sequence:
    """A sequence of functional groups, of one item, that state a spacing."""
    measures, group = Dataset(), Dataset()
    measures.PixelSpacing = spacing
    group.PixelMeasuresSequence = Sequence([measures])
    return Sequence([group])


def loop(pixels: np.ndarray, count: int, photometric: str = GREY) -> Dataset:
    """A cine loop whose frame k has the pixels rolled down by k rows."""
    dataset = ultrasound(pixels, photometric, regions=[region()])
    dataset.NumberOfFrames = count
    dataset.PixelData = b"".join(np.roll(pixels, k, axis=0).tobytes() for k in range(count))
    return dataset
