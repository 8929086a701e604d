"""Evaluation of own held-out cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.training.skull import cohort_figures as own_figures
from GenerativeModelsLib.training.skull.cohort_figures import FIRST_OWN, own_cases, own_records, own_table
from GenerativeModelsLib.training.skull.config import CohortConfig
from Testing.helpers.cohorts import write_cohort
from Testing.helpers.painted import painted_planes
from Testing.helpers.tiny_models import load_seeing, write_tiny_bundle


@pytest.mark.slow
def test_each_case_is_measured_from_the_planes_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_figures, "load_skull_model", load_seeing)
    monkeypatch.setattr(own_figures, "imaged", lambda shape, rng: painted_planes(shape))
    table = write_cohort(tmp_path, ("train", "test", "train", "test"))
    cases = own_cases(CohortConfig(table=table), "test")
    assert [case.row.case for case in cases] == ["p1", "p3"]
    records = own_records(write_tiny_bundle(tmp_path / "bundle"), cases, samples=8)
    assert [r.case for r in records] == [FIRST_OWN + 2, FIRST_OWN + 4] and not any(r.failure for r in records)
    assert list(records[0].records) == ["axial", "axial + sagittal"] and len(records[1].records) == 4
    lines = own_table(records)
    rows = [line for line in lines if line.startswith("| own")]
    assert len(rows) == 6 and rows[0].startswith("| own heads, simulated pictures | axial | 1 | 0.")
    assert sum(line.startswith("| own pictures") for line in rows) == 2
    assert lines[-1] == "No result for 0 of 2 cases."
