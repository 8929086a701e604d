"""Label maps of a case as DICOM segmentations (PS3.3 A.51)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.anatomy.codes import ANATOMICAL_STRUCTURE, Code, LabelMapFile, Segment
from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.export.context import MANUFACTURER, MODEL_NAME, DicomContext
from GenerativeModelsLib.export.structured_report import coded

if TYPE_CHECKING:
    import highdicom as hd
    from pydicom import Dataset

__all__ = ["write_seg"]

_SEGMENTATION = Code("113076", "DCM", "Segmentation")
_SOURCE = Code("121322", "DCM", "Source image for image processing operation")


def write_seg(case: ExportCase, folder: Path) -> list[Path]:
    """Write each label map of a case as NAME-seg.dcm, binary segments in LPS mm; values without a voxel are left out.

    The frame of reference is that of the label map, one of its own: where an input image lies in space is not known.

    Raises
    ------
    InputError
        The folder has no label map.
    """
    context = DicomContext(case)
    files = [entry for entry in case.anatomy.label_maps if (case.folder / entry.file).is_file()]
    if not files:
        raise InputError(f"The case has no label map for a DICOM segmentation: {case.anatomy.verb} it again.")
    return [_write(context, entry, number, folder) for number, entry in enumerate(files, start=1)]


def _write(context: DicomContext, entry: LabelMapFile, number: int, folder: Path) -> Path:
    import highdicom as hd

    volume, present = _volume(context, entry)
    dataset = hd.seg.Segmentation(
        source_images=[_stand_in(context, volume)],
        pixel_array=volume,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_description(context, k, segment) for k, segment in enumerate(present, start=1)],
        series_instance_uid=context.series_uid("dicom-seg"),
        series_number=context.series_number("dicom-seg"),
        sop_instance_uid=context.instance_uid("dicom-seg", entry.name),
        instance_number=number,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL_NAME,
        software_versions=context.software,
        device_serial_number=context.software,
        content_description=entry.label,
        content_label=entry.name.upper(),
        series_description=context.description("dicom-seg"),
        institution_name=context.institution,
        content_date=context.content_date,
        content_time=context.content_time,
        omit_empty_frames=False,
    )
    for item in (*dataset.DimensionOrganizationSequence, *dataset.DimensionIndexSequence):  # highdicom draws one
        item.DimensionOrganizationUID = context.uid("dimensions", entry.name)
    _refer_to_images(dataset, context)
    return context.written(dataset, folder / f"{entry.name}-seg.dcm")


def _volume(context: DicomContext, entry: LabelMapFile) -> tuple[Any, list[Segment]]:
    """The label map with values 1, 2, ... and the segments that have a voxel, in the order of these values."""
    import highdicom as hd
    import SimpleITK as sitk

    image = sitk.ReadImage(str(context.case.folder / entry.file))
    values = sitk.GetArrayFromImage(image)
    present = [segment for segment in entry.segments if (values == segment.value).any()]
    numbered = np.zeros(values.shape, np.uint8)
    for number, segment in enumerate(present, start=1):
        numbered[values == segment.value] = number
    # Array axes are k, j, i, so the columns of the affine are those of the image in reverse.
    axes = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = axes[:, ::-1], image.GetOrigin()
    volume = hd.Volume(
        array=numbered,
        affine=affine,
        coordinate_system="PATIENT",
        frame_of_reference_uid=context.uid("frame of reference"),
    )
    return volume, present


def _description(context: DicomContext, number: int, segment: Segment) -> hd.seg.SegmentDescription:
    import highdicom as hd
    from pydicom.sr.codedict import codes

    algorithm = hd.AlgorithmIdentificationSequence(
        name=MODEL_NAME, family=codes.DCM.ArtificialIntelligence, version=context.software
    )
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=segment.label,
        segmented_property_category=coded(ANATOMICAL_STRUCTURE),
        segmented_property_type=coded(segment.kind),
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=algorithm,
        tracking_uid=context.uid("segment", segment.label),
        tracking_id=segment.label,
        display_color=hd.color.CIELabColor.from_rgb(*segment.colour),
    )


def _stand_in(context: DicomContext, volume: Any) -> Dataset:
    """A slice in the frame of the label map, from which highdicom takes patient, study and frame of reference."""
    image = context.stand_in()
    image.FrameOfReferenceUID = volume.frame_of_reference_uid
    image.PositionReferenceIndicator = ""
    image.Rows, image.Columns = volume.shape[1:3]
    image.ImagePositionPatient = [_decimal(value) for value in volume.position]
    image.ImageOrientationPatient = [_decimal(value) for value in volume.direction_cosines]
    image.PixelSpacing = [_decimal(value) for value in volume.pixel_spacing]
    image.SliceThickness = _decimal(volume.spacing_between_slices)
    return image


def _decimal(value: float) -> Any:
    from pydicom.valuerep import DS

    return DS(float(value), auto_format=True)


def _refer_to_images(dataset: Dataset, context: DicomContext) -> None:
    """Refer to the images that the case was computed from, in place of the stand-in."""
    from pydicom import Dataset

    for name in ("ReferencedSeriesSequence", "SourceImageSequence"):
        if name in dataset:
            del dataset[name]
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        if "DerivationImageSequence" in frame:
            del frame.DerivationImageSequence
    if context.images:
        derived = Dataset()
        derived.DerivationCodeSequence = [coded(_SEGMENTATION)]
        derived.SourceImageSequence = context.references(_SOURCE)
        dataset.SharedFunctionalGroupsSequence[0].DerivationImageSequence = [derived]
        dataset.ReferencedSeriesSequence = context.referenced_series()
