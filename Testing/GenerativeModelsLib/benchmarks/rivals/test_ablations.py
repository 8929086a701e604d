"""Ablations from trainings that were replaced by predictors with known answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.benchmarks.rivals import ablations as module
from GenerativeModelsLib.benchmarks.rivals.ablations import VARIATIONS
from GenerativeModelsLib.benchmarks.rivals.inputs import Inputs
from GenerativeModelsLib.benchmarks.rivals.methods import Fit
from GenerativeModelsLib.benchmarks.rivals.representation import Floor
from GenerativeModelsLib.benchmarks.rivals.scored import Scored
from Testing.GenerativeModelsLib.benchmarks.rivals.helpers import cases_of, score_of
from Testing.helpers.tiny_models import tiny_basis, tiny_skull


def stand_ins(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Scores in which every variation is .2 mm worse than the base, and one is .3 mm better."""
    inputs, sets = Inputs(folder, None, 3, 0, 1), {"simulated": cases_of(3), "real_heads": cases_of(3)}
    rng = np.random.default_rng(0)

    def scored(fits: Sequence[Fit], *_: object, first_seed_alone: bool) -> list[Scored]:
        found = []
        for fit in fits:
            worse = {"hirec-cvae": 0.0, "beta-4": -0.3}.get(fit.method.key, 0.2)
            rows = [
                score_of(f"{k}-0", subset, 0, 1 + worse + 0.01 * rng.standard_normal(), sigma_mm=[1.0], offset_mm=[1.0])
                for subset in sets["simulated"].subsets
                for k in range(12)
            ]
            refused = score_of("12-0", "axial", failure="no head", accuracy=None, biometry=None)
            kinds = ["simulated"] if fit.seed > 1 and first_seed_alone else list(sets)
            found.append(Scored(replace(fit), {kind: [*rows, refused] for kind in kinds}))
        return found

    monkeypatch.setattr(module, "begin", lambda *_: (inputs, sets))
    monkeypatch.setattr(module, "train_all", lambda *_: None)
    monkeypatch.setattr(module, "scored", scored)
    monkeypatch.setattr(module, "origin", lambda *_: {"commit": "c"})
    monkeypatch.setattr(module, "representation_floors", lambda *_: [Floor(32, 64, 0.1, 1.0, 0.99)])
    monkeypatch.setattr(
        module, "_base_nets", lambda *_: ([tiny_skull(seed, members=1) for seed in range(3)], tiny_basis())
    )
    monkeypatch.setattr(module, "DRAW_COUNTS", (1, 4))
    monkeypatch.setattr(module, "DRAWS", 4)


def test_every_variation_stands_beside_the_base(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_ins(monkeypatch, tmp_path)
    report = module.run(tmp_path, tmp_path, 12, 1)
    first = report.tables[0]
    assert [row[0] for row in first.rows] == [method.title for method in VARIATIONS]
    cells = {row[0]: dict(zip(first.columns, row, strict=True)) for row in first.rows}
    name = "simulated, three planes, mm"
    assert cells["HiREC-CVAE"][name].startswith("1.00") and "(" not in cells["HiREC-CVAE"][name]
    assert cells["beta 4"][name].endswith("better") and cells["beta 0.1"][name].endswith("worse")
    assert "HC18, axial, mm" not in first.columns and "real heads, axial, mm" in first.columns
    figures = report.figures
    assert figures["variations"]["beta-4"]["simulated, axial"]["change"]["difference"] == pytest.approx(-0.3, abs=0.02)
    assert list(figures["members"]) == [1, 2, 3] and list(figures["draws"]) == [1, 4]
    assert figures["draws"][1]["three planes"]["coverage"] is None
    assert cells["beta 4"]["refused"] == "6 of 222", "three seeds and two kinds of cases"
    assert figures["variations"]["beta-4"]["real_heads, axial"]["refused"] == 3
    assert figures["grids"] == [{"grid": 32, "rank": 64, "mean_mm": 0.1, "hausdorff_mm": 1.0, "dice": 0.99}]
