"""`heart sample` and `heart walk`."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.heart.case import latent_shapes as heart_samples
from GenerativeModelsLib.heart.case.latent_shapes import SampleRequest, WalkRequest
from GenerativeModelsLib.heart.request import HeartRequest


def heart(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["heart", *map(str, arguments)])


BAD = [
    (["sample", "--condition", "sick"], "--condition is 'sick'"),
    (["sample", "--condition", "hcm", "--n", "-2"], "--n is -2"),
    (["sample", "--condition", "hcm", "--model", "nowhere"], "nowhere"),
    (["sample", "--condition", "hcm", "--prior", "normal"], "--prior is 'normal': give kernel or flow"),
    (["walk", "--ed", "a.nii.gz", "--towards", "up"], "--towards is 'up'"),
    (["walk", "--ed", "a.nii.gz", "--towards", "hcm", "--steps", "0"], "--steps is 0"),
    (["walk", "--towards", "hcm"], "--ed is missing"),
    (["walk", "--cine", "a.nrrd", "--ed-frame", "x", "--towards", "hcm"], "--ed-frame is 'x'"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=[words for _, words in BAD])
def test_what_cannot_be_used_exits_with_2_and_one_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    result = heart(*arguments, "--output", tmp_path / "out")
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1 and words in errors[0]
    assert "Traceback" not in result.stderr and not (tmp_path / "out").exists()


def test_sample_and_walk_pass_their_options_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Any] = []

    def record(request: Any, progress: Any = None) -> dict[str, Any]:
        seen.append(request)
        return {"shapes": [{"hcm_probability": 0.1}, {"hcm_probability": 0.9}], "warnings": ["Two patients."]}

    monkeypatch.setattr(heart_samples, "sample_shapes", record)
    monkeypatch.setattr(heart_samples, "walk_shapes", record)
    out = tmp_path / "out"
    result = heart("sample", "--condition", "healthy", "--n", "3", "--seed", "5", "--output", out)
    assert result.exit_code == 0 and "2 healthy shapes" in result.stdout
    assert heart("sample", "--condition", "hcm", "--prior", "flow", "--output", out).exit_code == 0
    assert seen.pop() == SampleRequest("hcm", out, prior="flow")
    result = heart("walk", "--ed", "a.nrrd", "--es", "b.nrrd", "--towards", "hcm", "--steps", "4", "--output", out)
    assert result.exit_code == 0 and "from 10 % to 90 %" in result.stdout
    assert "Warning: Two patients." in result.stderr
    walk = WalkRequest(HeartRequest(Path("a.nrrd"), Path("b.nrrd"), output=out), "hcm", 4)
    assert seen == [SampleRequest("healthy", out, 3, seed=5), walk]
    cine = ("--cine", "a.seq.nrrd", "--ed-frame", "2", "--es-frame", "9", "--force", "--labels", "ukbb")
    assert heart("walk", *cine, "--towards", "healthy", "--output", out).exit_code == 0
    of_a_cine = HeartRequest(cine=Path("a.seq.nrrd"), ed_frame=2, es_frame=9, force=True, labels="ukbb", output=out)
    assert seen[-1] == WalkRequest(of_a_cine, "healthy", 30)


@pytest.mark.parametrize("command", [["sample"], ["walk"]])
def test_help_on_every_level(command: list[str]) -> None:
    result = heart(*command, "--help")
    assert result.exit_code == 0 and "Usage" in result.stdout
