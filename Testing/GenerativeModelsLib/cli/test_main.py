import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib import __version__
from GenerativeModelsLib.cli.main import app

COMMANDS = [
    [],
    ["skull"],
    ["skull", "reconstruct"],
    ["skull", "batch"],
    ["skull", "evaluate"],
    ["heart"],
    ["heart", "analyse"],
    ["heart", "batch"],
    ["heart", "sample"],
    ["heart", "walk"],
    ["synthesise"],
    ["synthesise", "labels"],
    ["train"],
    ["benchmark"],
    ["model"],
    ["model", "inspect"],
    ["model", "verify"],
]
HEAVY = ("torch", "vtk", "vtkmodules", "SimpleITK", "skimage", "scipy", "numpy", "matplotlib", "plotly", "lightning")


def run(code: str, repo_root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(repo_root / "GenerativeModels")}
    return subprocess.run([sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_on_every_level(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0 and "Usage:" in result.stdout


def test_help_is_light(repo_root: Path) -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom GenerativeModelsLib.cli.main import app\n"
        f"for command in {COMMANDS!r}: assert CliRunner().invoke(app, [*command, '--help']).exit_code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert run(code, repo_root).stdout.strip() == "[]"


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout.strip() == f"generative-models {__version__}"


def test_the_package_runs_as_a_module(repo_root: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(repo_root / "GenerativeModels")}
    command = [sys.executable, "-m", "GenerativeModelsLib", "skull", "reconstruct"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 2 and "Missing option '--axial'" in result.stderr


@pytest.mark.parametrize("command", [["skul"], ["skull", "reconstruct", "--axial"], ["skull", "batch"], ["--nix"]])
def test_wrong_usage_exits_with_2_and_no_traceback(command: list[str]) -> None:
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert "Error: " in result.stderr and "Traceback" not in result.stderr and result.stdout == ""
