"""Own cases reconstructed by a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.planes.image import plane_from_array
from GenerativeModelsLib.training.skull import own_results as module
from GenerativeModelsLib.training.skull.cohort import read_cohort
from GenerativeModelsLib.training.skull.cohort_figures import own_table
from GenerativeModelsLib.training.skull.config import CohortConfig
from GenerativeModelsLib.training.skull.own_results import FIRST_OWN, own_results
from Testing.helpers.cohorts import write_circumferences, write_cohort
from Testing.helpers.painted import painted_planes
from Testing.helpers.tiny_models import load_seeing, write_tiny_bundle


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "load_skull_model", load_seeing)
    monkeypatch.setattr(module, "imaged", lambda shape, rng: painted_planes(shape))


@pytest.mark.slow
def test_each_case_is_measured_from_the_planes_it_has(tmp_path: Path, painted: None) -> None:
    table = write_cohort(tmp_path, ("train", "test", "train", "test"))
    rows = [row for row in read_cohort(CohortConfig(table=table)) if row.part == "test"]
    bundle, done = write_tiny_bundle(tmp_path / "bundle"), []
    found = own_results(bundle, rows, samples=8, progress=lambda *numbers: done.append(numbers))
    assert done == [(1, 2), (2, 2)] and [one.own_pictures for one in found] == [True, False]
    records = [one.records for one in found]
    assert [r.case for r in records] == [FIRST_OWN + 2, FIRST_OWN + 4] and not any(r.failure for r in records)
    assert list(records[0].records) == ["axial", "axial + sagittal"] and len(records[1].records) == 4
    assert found[0].verdict == records[0].records["axial + sagittal"].verdict
    (whole, _) = own_results(bundle, rows, samples=8, whole=True)
    assert list(whole.records.records) == ["axial + sagittal"]
    lines = own_table(records)
    shown = [line for line in lines if line.startswith("| own")]
    assert len(shown) == 6 and shown[0].startswith("| own heads, simulated pictures | axial | 1 | 0.")
    assert sum(line.startswith("| own pictures") for line in shown) == 2
    assert lines[-1] == "No result for 0 of 2 cases."


def test_of_a_circumference_alone_there_is_the_biometry(tmp_path: Path, painted: None) -> None:
    rows = read_cohort(CohortConfig(table=write_circumferences(tmp_path, ("train", "train"))))
    bundle = write_tiny_bundle(tmp_path / "bundle")
    found, other = own_results(bundle, rows, samples=8)
    assert found.records is None and found.hc_mm == rows[0].hc_mm and not found.failure
    one = found.circumference
    assert one.hc_mm == pytest.approx(found.hc_mm, rel=0.15) and one.interval90[0] < one.hc_mm < one.interval90[1]
    assert set(one.relative_sd) == {*QUANTITIES, "surface"} and min(one.relative_sd.values()) > 0
    assert one.hc_mm * one.relative_sd["hc_mm"] == pytest.approx(np.diff(one.interval90)[0] / 2 / 1.6449, rel=1e-3)
    assert found.verdict == one.verdict in ("typical", "unusual", "outside")
    assert other.circumference.hc_mm > 1.05 * one.hc_mm
    (bare,) = own_results(bundle, rows[:1], samples=0)
    assert bare.circumference.relative_sd == {} and bare.circumference.interval90 is None


def test_a_picture_without_a_head_is_a_failure_with_its_reason(
    tmp_path: Path, painted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dark = np.zeros((64, 64), np.uint8)
    dark[0, 0] = 255
    blank = {"axial": plane_from_array(dark, (1.0, 1.0), "axial")}
    (row, _) = read_cohort(CohortConfig(table=write_circumferences(tmp_path, ("train", "train"))))
    monkeypatch.setattr(module, "own_images", lambda case: blank)
    (found,) = own_results(write_tiny_bundle(tmp_path / "bundle"), [row], samples=8)
    assert found.circumference is None and found.failure and found.verdict == ""
