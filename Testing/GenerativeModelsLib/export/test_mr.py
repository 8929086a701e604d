"""Synthetic images as DICOM: what every file says of itself, and the same voxels at the same place."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.anatomy.exporting import export_files
from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from Testing.GenerativeModelsLib.export.test_validators import tool
from Testing.helpers.segmentation_phantoms import cine, maps_of, write_maps
from Testing.helpers.tiny_images import write_heart


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    labels = write_heart(folder / "labels.nii.gz")
    image = sitk.ReadImage(str(labels))
    c, s = np.cos(0.4), np.sin(0.4)
    image.SetDirection((1, 0, 0, 0, c, -s, 0, s, c))
    image.SetOrigin((-12.5, 30.0, 7.0))
    sitk.WriteImage(image, str(labels))
    request = ImageSynthesisRequest(
        labels=labels, n=2, seed=1, output=folder / "case", export="dicom-mr", case_id="S-1"
    )
    run_case(IMAGES, request)
    return folder / "case"


def test_every_file_says_that_it_is_synthetic_and_derived(case: Path) -> None:
    files = sorted((case / "exports").iterdir())
    assert [path.name for path in files] == export_files(IMAGES, "dicom-mr", case) and len(files) == 8
    for path in files:
        found = pydicom.dcmread(path)
        assert list(found.ImageType[:2]) == ["DERIVED", "SECONDARY"] and found.SyntheticData == "YES"
        assert "Synthetic" in found.SeriesDescription and "not acquired from a patient" in found.DerivationDescription
        assert found.PatientName == "Synthetic" and found.PatientID == "S-1" and found.Modality == "MR"


def test_each_image_is_a_series_of_one_frame_of_reference(case: Path) -> None:
    found = [pydicom.dcmread(path) for path in sorted((case / "exports").iterdir())]
    assert len({each.SeriesInstanceUID for each in found}) == len({each.SeriesNumber for each in found}) == 2
    assert len({each.SOPInstanceUID for each in found}) == 8
    assert len({each.FrameOfReferenceUID for each in found}) == len({each.StudyInstanceUID for each in found}) == 1


def test_other_readers_find_the_voxels_at_their_place(case: Path) -> None:
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(path) for path in sorted((case / "exports").glob("image_001-*"))])
    found, wanted = reader.Execute(), sitk.ReadImage(str(case / "image_001.nii.gz"))
    assert found.GetSize() == wanted.GetSize()
    for index in ((0, 0, 0), (79, 0, 3), (0, 89, 3)):
        np.testing.assert_allclose(
            found.TransformIndexToPhysicalPoint(index), wanted.TransformIndexToPhysicalPoint(index), atol=1e-3
        )
    values, grey = sitk.GetArrayFromImage(found).astype(float), sitk.GetArrayFromImage(wanted)
    assert values.max() == 4095 and np.abs(values / 4095 * grey.max() - grey).max() <= 0.51 * grey.max() / 4095


def test_a_cine_keeps_its_times(tmp_path: Path) -> None:
    labels = write_maps(tmp_path / "cine.nii.gz", maps_of(cine(3, 4)))
    run_case(IMAGES, ImageSynthesisRequest(labels=labels, output=tmp_path / "case", export="dicom-mr"))
    found = [pydicom.dcmread(path) for path in sorted((tmp_path / "case" / "exports").iterdir())]
    assert len(found) == 12 and [float(each.TriggerTime) for each in found[::4]] == pytest.approx([0, 40, 80])
    assert found[0].ImagePositionPatient == found[4].ImagePositionPatient


def test_a_cine_without_plausible_times_claims_none(tmp_path: Path) -> None:
    labels = write_maps(tmp_path / "cine.nii.gz", replace(maps_of(cine(3, 4)), frame_s=1.0))
    run_case(IMAGES, ImageSynthesisRequest(labels=labels, output=tmp_path / "case", export="dicom-mr"))
    found = [pydicom.dcmread(path) for path in sorted((tmp_path / "case" / "exports").iterdir())]
    assert [each.TemporalPositionIdentifier for each in found[::4]] == [1, 2, 3]
    assert not any("TriggerTime" in each for each in found)


def test_dciodvfy_finds_no_error(case: Path) -> None:
    program = tool("dciodvfy", "dicom3tools")
    said = subprocess.run(
        [program, case / "exports" / "image_000-0001-mr.dcm"], capture_output=True, text=True, timeout=60
    )
    assert [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")] == []
