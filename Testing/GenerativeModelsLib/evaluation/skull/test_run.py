"""Evaluation of many cases."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS, SimulatedCase, head_surface
from GenerativeModelsLib.evaluation.scores.surfaces import compare
from GenerativeModelsLib.evaluation.skull import records
from GenerativeModelsLib.evaluation.skull import run as skull_runs
from GenerativeModelsLib.evaluation.skull.run import evaluate_set
from GenerativeModelsLib.skull.population.heads import sample_heads
from Testing.helpers.painted import painted_planes
from Testing.helpers.tiny_models import load_seeing


def painted_case(set_seed: int, index: int) -> SimulatedCase:
    head = list(sample_heads(index + 1, set_seed, weeks=25.0))[index]
    return SimulatedCase(index, head, painted_planes(head.shape))


def test_cases_of_a_set_are_evaluated_in_order(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skull_runs, "simulated_case", painted_case)
    monkeypatch.setattr(skull_runs, "_model", load_seeing)
    monkeypatch.setattr(records, "head_surface", partial(head_surface, subdivisions=4))
    monkeypatch.setattr(records, "compare", partial(compare, spacing_mm=3.0, samples=500))
    found = list(evaluate_set(tiny_bundle, 9, 2, samples=2, workers=1, subsets=("axial",)))
    assert [case.case for case in found] == [0, 1]
    for case in found:
        head = painted_case(9, case.case).head
        assert (case.variant, case.weeks) == (head.variant, head.gestational_age_weeks)
        assert case.records["axial"].truth.hc_mm == pytest.approx(head.hc_mm, rel=5e-3)
    assert set(SUBSETS) >= set(found[0].records)


@pytest.mark.slow
def test_processes_give_what_one_process_gives(tiny_bundle: Path) -> None:
    """The locator of the tiny bundle is untrained, but deterministic."""
    alone, together = (
        [
            (case.case, case.variant, case.failure, list(case.records))
            for case in evaluate_set(tiny_bundle, 9, 2, samples=2, workers=workers, subsets=("axial",))
        ]
        for workers in (1, 2)
    )
    assert alone == together and [case[0] for case in alone] == [0, 1]
