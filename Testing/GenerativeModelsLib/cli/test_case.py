"""The command for one case of each anatomy: options in, one request, one table or document out."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.anatomy import run as cases
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.cli.case import print_result
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.infer import model as heart_models
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.results import fake_run_case, result_of
from Testing.helpers.stand_in_hearts import StandInModel

OF_A_HEART = {
    "edv_ml": 156.2,
    "esv_ml": None,
    "ef_percent": None,
    "myocardial_mass_g": 178.9,
    "wall_thickness_mm": {"ed": {"mean": 9.4, "p95": 19.1, "max": 22.3}, "es": None},
    "thickest_segment": {"segment": 9, "mean_mm": 17.8, "judgement": "hypertrophic"},
    "one_number": {"p95_ed_mm": 19.1, "limit_mm": 14.0, "hypertrophic": True},
    "hcm_probability": 0.93,
    "reconstruction": {"dice_ed": 0.951, "dice_es": None},
    "in_distribution": {"score": 0.6, "verdict": "typical"},
    "device": "cpu",
    "seconds": {"total": 3.4},
    "warnings": ["Only end diastole was given."],
}


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[CaseRequest]:
    """Puts a stand-in for a case in place and gives the requests it gets."""
    seen: list[CaseRequest] = []

    def run_case(anatomy: Anatomy, request: CaseRequest, *, progress: Any = None) -> SimpleNamespace:
        seen.append(request)
        assert type(request) is anatomy.request
        if anatomy is SKULL:
            return fake_run_case(anatomy, request, progress)
        progress("reading the label maps", 0.05)
        return SimpleNamespace(result=OF_A_HEART)

    monkeypatch.setattr(cases, "run_case", run_case)
    return seen


def reconstruct(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["skull", "reconstruct", *map(str, arguments)])


def analyse(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["heart", "analyse", *map(str, arguments)])


def test_every_option_of_a_skull_reaches_the_request(requests: list[CaseRequest], tmp_path: Path) -> None:
    result = reconstruct(
        *("--axial", "a.png", "--sagittal", "s.nii.gz", "--coronal", "c.dcm", "--pixel-spacing", "0.2,0.3"),
        *("--sagittal-spacing", "0.4", "--model", tmp_path, "--samples", "20", "--device", "cuda:1", "--seed", "9"),
        *("--gestational-age", "28.4", "--chart", "who", "--output", tmp_path / "out", "--overwrite"),
        *("--axial-facing", "flip", "--sagittal-ellipse", "40,30,20,15,0", "--coronal-mask", "0,0,9,9"),
        *("--axial-length", "0,0,100,0,20"),
    )
    assert result.exit_code == 0, result.stderr
    assert requests == [
        SkullRequest(
            axial=Path("a.png"),
            sagittal=Path("s.nii.gz"),
            coronal=Path("c.dcm"),
            pixel_spacing_mm=(0.2, 0.3),
            sagittal_spacing_mm=(0.4, 0.4),
            model=tmp_path,
            samples=20,
            device="cuda:1",
            seed=9,
            gestational_age_weeks=28.4,
            chart="who",
            axial_facing="flip",
            sagittal_ellipse=(40, 30, 20, 15, 0),
            coronal_mask=(((0, 0), (9, 0), (9, 9), (0, 9)),),
            axial_length=(0, 0, 100, 0, 20),
            output=tmp_path / "out",
            overwrite=True,
        )
    ]


def test_defaults_of_a_skull_are_those_of_the_contract(requests: list[CaseRequest], tmp_path: Path) -> None:
    assert reconstruct("--axial", "a.png", "--output", tmp_path / "out").exit_code == 0
    (request,) = requests
    assert (request.samples, request.device, request.seed, request.model) == (100, "auto", 0, None)
    assert (request.axial_spacing_mm, request.gestational_age_weeks, request.overwrite) == (None, None, False)
    assert request.chart == "intergrowth"


def test_every_option_of_a_heart_reaches_the_request(requests: list[CaseRequest], tmp_path: Path) -> None:
    result = analyse(
        *("--ed", "a.nii.gz", "--es", "b.nrrd", "--labels", "lv=1,myo=2", "--septum", "dir:1,0,0"),
        *("--sex", "Female", "--model", tmp_path, "--device", "cuda:1", "--seed", "9"),
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
            model=tmp_path,
            device="cuda:1",
            seed=9,
            output=tmp_path / "out",
            overwrite=True,
        )
    ]


def test_defaults_of_a_heart_are_those_of_the_contract(requests: list[CaseRequest], tmp_path: Path) -> None:
    assert analyse("--ed", "a.nii.gz", "--output", tmp_path / "out").exit_code == 0
    assert requests == [HeartRequest(Path("a.nii.gz"), output=tmp_path / "out")]


def test_figures_of_a_heart_go_to_stdout_progress_and_warnings_to_stderr(
    requests: list[CaseRequest], tmp_path: Path
) -> None:
    result = analyse("--ed", "a.nii.gz", "--output", tmp_path / "out")
    line = next(line for line in result.stdout.splitlines() if "(EDV)" in line)
    assert "156.2 ml" in line and "research use only" in result.stdout
    assert "(ESV)" not in result.stdout and "90 % interval" not in result.stdout
    assert "hypertrophic cardiomyopathy: 93 %" in result.stdout
    assert "Thickest segment at end diastole: 17.8 mm (mid inferoseptal), hypertrophic by" in result.stdout
    assert "Wall thickness at end diastole: mean 9.4 mm, 95th percentile 19.1 mm" in result.stdout
    assert "Dice of the model's reconstruction: 0.951\n" in result.stdout
    assert f"Report: {tmp_path / 'out' / 'report.html'}" in result.stdout
    assert "[  5%] reading the label maps" in result.stderr
    assert "Warning: Only end diastole was given." in result.stderr and "Warning" not in result.stdout


def test_the_table_goes_to_stdout_progress_and_warnings_to_stderr(requests: list[CaseRequest], tmp_path: Path) -> None:
    result = reconstruct("--axial", "a.png", "--output", tmp_path / "out")
    row = next(line for line in result.stdout.splitlines() if "(HC)" in line)
    assert "260.1 mm" in row and "256.5 to 263.5" in row and "+0.1" in row and "56" in row
    assert "HC fits 28 weeks + 0 days (90 % interval" in result.stdout
    assert "Cephalic index within the normal range of 74 to 83 % (Hadlock et al., AJR 1981" in result.stdout
    assert "Input: typical, nothing stands out" in result.stdout and "score" not in result.stdout.replace("z-score", "")
    assert f"Report: {tmp_path / 'out' / 'report.html'}" in result.stdout
    assert "[ 25%] reading the planes" in result.stderr
    assert "Warning: The sagittal image is cut off." in result.stderr
    assert "Warning" not in result.stdout


def test_an_age_may_be_given_in_weeks_and_days(requests: list[CaseRequest], tmp_path: Path) -> None:
    reconstruct("--axial", "a.png", "--output", tmp_path / "out", "--gestational-age", "27+3")
    assert requests[0].gestational_age_weeks == pytest.approx(27 + 3 / 7)


def test_with_json_the_result_is_all_of_stdout(requests: list[CaseRequest], tmp_path: Path) -> None:
    result = reconstruct("--axial", "a.png", "--output", tmp_path / "out", "--json")
    assert json.loads(result.stdout)["schema"] == "skull-reconstruction/1"
    assert "[ 25%] reading the planes" in result.stderr


BAD = [
    (["skull", "reconstruct", "--axial", "bad.png"], "Error: bad.png is no image: name another file."),
    (["skull", "reconstruct", "--axial", "a.png", "--pixel-spacing", "zero"], "--pixel-spacing is 'zero'"),
    (["skull", "reconstruct", "--axial", "a.png", "--axial-spacing", "-1"], "--axial-spacing is '-1'"),
    (["skull", "reconstruct", "--axial", "a.png", "--device", "tpu"], "--device is 'tpu'"),
    (["skull", "reconstruct", "--axial", "a.png", "--seed", "-1"], "--seed is -1"),
    (["skull", "reconstruct", "--axial", "a.png", "--gestational-age", "nan"], "--gestational-age is nan"),
    (["skull", "reconstruct", "--axial", "a.png", "--gestational-age", "term"], "--gestational-age is 'term'"),
    (["skull", "reconstruct", "--axial", "a.png", "--coronal", "a.png"], "--coronal and --axial name the same file"),
    (["skull", "reconstruct", "--axial", "a.png", "--samples", "many"], "--samples"),
    (["skull", "reconstruct", "--sagittal", "s.png"], "Missing option '--axial'"),
    (["heart", "analyse", "--ed", "a.nii.gz", "--es", "a.nii.gz"], "--ed and --es name the same file"),
    (["heart", "analyse", "--ed", "a.nii.gz", "--labels", "lv"], "--labels is 'lv'"),
    (["heart", "analyse", "--ed", "a.nii.gz", "--septum", "1,2"], "--septum is '1,2'"),
    (["heart", "analyse", "--ed", "a.nii.gz", "--sex", "x"], "--sex is 'x'"),
    (["heart", "analyse", "--ed", "a.nii.gz", "--device", "tpu"], "--device is 'tpu'"),
    (["heart", "analyse", "--ed", "a.nii.gz", "--seed", "-1"], "--seed is -1"),
    (["heart", "analyse", "--es", "a.nii.gz"], "--ed is missing beside --es"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=[words for _, words in BAD])
def test_what_cannot_be_used_exits_with_2_and_one_sentence(
    requests: list[CaseRequest], tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = CliRunner().invoke(app, [*arguments, "--output", str(tmp_path / "out")])
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1 and words in errors[0]
    assert "Traceback" not in result.stderr and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [["heart", "analyse", "--ed", "nowhere.nii.gz"], ["skull", "reconstruct", "--axial", "nowhere.nii.gz"]]
)
def test_a_file_that_is_not_there_is_named(arguments: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [*arguments, "--output", str(tmp_path / "out")])
    assert result.exit_code == 2 and "nowhere.nii.gz does not exist" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_missing_spacing_names_the_options(sample_head: Path, tmp_path: Path) -> None:
    result = reconstruct("--axial", sample_head / "axial.png", "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "carries no pixel spacing" in result.stderr
    assert result.stderr.endswith("give --axial-spacing in mm, --pixel-spacing, or --axial-length.\n")


def test_anything_unforeseen_exits_with_1_and_a_short_line(requests: list[CaseRequest], tmp_path: Path) -> None:
    result = reconstruct("--axial", "raises.png", "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "RuntimeError: a surprise" in result.stderr and "--debug" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("image", ["raises.png", "bad.png"])
@pytest.mark.parametrize("way", ["flag", "environment"])
def test_debug_lets_the_error_through(
    requests: list[CaseRequest], tmp_path: Path, image: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "environment":
        monkeypatch.setenv("GENERATIVE_MODELS_DEBUG", "1")
    options = ["--debug"] if way == "flag" else []
    arguments = [*options, "skull", "reconstruct", "--axial", image, "--output", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1 and isinstance(result.exception, (RuntimeError, ValueError))


def test_ctrl_c_exits_with_130(requests: list[CaseRequest], tmp_path: Path) -> None:
    result = reconstruct("--axial", "interrupted.png", "--output", tmp_path / "out")
    assert result.exit_code == 130 and "Interrupted." in result.stderr


def test_the_whole_way_of_the_bundled_heart(
    sample_heart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heart_models, "load_heart_model", lambda folder, device: StandInModel())
    files = ("--ed", sample_heart / "ed.nii.gz", "--es", sample_heart / "es.nii.gz")
    result = analyse(*files, "--output", tmp_path / "out", "--device", "cpu", "--json")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "out" / "report.html").is_file()
    assert json.loads(result.stdout) == json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    refused = analyse(*files, "--output", tmp_path / "out", "--device", "cpu", "--model", tmp_path)
    assert refused.exit_code == 2 and "not empty" in refused.stderr and "--overwrite" in refused.stderr


def test_the_mean_alone_prints_without_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(SkullRequest(axial=Path("a.png"), output=Path("out"), samples=0))
    for measure in result["biometry"].values():
        measure.update(sd=None, interval90=None, percentile=None)
    result["uncertainty_mm"] = {"mean": None, "median": None, "p95": None, "max": None}
    print_result(SKULL, result, Path("out"))
    out = capsys.readouterr().out
    assert "70.2 mm" in out and "68.5" not in out and "41" not in out and "Surface uncertainty" not in out


def test_brackets_in_names_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(SkullRequest(axial=Path("a.png"), output=Path("out")))
    result["warnings"] = ["The file [bold]x[/bold].png is odd."]
    print_result(SKULL, result, Path("out [red]"))
    captured = capsys.readouterr()
    assert "[bold]x[/bold].png" in captured.err and "out [red]/report.html" in captured.out.replace("\\", "/")


def test_every_quantity_that_is_known_has_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(HEART, OF_A_HEART, Path("out"))
    out = capsys.readouterr().out
    known = [quantity for quantity in HEART.quantities if quantity.of(OF_A_HEART).value is not None]
    assert len(known) == 2 and all(quantity.label in out for quantity in known)
    assert "Myocardial mass" in out and "178.9 g" in out and "Ejection fraction" not in out


def test_without_quantities_there_is_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    known = [quantity.key for quantity in HEART.quantities if quantity.of(OF_A_HEART).value is not None]
    print_result(HEART, {**OF_A_HEART, **dict.fromkeys(known)}, Path("out"))
    out = capsys.readouterr().out
    assert "measure" not in out and "report.html" in out
