from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from GenerativeModelsLib.bundle import write_bundle
from GenerativeModelsLib.bundle_schema import Component, ModelDescription
from GenerativeModelsLib.cli.main import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    description = ModelDescription(
        name="tiny", version="1.0", kind="fetal-skull", architecture={"net": Component(class_name="Tiny")}
    )
    write_bundle(tmp_path / "bundle", {"net.weight": torch.zeros(2, 3)}, description, "# Tiny\n\nNot for patients.\n")
    return tmp_path / "bundle"


def test_inspect_prints_the_card(folder: Path) -> None:
    result = CliRunner().invoke(app, ["model", "inspect", str(folder)])
    assert result.exit_code == 0
    assert all(words in result.stdout for words in ("tiny 1.0", "fetal-skull", "net: Tiny", "Not for patients."))


def test_verify_prints_every_check(folder: Path) -> None:
    result = CliRunner().invoke(app, ["model", "verify", str(folder)])
    assert result.exit_code == 0
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        f"ok     {name}" for name in ("manifest", "checksum", "tensors", "card")
    ]


def test_verify_refuses_a_tampered_bundle(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    result = CliRunner().invoke(app, ["model", "verify", str(folder)])
    assert result.exit_code == 2
    assert "FAILED checksum" in result.stdout and "must not be used (checksum failed)" in result.stderr


@pytest.mark.parametrize("command", ["inspect", "verify"])
def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path, command: str) -> None:
    result = CliRunner().invoke(app, ["model", command, str(tmp_path)])
    assert result.exit_code == 2 and "Error: " in result.stderr and "model.json" in result.stdout + result.stderr
