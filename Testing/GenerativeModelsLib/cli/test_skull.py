import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.results import fake_reconstruct_case, result_of


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[SkullRequest]:
    """Puts a stand-in for the reconstruction in place and gives the requests it gets."""
    seen: list[SkullRequest] = []

    def reconstruct_case(request: SkullRequest, progress: Any = None) -> SimpleNamespace:
        seen.append(request)
        fake_reconstruct_case(request, progress)
        return SimpleNamespace(result=result_of(request))

    stand_in = SimpleNamespace(reconstruct_case=reconstruct_case)
    monkeypatch.setitem(sys.modules, "GenerativeModelsLib.skull.case.run", stand_in)
    return seen


def reconstruct(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["skull", "reconstruct", *map(str, arguments)])


def test_every_option_of_the_contract_reaches_the_request(requests: list[SkullRequest], tmp_path: Path) -> None:
    result = reconstruct(
        *("--axial", "a.png", "--sagittal", "s.nii.gz", "--coronal", "c.dcm", "--pixel-spacing", "0.2,0.3"),
        *("--sagittal-spacing", "0.4", "--model", "bundle", "--samples", "20", "--device", "cuda:1", "--seed", "9"),
        *("--gestational-age", "28.4", "--output", tmp_path / "out", "--overwrite"),
    )
    assert result.exit_code == 0, result.stderr
    assert requests == [
        SkullRequest(
            axial=Path("a.png"),
            sagittal=Path("s.nii.gz"),
            coronal=Path("c.dcm"),
            pixel_spacing_mm=(0.2, 0.3),
            sagittal_spacing_mm=(0.4, 0.4),
            model=Path("bundle"),
            samples=20,
            device="cuda:1",
            seed=9,
            gestational_age_weeks=28.4,
            output=tmp_path / "out",
            overwrite=True,
        )
    ]


def test_defaults_are_those_of_the_contract(requests: list[SkullRequest], tmp_path: Path) -> None:
    assert reconstruct("--axial", "a.png", "--output", tmp_path / "out").exit_code == 0
    (request,) = requests
    assert (request.samples, request.device, request.seed, request.model) == (100, "auto", 0, None)
    assert (request.axial_spacing_mm, request.gestational_age_weeks, request.overwrite) == (None, None, False)


def test_the_table_goes_to_stdout_progress_and_warnings_to_stderr(requests: list[SkullRequest], tmp_path: Path) -> None:
    result = reconstruct("--axial", "a.png", "--output", tmp_path / "out")
    row = next(line for line in result.stdout.splitlines() if "(HC)" in line)
    assert "260.1 mm" in row and "256.5 to 263.5" in row and "56" in row
    assert f"Report: {tmp_path / 'out' / 'report.html'}" in result.stdout
    assert "[ 25%] reading the planes" in result.stderr
    assert "Warning: The sagittal image is cut off." in result.stderr
    assert "Warning" not in result.stdout


def test_an_age_may_be_given_in_weeks_and_days(requests: list[SkullRequest], tmp_path: Path) -> None:
    reconstruct("--axial", "a.png", "--output", tmp_path / "out", "--gestational-age", "27+3")
    assert requests[0].gestational_age_weeks == pytest.approx(27 + 3 / 7)


def test_with_json_the_result_is_all_of_stdout(requests: list[SkullRequest], tmp_path: Path) -> None:
    result = reconstruct("--axial", "a.png", "--output", tmp_path / "out", "--json")
    assert json.loads(result.stdout)["schema"] == "skull-reconstruction/1"
    assert "[ 25%] reading the planes" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--axial", "bad.png"], "Error: bad.png is no image: name another file."),
        (["--axial", "a.png", "--pixel-spacing", "zero"], "--pixel-spacing is 'zero'"),
        (["--axial", "a.png", "--axial-spacing", "-1"], "--axial-spacing is '-1'"),
        (["--axial", "a.png", "--device", "tpu"], "--device is 'tpu'"),
        (["--axial", "a.png", "--seed", "-1"], "--seed is -1"),
        (["--axial", "a.png", "--gestational-age", "nan"], "--gestational-age is nan"),
        (["--axial", "a.png", "--coronal", "a.png"], "same file"),
        (["--axial", "a.png", "--samples", "many"], "--samples"),
        (["--sagittal", "s.png"], "Missing option '--axial'"),
    ],
)
def test_what_cannot_be_used_exits_with_2_and_one_sentence(
    requests: list[SkullRequest], tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = reconstruct(*arguments, "--output", tmp_path / "out")
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1 and words in errors[0]
    assert "Traceback" not in result.stderr and not (tmp_path / "out").exists()


def test_anything_unforeseen_exits_with_1_and_a_short_line(requests: list[SkullRequest], tmp_path: Path) -> None:
    result = reconstruct("--axial", "raises.png", "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "RuntimeError: a surprise" in result.stderr and "--debug" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("image", ["raises.png", "bad.png"])
@pytest.mark.parametrize("way", ["flag", "environment"])
def test_debug_lets_the_error_through(
    requests: list[SkullRequest], tmp_path: Path, image: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "environment":
        monkeypatch.setenv("GENERATIVE_MODELS_DEBUG", "1")
    options = ["--debug"] if way == "flag" else []
    arguments = [*options, "skull", "reconstruct", "--axial", image, "--output", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1 and isinstance(result.exception, (RuntimeError, ValueError))


def test_ctrl_c_exits_with_130(requests: list[SkullRequest], tmp_path: Path) -> None:
    result = reconstruct("--axial", "interrupted.png", "--output", tmp_path / "out")
    assert result.exit_code == 130 and "Interrupted." in result.stderr
