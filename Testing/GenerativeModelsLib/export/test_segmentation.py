"""DICOM segmentations read back by highdicom: voxels and places are those of the label maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.skull.anatomy import SKULL
from Testing.helpers.dicom_inputs import STUDY

hd = pytest.importorskip("highdicom", reason="highdicom is not installed")


def volume_of(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Values (k, j, i) of a segmentation, 1, 2, ... by segment, and index (k, j, i, 1) -> LPS mm."""
    volume = hd.seg.segread(path).get_volume(combine_segments=True)
    return np.asarray(volume.array), volume.affine


def affine_of(image: sitk.Image) -> np.ndarray:
    """(4, 4) index (k, j, i, 1) -> LPS mm."""
    found = np.eye(4)
    found[:3, :3] = (np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing())[:, ::-1]
    found[:3, 3] = image.GetOrigin()
    return found


def points_of(values: np.ndarray, affine: np.ndarray, value: int) -> np.ndarray:
    """(N, 3) LPS mm of the voxels of a value, sorted."""
    found = np.argwhere(values == value) @ affine[:3, :3].T + affine[:3, 3]
    return found[np.lexsort(np.round(found, 3).T)]


def test_the_head_is_where_the_label_map_has_it(skull) -> None:
    image = sitk.ReadImage(str(skull.folder / "skull.nii.gz"))
    values, affine = volume_of(skull.export("skull-seg.dcm"))
    own = sitk.GetArrayFromImage(image)
    assert (values > 0).sum() == own.sum()
    np.testing.assert_allclose(points_of(values, affine, 1), points_of(own, affine_of(image), 1), atol=1e-3)
    volume_ml = (values > 0).sum() * abs(np.linalg.det(affine[:3, :3])) / 1000
    assert volume_ml == pytest.approx(skull.result["biometry"]["head_volume_ml"]["value"], rel=0.02)


def test_the_segment_says_what_it_is_and_the_file_whose(skull) -> None:
    dataset, source = hd.seg.segread(skull.export("skull-seg.dcm")), pydicom.dcmread(skull.source)
    (segment,) = dataset.SegmentSequence
    kind = SKULL.label_maps[0].segments[0].kind
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeValue == kind.value
    assert (segment.SegmentAlgorithmType, dataset.SegmentationType) == ("AUTOMATIC", "BINARY")
    assert dataset.StudyInstanceUID == STUDY and dataset.PatientID == source.PatientID
    reference = dataset.ReferencedSeriesSequence[0]
    assert reference.SeriesInstanceUID == source.SeriesInstanceUID
    assert reference.ReferencedInstanceSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID


def test_both_phases_of_a_heart_have_their_structures(heart) -> None:
    for phase in ("ed", "es"):
        image = sitk.ReadImage(str(heart.folder / f"{phase}_labels.nii.gz"))
        own = sitk.GetArrayFromImage(image)
        path = heart.export(f"{phase}-seg.dcm")
        values, affine = volume_of(path)
        segments = {entry.SegmentNumber: entry.SegmentLabel for entry in hd.seg.segread(path).SegmentSequence}
        labels = {segment.label: segment.value for segment in HEART.label_maps[0].segments}
        assert set(segments.values()) == set(labels)
        for number, label in segments.items():
            np.testing.assert_allclose(
                points_of(values, affine, number), points_of(own, affine_of(image), labels[label]), atol=1e-3
            )
        cavity = next(number for number, label in segments.items() if label == "Left ventricle, cavity")
        volume_ml = (values == cavity).sum() * abs(np.linalg.det(affine[:3, :3])) / 1000
        assert volume_ml == pytest.approx(heart.result[f"{phase}v_ml"], rel=1e-6)


def test_the_phases_share_series_study_and_frame_of_reference(heart) -> None:
    one, other = (pydicom.dcmread(heart.export(f"{phase}-seg.dcm")) for phase in ("ed", "es"))
    for name in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "PatientID"):
        assert one[name].value == other[name].value
    assert one.SOPInstanceUID != other.SOPInstanceUID and (one.InstanceNumber, other.InstanceNumber) == (1, 2)
    assert "ReferencedSeriesSequence" not in one and one.PatientID == "H-7"
