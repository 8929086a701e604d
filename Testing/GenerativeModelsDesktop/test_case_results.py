"""Where a case is saved."""

from __future__ import annotations

from pathlib import Path


def test_a_case_goes_into_an_empty_folder_or_a_new_one(desktop, tmp_path: Path) -> None:
    free_folder = desktop("case_results").free_folder
    assert free_folder(tmp_path, "case") == tmp_path
    assert free_folder(tmp_path / "absent", "case") == tmp_path / "absent"
    (tmp_path / "notes.txt").touch()
    assert free_folder(tmp_path, "case") == tmp_path / "case"
    (tmp_path / "case").mkdir()
    assert free_folder(tmp_path, "case") == tmp_path / "case-2"
