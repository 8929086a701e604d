"""No file of a case names a folder of the machine that computed it, nor, of a new patient, the old one."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from Testing.helpers.dicom_inputs import HEADER


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file, unpacked where it is a gzip file."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): gzip.decompress(path.read_bytes())
        if path.suffix == ".gz"
        else path.read_bytes()
        for path in files
    }


def check(folder: Path, *secrets: Path) -> None:
    places = [
        str(place).encode() for place in (folder, folder.parent, Path.home(), Path(__file__).parents[3], *secrets)
    ]
    for name, content in contents(folder).items():
        for place in places:
            assert place not in content and place.replace(b"/", b"\\/") not in content, (name, place)


def test_of_a_head(skull) -> None:
    check(skull.folder, skull.source)
    assert skull.result["planes"]["axial"]["file"] == "axial.dcm"
    assert skull.result["fingerprint"]["inputs"]["axial"]["name"] == "axial.dcm"


def test_of_a_heart(heart, sample_heart: Path) -> None:
    check(heart.folder, sample_heart)
    assert {entry["file"] for entry in heart.result["inputs"].values()} == {"ed.nii.gz", "es.nii.gz"}


@pytest.mark.parametrize("name", ["PatientID", "PatientName", "AccessionNumber", "InstitutionName", "OperatorsName"])
def test_without_consent_nothing_of_the_header_is_in_a_case(new_patient, name: str) -> None:
    assert new_patient.result["identity"] == {
        "case_id": None,
        "examination_date": None,
        "operator": None,
        "institution": None,
        "from_dicom": [],
    }
    for part in (part for part in str(HEADER[name]).split("^") if len(part) > 3):  # base64 may hold three letters
        for file, content in contents(new_patient.folder).items():
            assert part.encode() not in content and part.encode("latin-1") not in content, file
