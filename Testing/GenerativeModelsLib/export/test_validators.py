"""What other people's validators say of the DICOM exports: dciodvfy of dicom3tools, dsrdump of DCMTK, dcmqi."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import SimpleITK as sitk

STANDARD = "GENERATIVE_MODELS_DICOM_STANDARD"
"""Environment variable with the folder of the standard's docbook files, for dicom-validator."""
REPORTS = ("measurements-sr.dcm", "report-pdf.dcm")
SKULL = (*REPORTS, "skull-seg.dcm", "skull-stl.dcm")
HEART = (*REPORTS, "ed-seg.dcm", "es-seg.dcm", "ed-stl.dcm", "es_reconstruction-stl.dcm")


def tool(name: str, package: str) -> str:
    """Path of a program; skips where it is not installed."""
    found = shutil.which(name) or shutil.which(name, path=Path(sys.executable).parent)
    if found is None:
        pytest.skip(f"{name} ({package}) is not installed")
    return found


def errors_of(case: Any, files: tuple[str, ...]) -> dict[str, list[str]]:
    """What dciodvfy calls an error, by file."""
    program, found = tool("dciodvfy", "dicom3tools"), {}
    for file in files:
        said = subprocess.run([program, case.export(file)], capture_output=True, text=True, timeout=60)
        found[file] = [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")]
    return found


def test_dciodvfy_finds_no_error_in_exports_of_a_head(skull) -> None:
    assert errors_of(skull, SKULL) == {file: [] for file in SKULL}


def test_dciodvfy_finds_no_error_in_exports_of_a_new_patient(new_patient) -> None:
    assert errors_of(new_patient, SKULL) == {file: [] for file in SKULL}


def test_dciodvfy_finds_no_error_in_exports_of_a_heart(heart) -> None:
    assert errors_of(heart, HEART) == {file: [] for file in HEART}


def test_dcmtk_reads_the_content_trees(skull, heart) -> None:
    program = tool("dsrdump", "dcmtk")
    for case in (skull, heart):
        said = subprocess.run([program, case.export(REPORTS[0])], capture_output=True, text=True, timeout=60)
        assert said.returncode == 0 and "Comprehensive SR Document" in said.stdout, said.stderr
        assert not any(line.startswith("E:") for line in said.stderr.splitlines()), said.stderr


def test_dcmqi_reads_the_measurements_of_a_heart(heart, tmp_path) -> None:
    """The library by which 3D Slicer reads measurement reports."""
    program = tool("tid1500reader", "dcmqi")
    command = [program, "--inputDICOM", heart.export(REPORTS[0]), "--outputMetadata", tmp_path / "found.json"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    groups = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["Measurements"]
    values = {item["quantity"]["CodeValue"]: float(item["value"]) for item in groups[0]["measurementItems"]}
    assert values["18026-5"] == pytest.approx(heart.result["edv_ml"], rel=1e-6)
    assert values["18087-7"] == pytest.approx(heart.result["myocardial_mass_g"], rel=1e-6)
    assert len(groups) == 3


def test_dcmqi_reads_the_segmentation_of_a_head(skull, tmp_path) -> None:
    """The library by which 3D Slicer reads segmentations."""
    program = tool("segimage2itkimage", "dcmqi")
    command = [program, "--inputDICOM", skull.export("skull-seg.dcm"), "--outputDirectory", tmp_path]
    subprocess.run([*command, "--outputType", "nrrd"], check=True, capture_output=True, timeout=120)
    found, own = sitk.ReadImage(str(tmp_path / "1.nrrd")), sitk.ReadImage(str(skull.folder / "skull.nii.gz"))
    values = sitk.GetArrayFromImage(found)
    assert (values > 0).sum() == sitk.GetArrayFromImage(own).sum()
    assert found.GetSpacing() == pytest.approx(own.GetSpacing(), rel=1e-5)


@pytest.mark.skipif(STANDARD not in os.environ, reason="the XML files of the DICOM standard are not here")
def test_dicom_validator_finds_no_error(heart) -> None:
    """With a folder of the standard's docbook files, which dicom-validator cannot fetch here."""
    pytest.importorskip("dicom_validator", reason="dicom-validator is not installed")
    standard = Path(os.environ[STANDARD])
    said = subprocess.run(
        ["validate_iods", "--standard-path", standard, "--edition", "local", heart.folder / "exports"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert said.returncode == 0, said.stdout
