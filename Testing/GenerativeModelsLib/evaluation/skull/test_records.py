"""Evaluation records of known heads, with painted planes and a tiny untrained model."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS, head_surface
from GenerativeModelsLib.evaluation.scores.surfaces import compare
from GenerativeModelsLib.evaluation.skull import records
from GenerativeModelsLib.evaluation.skull.benchmark import report
from GenerativeModelsLib.evaluation.skull.records import OFFSET_POINTS, CaseRecords, evaluate_case
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.planes.image import plane_from_array
from GenerativeModelsLib.skull.population.heads import sample_heads
from Testing.helpers.painted import painted_planes
from Testing.helpers.tiny_models import MeanHead

HEAD = next(iter(sample_heads(1, 77, weeks=24.0)))
NO_HEAD = plane_from_array(np.eye(80) * 255, (1.0, 1.0), "sagittal")


@pytest.fixture(scope="module")
def found(tiny_model: SkullModel) -> CaseRecords:
    subsets = ("axial", "three planes")
    return evaluate_case(
        tiny_model, 5, HEAD.shape, painted_planes(HEAD.shape), subsets=subsets, samples=6, variant="normal", weeks=24.0
    )


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A coarser truth and grid, for tests that ask what is measured rather than how finely."""
    monkeypatch.setattr(records, "head_surface", partial(head_surface, subdivisions=3))
    monkeypatch.setattr(records, "compare", partial(compare, spacing_mm=3.0, samples=500))


def test_a_record_a_subset(found: CaseRecords) -> None:
    assert list(found.records) == ["axial", "three planes"]
    assert (found.case, found.variant, found.weeks, found.failure) == (5, "normal", 24.0, "")
    for subset, record in found.records.items():
        assert (record.case, record.subset) == (5, subset)
        n = min(OFFSET_POINTS, len(record.areas))
        for values in (*record.offsets_mm.values(), record.sigma_mm, record.areas):
            assert values.shape == (n,) and values.dtype == np.float32
        assert record.points.shape == (n, 3) and record.points.dtype == np.float32
        assert set(record.sd) == set(record.interval90) == set(QUANTITIES)
        assert all(record.sd[name] > 0 for name in QUANTITIES)


def test_the_truth_is_the_heads(found: CaseRecords) -> None:
    for record in found.records.values():
        assert record.truth.hc_mm == pytest.approx(HEAD.hc_mm, rel=2e-3)
        assert record.found.hc_mm == pytest.approx(HEAD.hc_mm, rel=0.08)


def test_accuracy_is_that_of_the_reconstruction(found: CaseRecords, tiny_model: SkullModel) -> None:
    images = painted_planes(HEAD.shape)
    again = reconstruct(tiny_model, {"axial": images["axial"]}, samples=6, seed=5)
    expected = compare(again.surface, head_surface(HEAD.shape))
    assert found.records["axial"].accuracy["none"] == expected
    for record in found.records.values():
        assert (
            record.accuracy["rigid"].mean_surface_distance_mm <= record.accuracy["none"].mean_surface_distance_mm + 0.05
        )
        assert record.accuracy["none"].dice > 0.85
        rms = {align: np.sqrt(np.average(d**2, weights=record.areas)) for align, d in record.offsets_mm.items()}
        assert rms["rigid"] <= rms["none"] + 0.05
        assert np.linalg.norm(record.points, axis=-1).min() > 0.5 and np.abs(record.points).max() < 1.6


def test_the_baseline_is_the_mean_head_in_the_located_ellipse(found: CaseRecords) -> None:
    assert set(found.baseline) == {"none", "rigid"}
    assert found.baseline["rigid"].dice > 0.85


def test_without_draws_nothing_is_claimed(tiny_model: SkullModel, coarse: None) -> None:
    record = evaluate_case(
        tiny_model, 5, HEAD.shape, painted_planes(HEAD.shape), subsets=("axial",), samples=0
    ).records["axial"]
    assert record.sigma_mm is None and record.accuracy["rigid"].dice > 0.85
    assert record.sd == record.interval90 == dict.fromkeys(QUANTITIES)


def test_a_model_without_levels_and_draws_is_measured_like_any_other(tiny_model: SkullModel, coarse: None) -> None:
    model = replace(tiny_model, skull=MeanHead())
    one = evaluate_case(model, 1, HEAD.shape, painted_planes(HEAD.shape), samples=6, variant="normal", weeks=24.0)
    cases = [one, replace(one, case=2)]
    for record in (record for case in cases for record in case.records.values()):
        assert record.sigma_mm is None and set(record.sd.values()) == {None}
        assert record.accuracy["rigid"].dice > 0.85
    assert set(cases[0].records) == set(SUBSETS)
    found = report(cases)
    assert not any("Uncertainty" in table.title for table in found.tables)
    assert set(found.figures["coverage90"]["rigid"].values()) == {None}


def test_a_plane_without_a_head_ends_the_case_with_its_sentence(tiny_model: SkullModel, coarse: None) -> None:
    images = painted_planes(HEAD.shape) | {"sagittal": NO_HEAD}
    found = evaluate_case(tiny_model, 1, HEAD.shape, images, subsets=("axial", "axial + sagittal"), samples=2)
    assert list(found.records) == ["axial"] and "The sagittal plane shows no fetal head" in found.failure
