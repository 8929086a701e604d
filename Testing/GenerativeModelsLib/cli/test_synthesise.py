import json

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app
from Testing.helpers.synthetic_hearts import write_tube


def run(*arguments):
    return CliRunner().invoke(app, ["synthesise", "labels", *map(str, arguments)])


def test_maps_are_written_and_their_figures_printed(tmp_path):
    file = write_tube(tmp_path / "t.nii.gz")
    found = run("--from", file, "--deform", "--n", "2", "--output", tmp_path / "out")
    assert found.exit_code == 0 and "EDV ml" in found.stdout and "001" in found.stdout
    assert "kept to all rules" in found.stdout and (tmp_path / "out" / "001.nii.gz").is_file()


def test_json_is_all_that_stdout_has(tmp_path):
    file = write_tube(tmp_path / "t.nii.gz")
    found = run("--from", file, "--scar", "RCA", "--json", "--output", tmp_path / "out")
    assert json.loads(found.stdout)["scar"] == {"segments": [3, 4, 9, 10, 15], "transmurality": 0.5}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "a.nii.gz", "--towards", "ef"], "Error: --towards is 'ef': give a positive number of %"),
        (["--between", "a.nii.gz", "b.nii.gz", "--steps", "1"], "Error: --steps is 1: give a number from 2 to 500."),
        (["--between", "a.nii.gz", "b.nii.gz"], "Error: --between a.nii.gz does not exist"),
        (["--condition", "hcm", "--n", "two"], "Error: --n is 'two': give a whole number."),
        (
            ["--from", "a.nii.gz", "--deform", "--pixel-size", "1"],
            "Error: --pixel-size does not belong to a map of a file",
        ),
    ],
)
def test_bad_options_are_one_sentence_and_leave_nothing(tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    found = run(*arguments, "--output", "out")
    assert found.exit_code == 2 and said in found.stderr and not list(tmp_path.iterdir())
