from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.batch.run import BatchRow, CaseOutcome
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.heart.case import batch as heart_batch
from GenerativeModelsLib.heart.case import latent_shapes as heart_samples
from GenerativeModelsLib.heart.case import run as analysis
from GenerativeModelsLib.heart.case.latent_shapes import SampleRequest, WalkRequest
from GenerativeModelsLib.heart.case.run import AnalysisResult
from GenerativeModelsLib.heart.infer import on_device as heart_running
from GenerativeModelsLib.heart.request import HeartRequest
from Testing.helpers.stand_in_hearts import StandInModel


def heart(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["heart", *map(str, arguments)])


RESULT = {
    "edv_ml": 156.2,
    "esv_ml": None,
    "ef_percent": None,
    "myocardial_mass_g": 178.9,
    "wall_thickness_mm": {"ed": {"mean": 9.4, "p95": 19.1, "max": 22.3}, "es": None},
    "one_number": {"p95_ed_mm": 19.1, "limit_mm": 14.0, "hypertrophic": True},
    "hcm_probability": 0.93,
    "reconstruction": {"dice_ed": 0.951, "dice_es": None},
    "in_distribution": {"score": 0.6, "verdict": "typical"},
    "device": "cpu",
    "seconds": {"total": 3.4},
    "warnings": ["Only end diastole was given."],
}


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[HeartRequest]:
    """Puts a stand-in for the analysis in place and gives the requests it gets."""
    seen: list[HeartRequest] = []

    def analyse_heart(request: HeartRequest, progress: Any = None) -> AnalysisResult:
        seen.append(request)
        progress("reading the label maps", 0.05)
        return AnalysisResult(request.output, RESULT)

    monkeypatch.setattr(analysis, "analyse_heart", analyse_heart)
    return seen


def test_every_option_of_the_contract_reaches_the_request(requests: list[HeartRequest], tmp_path: Path) -> None:
    result = heart(
        *("analyse", "--ed", "a.nii.gz", "--es", "b.nrrd", "--labels", "lv=1,myo=2", "--septum", "dir:1,0,0"),
        *("--sex", "female", "--model", "bundle", "--device", "cuda:1", "--seed", "9"),
        *("--output", tmp_path / "out", "--overwrite"),
    )
    assert result.exit_code == 0, result.stderr
    assert requests == [
        HeartRequest(
            ed=Path("a.nii.gz"),
            es=Path("b.nrrd"),
            labels="lv=1,myo=2",
            septum="dir:1,0,0",
            sex="female",
            model=Path("bundle"),
            device="cuda:1",
            seed=9,
            output=tmp_path / "out",
            overwrite=True,
        )
    ]


def test_defaults_are_those_of_the_contract(requests: list[HeartRequest], tmp_path: Path) -> None:
    assert heart("analyse", "--ed", "a.nii.gz", "--output", tmp_path / "out").exit_code == 0
    assert requests == [HeartRequest(Path("a.nii.gz"), tmp_path / "out")]


def test_figures_go_to_stdout_progress_and_warnings_to_stderr(requests, tmp_path: Path) -> None:
    result = heart("analyse", "--ed", "a.nii.gz", "--output", tmp_path / "out")
    line = next(line for line in result.stdout.splitlines() if "(EDV)" in line)
    assert "156.2 ml" in line and "research use only" in result.stdout
    assert "hypertrophic cardiomyopathy: 93 %" in result.stdout
    assert "One-number rule beside it: 19.1 mm is at or above 14 mm" in result.stdout
    assert f"Report: {tmp_path / 'out' / 'report.html'}" in result.stdout
    assert "[  5%] reading the label maps" in result.stderr
    assert "Warning: Only end diastole was given." in result.stderr and "Warning" not in result.stdout


BAD = [
    (["analyse", "--ed", "nowhere.nii.gz"], "nowhere.nii.gz does not exist"),
    (["analyse", "--ed", "a.nii.gz", "--es", "a.nii.gz"], "same file"),
    (["analyse", "--ed", "a.nii.gz", "--labels", "lv"], "--labels is 'lv'"),
    (["analyse", "--ed", "a.nii.gz", "--septum", "1,2"], "--septum is '1,2'"),
    (["analyse", "--ed", "a.nii.gz", "--sex", "x"], "--sex is 'x'"),
    (["analyse", "--ed", "a.nii.gz", "--device", "tpu"], "--device is 'tpu'"),
    (["analyse", "--ed", "a.nii.gz", "--seed", "-1"], "--seed is -1"),
    (["analyse", "--es", "a.nii.gz"], "Missing option '--ed'"),
    (["sample", "--condition", "sick"], "--condition is 'sick'"),
    (["sample", "--condition", "hcm", "--n", "-2"], "--n is -2"),
    (["sample", "--condition", "hcm", "--model", "nowhere"], "nowhere"),
    (["walk", "--ed", "a.nii.gz", "--towards", "up"], "--towards is 'up'"),
    (["walk", "--ed", "a.nii.gz", "--towards", "hcm", "--steps", "0"], "--steps is 0"),
    (["batch", "nowhere.csv"], "nowhere.csv is not there"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=[words for _, words in BAD])
def test_what_cannot_be_used_exits_with_2_and_one_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    result = heart(*arguments, "--output", tmp_path / "out")
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1 and words in errors[0]
    assert "Traceback" not in result.stderr and not (tmp_path / "out").exists()


def test_anything_unforeseen_exits_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def surprise(*_: Any, **__: Any) -> None:
        raise RuntimeError("a surprise")

    monkeypatch.setattr(analysis, "analyse_heart", surprise)
    result = heart("analyse", "--ed", "a.nii.gz", "--output", tmp_path / "out")
    assert result.exit_code == 1 and "RuntimeError: a surprise" in result.stderr


def test_the_whole_way_with_the_bundled_heart(
    sample_heart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heart_running, "load_on", lambda *_: StandInModel())
    files = ("--ed", sample_heart / "ed.nii.gz", "--es", sample_heart / "es.nii.gz")
    result = heart("analyse", *files, "--output", tmp_path / "out", "--device", "cpu")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "out" / "report.html").is_file()
    refused = heart("analyse", *files, "--output", tmp_path / "out", "--device", "cpu", "--model", "x")
    assert refused.exit_code == 2 and "not empty" in refused.stderr


def test_sample_and_walk_pass_their_options_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Any] = []

    def record(request: Any, progress: Any = None) -> dict[str, Any]:
        seen.append(request)
        return {"shapes": [{"hcm_probability": 0.1}, {"hcm_probability": 0.9}]}

    monkeypatch.setattr(heart_samples, "sample_shapes", record)
    monkeypatch.setattr(heart_samples, "walk_shapes", record)
    out = tmp_path / "out"
    result = heart("sample", "--condition", "healthy", "--n", "3", "--seed", "5", "--output", out)
    assert result.exit_code == 0 and "2 healthy shapes" in result.stdout
    result = heart("walk", "--ed", "a.nrrd", "--es", "b.nrrd", "--towards", "hcm", "--steps", "4", "--output", out)
    assert result.exit_code == 0 and "from 10 % to 90 %" in result.stdout
    walk = WalkRequest(HeartRequest(Path("a.nrrd"), out, Path("b.nrrd")), "hcm", 4)
    assert seen == [SampleRequest("healthy", out, 3, seed=5), walk]


def test_a_batch_says_how_each_case_went(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = tmp_path / "cases.csv"
    table.write_text("case,ed\np1,a.nii.gz\np2,\n")
    seen: dict[str, Any] = {}

    def run_heart_batch(rows: list[BatchRow], output: Path, **options: Any) -> list[CaseOutcome]:
        seen.update(options, rows=rows)
        return [CaseOutcome("p1", "done"), CaseOutcome("p2", "failed", error="no label map")]

    monkeypatch.setattr(heart_batch, "run_heart_batch", run_heart_batch)
    result = heart("batch", table, "--output", tmp_path / "out", "--resume", "--scheduler", "tcp://host:1")
    assert result.exit_code == 3, result.stderr
    assert "1 of 2 cases done, 1 failed" in result.stdout and "p2: no label map" in result.stdout
    assert (seen["resume"], seen["scheduler"], seen["workers"]) == (True, "tcp://host:1", None)
    assert seen["rows"][0].request.ed == tmp_path / "a.nii.gz" and seen["rows"][1].request is None


@pytest.mark.parametrize("command", [[], ["analyse"], ["batch"], ["sample"], ["walk"]])
def test_help_on_every_level(command: list[str]) -> None:
    result = heart(*command, "--help")
    assert result.exit_code == 0 and "Usage" in result.stdout
