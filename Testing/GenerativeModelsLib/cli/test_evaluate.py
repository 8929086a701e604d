"""The command `skull evaluate`."""

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from GenerativeModelsLib.cli.console import GuardedCommand
from GenerativeModelsLib.cli.evaluate import evaluate
from GenerativeModelsLib.geometry.surface_files import write_vtp
from Testing.helpers.shapes import ball


@pytest.fixture
def run():
    app = typer.Typer()
    app.command(cls=GuardedCommand)(evaluate)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def case(tmp_path):
    (tmp_path / "out").mkdir()
    write_vtp(ball(30.0).with_data(uncertainty_mm=np.ones(2562)), tmp_path / "out" / "skull.vtp")
    write_vtp(ball(31.0), tmp_path / "truth.vtp")
    return tmp_path


def test_prints_a_table_and_writes_json_beside_the_prediction(run, case):
    result = run("--prediction", case / "out", "--truth", case / "truth.vtp")
    assert result.exit_code == 0, result.output
    for text in ("Dice", "Hausdorff distance", "1.00 mm", "Coverage at 90 %", "AUSE", "research use only"):
        assert text in result.stdout
    assert json.loads((case / "out" / "evaluation.json").read_text())["align"] == "none"


def test_alignment_and_output_file(run, case):
    target = case / "numbers.json"
    result = run("--prediction", case / "out", "--truth", case / "truth.vtp", "--align", "rigid", "--output", target)
    assert result.exit_code == 0, result.output
    assert json.loads(target.read_text())["align"] == "rigid"
    assert not (case / "out" / "evaluation.json").exists()


def test_missing_truth_is_one_sentence_and_exit_code_2(run, case):
    result = run("--prediction", case / "out", "--truth", case / "gone.nii.gz")
    assert result.exit_code == 2
    assert "gone.nii.gz does not exist" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (case / "out" / "evaluation.json").exists()


def test_unknown_alignment_is_refused(run, case):
    assert run("--prediction", case / "out", "--truth", case / "truth.vtp", "--align", "affine").exit_code == 2
