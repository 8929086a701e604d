"""Temporary folders of cases: whole, or removed with one sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from GenerativeModelsLib.errors import InputError


@pytest.fixture
def planned(desktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(sys.modules["slicer"], "app", SimpleNamespace(temporaryPath=str(tmp_path)), raising=False)
    return desktop("planned_case")


def test_the_folder_stays_until_the_case_is_discarded(planned, tmp_path: Path) -> None:
    with planned.case_workspace("case-") as workspace:
        (workspace / "input.nrrd").touch()
    case = planned.PlannedCase(None, None, "key", "title", workspace)
    assert (workspace / "input.nrrd").is_file()
    case.discard_files()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("No space left on device")])
def test_a_full_disk_leaves_nothing(planned, tmp_path: Path, error: Exception) -> None:
    with pytest.raises(InputError, match="No space left on device"), planned.case_workspace("case-"):
        raise error
    assert list(tmp_path.iterdir()) == []


def test_a_refused_input_keeps_its_sentence(planned, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^the picture is black$"), planned.case_workspace("case-"):
        raise InputError("the picture is black")
    assert list(tmp_path.iterdir()) == []


def test_no_folder_is_a_sentence(planned, tmp_path: Path) -> None:
    sys.modules["slicer"].app.temporaryPath = str(tmp_path / "absent")
    with pytest.raises(InputError, match="cannot be written to the temporary folder"), planned.case_workspace("case-"):
        pass
