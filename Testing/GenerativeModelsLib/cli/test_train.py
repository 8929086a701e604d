import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.extras import install_command
from GenerativeModelsLib.training.shared.trained import Trained


@pytest.fixture
def made() -> dict[str, Path]:
    """The page of the report that the training writes, if a test sets it."""
    return {}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, made: dict[str, Path]) -> list[tuple[Path, dict[str, Any]]]:
    """What reached the training; what shows the progress is called once and left out."""
    seen: list[tuple[Path, dict[str, Any]]] = []

    def train(path: Path, *, show: Any, **options: Any) -> Trained:
        show("Training, 1 of 2", 0.5, 90.0)
        seen.append((path, options))
        return Trained(Path("runs/x"), made.get("report"))

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
    assert calls == [(config, {"resume": True, "output": None, "language": None, "quiet": True})]


@pytest.mark.parametrize(("text", "devices"), [("2", 2), ("-1", -1), ("auto", "auto"), ("0,1", "0,1")])
def test_the_trainers_own_options_reach_it(calls: list, config: Path, text: str, devices: int | str) -> None:
    pytest.importorskip("lightning")
    options = ["--devices", text, "--num-nodes", "4", "--strategy", "ddp", "--no-resume", "--output", "there"]
    assert CliRunner().invoke(app, ["train", str(config), *options]).exit_code == 0
    expected = {"resume": False, "output": Path("there"), "language": None, "quiet": True}
    expected |= {"devices": devices, "num_nodes": 4, "strategy": "ddp"}
    assert calls == [(config, expected)]


def test_a_config_that_is_not_there_is_named(calls: list, tmp_path: Path) -> None:
    pytest.importorskip("lightning")
    result = CliRunner().invoke(app, ["train", str(tmp_path / "no.yaml")])
    assert result.exit_code == 2 and "no.yaml does not exist" in result.stderr and calls == []


def test_without_lightning_the_remedy_is_said(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["train", str(config)])
    assert result.exit_code == 2 and install_command("train") in result.stderr


def test_progress_is_a_line_with_the_time_left(calls: list, config: Path) -> None:
    pytest.importorskip("lightning")
    said = CliRunner().invoke(app, ["train", str(config)]).stderr
    assert "[ 50%] Training, 1 of 2; about 2 min left" in said


def test_the_report_on_held_out_cases_is_named_and_part_of_the_document(
    calls: list, config: Path, made: dict[str, Path], tmp_path: Path
) -> None:
    pytest.importorskip("lightning")
    assert json.loads(CliRunner().invoke(app, ["train", str(config), "--json"]).stdout)["report"] is None
    made["report"] = tmp_path / "cohort-report.html"
    document = {"schema": "cohort-report/1", "headline": "Two subjects: too few to say.", "not_compared": "None lost."}
    (tmp_path / "cohort-report.json").write_text(json.dumps(document))
    result = CliRunner().invoke(app, ["train", str(config)])
    assert result.stdout.strip() == str(Path("runs/x"))
    assert f"too few to say. None lost. See {made['report']}." in result.stderr.replace("\n", "")
    found = json.loads(CliRunner().invoke(app, ["train", str(config), "--json"]).stdout)
    assert found == {"schema": "training/1", "config": "c.yaml", "folder": "x", "report": document}
