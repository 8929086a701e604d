"""`skull sample`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.skull.case import samples
from GenerativeModelsLib.skull.case.samples import SkullSampleRequest


def sample(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["skull", "sample", *map(str, arguments)])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--n", "0"], "--n is 0: give a number from 1 to 500"),
        (["--weeks", "32-24"], "--weeks is '32-24'"),
        (["--weeks", "late"], "--weeks is 'late'"),
        (["--model", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_used_exits_with_2_and_one_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    result = sample(*arguments, "--output", tmp_path / "out")
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert result.exit_code == 2 and len(errors) == 1 and words in errors[0]
    assert "Traceback" not in result.stderr and not (tmp_path / "out").exists()


def test_a_bundle_without_a_prior_is_one_sentence(tiny_bundle: Path, tmp_path: Path) -> None:
    result = sample("--model", tiny_bundle, "--output", tmp_path / "out", "--device", "cpu")
    assert result.exit_code == 2 and "The model 'tiny 0.1' holds no flow to draw from" in result.stderr


def test_options_are_passed_on_and_the_document_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[SkullSampleRequest] = []

    def record(request: SkullSampleRequest, progress: Any = None) -> dict[str, Any]:
        seen.append(request)
        return {"shapes": [{}, {}], "acceptance": 0.25}

    monkeypatch.setattr(samples, "write_heads", record)
    out = tmp_path / "out"
    plain = sample("--output", out)
    assert plain.exit_code == 0 and "2 heads, 25.0 % of the draws" in plain.stdout
    full = sample("--output", out, "--n", 3, "--weeks", "24-27+3", "--seed", 5, "--device", "cpu", "--json")
    assert json.loads(full.stdout)["acceptance"] == 0.25
    assert seen == [SkullSampleRequest(out), SkullSampleRequest(out, 3, (24.0, 27 + 3 / 7), None, "cpu", 5)]
