"""Reuse of results of an earlier batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.batch.finished import why_unfinished
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.results import stand_in_fingerprint, write_result

SCHEMA = "skull-reconstruction/1"


@pytest.fixture
def request_(tmp_path: Path) -> SkullRequest:
    request = SkullRequest(axial=tmp_path / "a.png", output=tmp_path / "p1")
    write_result(request)
    return request


def test_a_result_is_finished_as_long_as_every_file_is_as_it_was(request_: SkullRequest) -> None:
    folder, wanted = request_.output, stand_in_fingerprint(request_)
    assert why_unfinished(folder, SCHEMA, wanted) == ""
    (folder / "evaluation.json").write_text("the user's own file")
    assert why_unfinished(folder, SCHEMA, wanted) == ""
    (folder / "skull.nii.gz").write_text("x")
    assert why_unfinished(folder, SCHEMA, wanted) == "skull.nii.gz is missing or was changed"
    (folder / "skull.nii.gz").unlink()
    assert why_unfinished(folder, SCHEMA, wanted) == "skull.nii.gz is missing or was changed"
    assert why_unfinished(folder, "heart-analysis/1", wanted) == "there is no whole result"


@pytest.mark.parametrize(
    ("key", "why"), [("fingerprint", "it has no fingerprint"), ("files", "its list of files is missing")]
)
def test_a_result_of_an_earlier_version_is_computed_anew(key: str, why: str, request_: SkullRequest) -> None:
    path = request_.output / "result.json"
    path.write_text(path.read_text().replace(f'"{key}"', '"other"'))
    assert why_unfinished(request_.output, SCHEMA, stand_in_fingerprint(request_)) == why
