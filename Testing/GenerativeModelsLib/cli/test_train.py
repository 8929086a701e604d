import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, dict[str, Any]]]:
    seen: list[tuple[Path, dict[str, Any]]] = []

    def train(path: Path, **options: Any) -> Path:
        seen.append((path, options))
        return Path("runs/x")

    monkeypatch.setitem(sys.modules, "GenerativeModelsLib.training.run", SimpleNamespace(train=train))
    return seen


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "c.yaml").write_text("model: x\n")
    return tmp_path / "c.yaml"


def test_only_what_was_asked_for_reaches_the_trainer(calls: list, config: Path) -> None:
    pytest.importorskip("lightning")
    result = CliRunner().invoke(app, ["train", str(config)])
    assert result.exit_code == 0 and result.stdout.strip() == str(Path("runs/x"))
    assert calls == [(config, {"resume": True, "output": None})]


@pytest.mark.parametrize(("text", "devices"), [("2", 2), ("-1", -1), ("auto", "auto"), ("0,1", "0,1")])
def test_the_trainers_own_options_reach_it(calls: list, config: Path, text: str, devices: int | str) -> None:
    pytest.importorskip("lightning")
    options = ["--devices", text, "--num-nodes", "4", "--strategy", "ddp", "--no-resume", "--output", "there"]
    assert CliRunner().invoke(app, ["train", str(config), *options]).exit_code == 0
    expected = {"resume": False, "output": Path("there"), "devices": devices, "num_nodes": 4, "strategy": "ddp"}
    assert calls == [(config, expected)]


def test_a_config_that_is_not_there_is_named(calls: list, tmp_path: Path) -> None:
    pytest.importorskip("lightning")
    result = CliRunner().invoke(app, ["train", str(tmp_path / "no.yaml")])
    assert result.exit_code == 2 and "no.yaml does not exist" in result.stderr and calls == []


def test_without_lightning_the_remedy_is_said(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["train", str(config)])
    assert result.exit_code == 2 and "pip install 'GenerativeModels[train]'" in result.stderr
