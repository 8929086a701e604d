"""Exports of a case in the scene, and what the Slicer core reads of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsScene.nodes.dicom_source import dicom_headers_of, file_of
from GenerativeModelsScene.nodes.export import export_formats
from GenerativeModelsScene.nodes.volumes import voxels
from GenerativeModelsScene.skull.save import save_case
from GenerativeModelsScene.skull.show import show_case
from Testing.helpers.dicom_inputs import HEADER, STUDY, single_frame
from Testing.helpers.finished_cases import a_finished_case


@pytest.fixture
def nodes(a_scene, tmp_path: Path):
    """A case in the scene whose ID is P-1."""
    case = read_case(a_finished_case(tmp_path / "case", case_id="P-1"))
    return show_case(a_scene, case, inputs={}, key="case", title="Head")


def exported(a_scene, nodes, folder: Path, *names: str, headers=None) -> dict[str, Path]:
    """Export and give the files by name."""
    paths = export_formats(SKULL, lambda place: save_case(a_scene, nodes, place), names, folder, headers)
    return {path.name: path for path in paths}


def test_names_begin_with_the_case_id_and_nothing_is_replaced(a_scene, nodes, tmp_path: Path) -> None:
    found = exported(a_scene, nodes, tmp_path / "out", "stl", "ply", "glb")
    assert sorted(found) == ["P-1-skull.glb", "P-1-skull.ply", "P-1-skull.stl"]
    with pytest.raises(InputError, match=r"P-1-skull\.stl is there already"):
        exported(a_scene, nodes, tmp_path / "out", "stl")


def test_meshes_are_read_by_the_slicer_core(a_scene, nodes, tmp_path: Path) -> None:
    """In the place of the model of the case: Slicer turns LPS into RAS by the header."""
    found = exported(a_scene, nodes, tmp_path / "out", "stl", "ply")
    own = np.array(nodes.model.GetPolyData().GetBounds())
    for path in found.values():
        model = a_scene.AddNewNodeByClass("vtkMRMLModelNode")
        storage = a_scene.AddNewNodeByClass("vtkMRMLModelStorageNode")
        storage.SetFileName(str(path))
        assert storage.ReadData(model)
        np.testing.assert_allclose(model.GetPolyData().GetBounds(), own, atol=1e-2)


def test_the_segmentation_is_read_by_the_slicer_core(a_scene, nodes, tmp_path: Path) -> None:
    pytest.importorskip("highdicom", reason="highdicom is not installed")
    (path,) = exported(a_scene, nodes, tmp_path / "out", "dicom-seg").values()
    volume = a_scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    storage.SetSingleFile(True)
    assert storage.ReadData(volume)
    own = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "case" / "skull.nii.gz")))
    read = voxels(volume) > 0
    # ITK unpacks whole bytes of bits and leaves up to seven voxels as they were in memory, at the end of the slice that
    # is the last one of the file and the first one here.
    read[0].flat[read[0].size - read.size % 8 :] = False
    assert own.any()
    np.testing.assert_array_equal(read, own > 0)
    bounds, model = np.zeros(6), np.zeros(6)
    volume.GetRASBounds(bounds)
    nodes.label_map.GetRASBounds(model)
    np.testing.assert_allclose(bounds, model, atol=0.1)


def test_the_numbers_are_those_of_the_case(a_scene, nodes, tmp_path: Path) -> None:
    pytest.importorskip("fhir.resources", reason="fhir.resources is not installed")
    (path,) = exported(a_scene, nodes, tmp_path / "out", "fhir").values()
    content = json.loads(path.read_text(encoding="utf-8"))
    values = {
        entry["resource"]["code"]["coding"][0]["code"]: entry["resource"]["valueQuantity"]["value"]
        for entry in content["entry"]
        if entry["resource"]["resourceType"] == "Observation"
    }
    assert values["11984-2"] == 260.125 and values["11823-2"] == 77.6


def test_a_volume_loaded_from_dicom_lends_its_patient_and_study(a_scene, nodes, tmp_path: Path) -> None:
    pydicom = pytest.importorskip("pydicom")
    pixels = np.random.default_rng(0).integers(0, 255, (64, 80), dtype=np.uint8)
    source = single_frame(tmp_path / "axial.dcm", pixels, (0.3, 0.3))
    node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(source))
    node.SetAndObserveStorageNodeID(storage.GetID())
    assert file_of(node) == source
    headers = dicom_headers_of({"axial": node, "sagittal": None})
    assert list(headers) == ["axial"] and headers["axial"].PatientID == HEADER["PatientID"]
    (path,) = exported(a_scene, nodes, tmp_path / "out", "dicom-stl", headers=headers).values()
    found = pydicom.dcmread(path)
    assert (found.StudyInstanceUID, found.PatientID) == (STUDY, HEADER["PatientID"])
    (path,) = exported(a_scene, nodes, tmp_path / "new", "dicom-stl").values()
    found = pydicom.dcmread(path)
    assert found.StudyInstanceUID != STUDY and found.PatientID == "P-1"


def test_other_volumes_have_no_header(a_scene, tmp_path: Path) -> None:
    node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    assert file_of(node) is None and file_of(None) is None
    storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(tmp_path / "absent.dcm"))
    node.SetAndObserveStorageNodeID(storage.GetID())
    assert file_of(node) is None
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    storage.SetFileName(str(tmp_path / "picture.png"))
    assert file_of(node) == tmp_path / "picture.png" and dicom_headers_of({"axial": node}) == {}


def test_the_dicom_database_of_slicer_is_asked_for_what_its_module_loaded(
    a_scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Database:
        def fileForInstance(self, uid: str) -> str:
            return str(tmp_path / "axial.dcm") if uid == "1.2.3" else ""

    (tmp_path / "axial.dcm").touch()
    monkeypatch.setattr(slicer, "dicomDatabase", Database(), raising=False)
    node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    node.SetAttribute("DICOM.instanceUIDs", "1.2.3 1.2.4")
    assert file_of(node) == tmp_path / "axial.dcm"
    node.SetAttribute("DICOM.instanceUIDs", "1.2.5")
    assert file_of(node) is None
