"""The comparison as a whole, with predictors of known answers in place of trained ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.benchmarks.rivals import benchmark as module
from GenerativeModelsLib.benchmarks.rivals import cost as cost_module
from GenerativeModelsLib.benchmarks.rivals import score as score_module
from GenerativeModelsLib.benchmarks.rivals import scored as scored_module
from GenerativeModelsLib.benchmarks.rivals.cases import Cases
from GenerativeModelsLib.benchmarks.rivals.inputs import Inputs
from GenerativeModelsLib.benchmarks.rivals.methods import SECONDS, Fit, Method
from GenerativeModelsLib.benchmarks.rivals.score import Score
from GenerativeModelsLib.evaluation.scores.timing import Cold
from Testing.GenerativeModelsLib.benchmarks.rivals.helpers import Known, cases_of, score_of
from Testing.helpers.tiny_models import RANK, tiny_basis

METHODS = tuple(
    Method(key, title, "rec-cvae.yaml", seeds=seeds) for key, title, seeds in (("a", "First", 2), ("b", "Second", 1))
)


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The folders of the predictors that were loaded; the second method's heads are 10 % too large."""
    loaded: list[str] = []
    inputs = Inputs(tmp_path / "rivals", None, 3, 0, 1)
    inputs.networks.mkdir(parents=True)
    (inputs.networks / "basis.safetensors").write_bytes(b"basis")
    sets = {"simulated": cases_of(3), "pictures": replace(cases_of(2, known=False), fold=np.array([-1, -1]))}

    def load(folder: Path, basis: object) -> Known:
        loaded.append(folder.name)
        return Known(np.zeros(RANK), np.log(1.1) if folder.name.startswith("b") else 0.0)

    def score(predictor: Known, basis: object, cases: Cases, row: int, column: int, *, draws: int) -> Score:
        """One mm, and of a large head another one."""
        large = predictor.log_size > 0
        name, subset, fold = str(cases.names[row]), str(cases.subsets[column]), int(cases.fold[row])
        known = {} if cases.log_radius[row].size else {"accuracy": None, "biometry": {"hc_mm": 1.0 + 20 * large}}
        return score_of(name, subset, fold, 1.0 + large, seconds=0.1, **known)

    def train_all(fits: list[Fit], *_: object) -> None:
        for fit in fits:
            fit.folder.mkdir(parents=True, exist_ok=True)
            (fit.folder / SECONDS).write_text(json.dumps(60.0 * (1 + fit.fold)))
            save_file({"weights": torch.zeros(5, 2)}, fit.folder / "predictor.safetensors")

    monkeypatch.setattr(module, "begin", lambda *_: (inputs, sets))
    monkeypatch.setattr(module, "train_all", train_all)
    monkeypatch.setattr(scored_module, "load_predictor", load)
    monkeypatch.setattr(score_module, "score_case", score)
    monkeypatch.setattr(scored_module, "basis_of", lambda path: tiny_basis())
    monkeypatch.setattr(cost_module, "cold_process", lambda arguments, threads, module: Cold(1.0, 0.4))
    return loaded


def test_methods_are_trained_scored_and_compared(stand_ins: list[str], tmp_path: Path) -> None:
    report = module.run(tmp_path, tmp_path, 1, 1, tmp_path / "out", methods=METHODS)
    assert stand_ins == [f"{key}-fold{fold}-seed1" for key in "ab" for fold in range(3)] + [
        f"a-fold{fold}-seed2" for fold in range(3)
    ]
    found = report.figures["methods"]
    errors = [found[key]["pictures"]["axial"]["mean"]["hc_mm error"] for key in "ab"]
    assert errors[1] == pytest.approx(errors[0] + 20)
    assert found["b"]["simulated"]["axial"]["change"]["mean_mm"]["difference"] == pytest.approx(1)
    assert found["a"]["cost"]["training_s"] == 120 and found["a"]["cost"]["parameters"] == 10
    assert found["a"]["cost"]["memory_mb"] == 400
    assert (report.figures["folds"], report.figures["cases_per_fold"]) == (3, 1)
    assert set(report.figures["data"]) == {"networks", "readings and drawn heads", "simulated", "pictures"}
    assert (tmp_path / "out" / "rivals.png").is_file()
    json.dumps(report.figures, default=float)


def test_a_second_run_takes_up_the_scores(stand_ins: list[str], tmp_path: Path) -> None:
    first = module.run(tmp_path, tmp_path, 1, 1, methods=METHODS)
    stand_ins.clear()
    again = module.run(tmp_path, tmp_path, 1, 1, methods=METHODS)
    assert not stand_ins and again == first
    for path in (tmp_path / "rivals" / "trainings" / "b-fold1-seed1" / "scores").glob("simulated-*.json"):
        path.unlink()
    assert module.run(tmp_path, tmp_path, 1, 1, methods=METHODS).figures["data"] == first.figures["data"]
    assert stand_ins == ["b-fold1-seed1"]


def test_a_case_is_scored_by_the_training_that_did_not_see_it(stand_ins: list[str], tmp_path: Path) -> None:
    module.run(tmp_path, tmp_path, 1, 1, methods=METHODS[1:])
    for fold in range(3):
        (path,) = (tmp_path / "rivals" / "trainings" / f"b-fold{fold}-seed1" / "scores").glob("simulated-*.json")
        assert {score["case"] for score in json.loads(path.read_text())} == {f"head{fold}-0"}
