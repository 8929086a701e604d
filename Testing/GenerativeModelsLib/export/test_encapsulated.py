"""PDF and STL in DICOM: what is inside is the document, and the file is one of the study."""

from __future__ import annotations

import warnings

import numpy as np
import pydicom
import pytest

from GenerativeModelsLib.anatomy.exporting import ExportCase, export_case
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.image_files.dicom_header import dicom_header
from GenerativeModelsLib.skull.anatomy import SKULL
from Testing.helpers.dicom_inputs import HEADER, STUDY, single_frame


def document(dataset: pydicom.Dataset) -> bytes:
    """The encapsulated document, without the byte that makes its length even."""
    return dataset.EncapsulatedDocument[: dataset.EncapsulatedDocumentLength]


def test_the_report_in_dicom_is_the_report(skull) -> None:
    dataset = pydicom.dcmread(skull.export("report-pdf.dcm"))
    assert document(dataset) == skull.export("report.pdf").read_bytes()
    assert dataset.SOPClassUID.name == "Encapsulated PDF Storage"
    assert dataset.MIMETypeOfEncapsulatedDocument == "application/pdf"
    assert (dataset.StudyInstanceUID, dataset.PatientID) == (STUDY, HEADER["PatientID"])
    source = pydicom.dcmread(skull.source, stop_before_pixels=True)
    assert dataset.SourceInstanceSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID


def test_every_surface_is_an_stl_in_millimetres(heart, tmp_path) -> None:
    for name in ("ed", "es", "ed_reconstruction", "es_reconstruction"):
        dataset = pydicom.dcmread(heart.export(f"{name}-stl.dcm"))
        assert document(dataset) == heart.export(f"{name}.stl").read_bytes()
        (tmp_path / "surface.stl").write_bytes(document(dataset))
        found, own = read_surface(tmp_path / "surface.stl"), read_surface(heart.folder / f"{name}.vtp")
        assert len(found.triangles) == len(own.triangles)
        assert found.points.min(0) == pytest.approx(own.points.min(0), abs=1e-3)
        assert dataset.MeasurementUnitsCodeSequence[0].CodeValue == "mm" and dataset.Modality == "M3D"


def test_instances_of_one_result_are_told_apart_and_the_same_each_time(heart, tmp_path) -> None:
    again = export_case(ExportCase(HEART, heart.result, heart.folder), tuple(HEART.exporters), tmp_path)
    identifiers = {}
    for path in again:
        assert path.read_bytes() == heart.export(path.name).read_bytes(), path.name
        if path.suffix == ".dcm":
            identifiers[path.name] = pydicom.dcmread(path).SOPInstanceUID
    assert len(set(identifiers.values())) == len(identifiers) == 8


@pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning", "ignore:The value length:UserWarning")
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"PatientSex": "U", "PatientName": "DOE JANE"}, {"PatientSex": "", "PatientName": "DOE JANE"}),
        ({"PatientSex": "female"}, {"PatientSex": ""}),
        ({"PatientSex": "F", "PatientBirthDate": "1995-01-02"}, {"PatientSex": "F", "PatientBirthDate": ""}),
        ({"PatientBirthDate": "19950231", "StudyDate": "2026.03.11"}, {"PatientBirthDate": "", "StudyDate": ""}),
        ({"StudyTime": "10:15:30"}, {"StudyTime": ""}),
        ({"StudyTime": "101530.123"}, {"StudyTime": "101530.123"}),
        ({"PatientBirthDate": None, "AccessionNumber": None}, {"PatientBirthDate": "", "AccessionNumber": ""}),
    ],
)
def test_what_a_scanner_wrote_against_the_standard_is_left_empty(new_patient, tmp_path, written, kept) -> None:
    path = single_frame(tmp_path / "axial.dcm", np.zeros((8, 8), np.uint8), (0.3, 0.3), **written)
    case = ExportCase(SKULL, new_patient.result, new_patient.folder, {"axial": dicom_header(path, "axial")})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        written_files = export_case(case, ("dicom-sr", "dicom-seg", "dicom-pdf", "dicom-stl"), tmp_path / "exports")
    for file in written_files:
        dataset = pydicom.dcmread(file)
        assert {name: str(dataset.get(name)) for name in kept} == kept, file.name
        assert dataset.StudyInstanceUID == STUDY
