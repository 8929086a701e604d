"""The document that a finished case leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy.result import CaseFolder, read_result, require_report
from GenerativeModelsLib.errors import InputError


def test_the_document_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"schema": "toy/1", "warnings": ["Größe ☃"]}', encoding="utf-8")
    assert read_result(tmp_path, "toy/1") == {"schema": "toy/1", "warnings": ["Größe ☃"]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "missing or broken"),
        ("{", "missing or broken"),
        ("[" * 100_000, "missing or broken"),
        ("{}", "does not say schema toy/1"),
        ("[]", "does not say schema toy/1"),
        ('{"schema": "heart-analysis/1"}', "does not say schema toy/1"),
    ],
)
def test_a_foreign_result_is_refused_with_the_remedy(content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(content)
    with pytest.raises(InputError, match=rf"result\.json.*{words}: compute the case again\.$"):
        read_result(tmp_path, "toy/1")


def test_one_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing or broken: play again\.$"):
        read_result(tmp_path, "toy/1", "play again")
    (tmp_path / "result.json").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="missing or broken"):
        read_result(tmp_path, "toy/1")


def test_a_folder_without_its_report_is_no_case(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"report\.html is missing: play again\.$"):
        require_report(tmp_path, "play again")
    (tmp_path / "report.html").touch()
    require_report(tmp_path)
    case = CaseFolder(tmp_path, {"warnings": ["It rains."]})
    assert case.report == tmp_path / "report.html" and case.warnings == ["It rains."]
