import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app

SHARED = {"data": Path("../shared/data"), "workers": 2, "baseline": None, "final": False, "as_json": False}


def test_the_options_reach_the_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, dict[str, Any]]] = []
    module = SimpleNamespace(run=lambda name, **options: seen.append((name, options)))
    monkeypatch.setitem(sys.modules, "GenerativeModelsLib.benchmarks.run", module)
    options = ["--cases", "20", "--seed", "4", "--output", "out", "--model", str(tmp_path)]
    assert CliRunner().invoke(app, ["benchmark", "skull", *options]).exit_code == 0
    assert CliRunner().invoke(app, ["benchmark", "speed"]).exit_code == 0
    assert CliRunner().invoke(app, ["benchmark", "hc18", "--final"]).exit_code == 0
    assert seen == [
        ("skull", {"cases": 20, "seed": 4, "output": Path("out"), "model": tmp_path, **SHARED}),
        ("speed", {"cases": None, "seed": 0, "output": None, "model": None, **SHARED}),
        ("hc18", {"cases": None, "seed": 0, "output": None, "model": None, **SHARED, "final": True}),
    ]
