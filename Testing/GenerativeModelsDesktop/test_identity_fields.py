"""The identity in a module's panel: typed, or filled from a DICOM header when the button is pressed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from Testing.helpers.dicom_inputs import single_frame

EMPTY = {"caseId": "", "examinationDate": "", "operatorName": "", "institution": ""}


@pytest.fixture
def fields(desktop, widget):
    """Fields over a parameter node, the sentence that was said last, and the chosen nodes."""
    said: list[str | None] = []
    nodes: dict[str, object] = {}
    button = widget()
    found = desktop("identity_fields").IdentityFields(
        SimpleNamespace(identityButton=button), lambda: nodes, said.append, lambda error: f"! {error}"
    )
    found.parameters = SimpleNamespace(**EMPTY)
    return found, button, said, nodes


def node_of(path: Path) -> SimpleNamespace:
    """A volume node that was loaded from a file."""
    storage = SimpleNamespace(GetFileName=lambda: str(path))
    return SimpleNamespace(GetStorageNode=lambda: storage, GetAttribute=lambda name: None)


def test_what_is_typed_becomes_fields_of_the_request(fields) -> None:
    found = fields[0]
    assert found.values() == dict.fromkeys(("case_id", "examination_date", "operator", "institution"))
    found.parameters.caseId, found.parameters.examinationDate = " P-1 ", "20260311"
    assert found.values()["case_id"] == "P-1" and found.values()["examination_date"] == "2026-03-11"
    assert found.problem is None
    found.parameters.caseId = "a/b"
    assert found.problem.startswith("! case_id is 'a/b'")
    with pytest.raises(InputError):
        found.values()


def test_the_button_reads_the_header_of_the_chosen_image(fields, tmp_path: Path) -> None:
    found, button, said, nodes = fields
    pixels = np.zeros((40, 50), np.uint8)
    nodes.update(axial=node_of(single_frame(tmp_path / "a.dcm", pixels, (0.3, 0.3))), sagittal=None)
    assert vars(found.parameters) == EMPTY, "nothing is read before the button is pressed"
    button.click()
    assert said == [None]
    assert vars(found.parameters) == {
        "caseId": "F-2026-17",
        "examinationDate": "2026-03-11",
        "operatorName": "Ada Okonkwo",
        "institution": "Klinik am See",
    }


def test_without_a_dicom_file_the_button_says_so(fields, tmp_path: Path) -> None:
    found, button, said, nodes = fields
    button.click()
    assert "were not loaded from DICOM files" in said[-1]
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    nodes["axial"] = node_of(tmp_path / "a.png")
    button.click()
    assert "No file is DICOM" in said[-1] and vars(found.parameters) == EMPTY
