"""Means, paired changes and coverage of scores with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.benchmarks.rivals.results import (
    MethodScores,
    change,
    circumference_coverage,
    raw_surface_coverage,
    refused_cell,
    surface_coverage,
    values_of,
)
from Testing.GenerativeModelsLib.benchmarks.rivals.helpers import score_of


def test_trainings_of_a_case_are_averaged() -> None:
    scores = MethodScores("m", [[score_of("a-0", mean_mm=1.0), score_of("b-0")], [score_of("a-0", mean_mm=3.0)]])
    assert values_of(scores, "axial", "mean_mm") == {"a-0": 2.0, "b-0": 1.0}
    assert values_of(scores, "axial", "hc_mm error") == {"a-0": 2.0, "b-0": 2.0}
    assert values_of(scores, "three planes", "mean_mm") == {}


def test_refused_predictions_are_counted_also_where_another_training_has_a_result() -> None:
    failed = [score_of("a-0", failure="no", accuracy=None), score_of("b-0", failure="no", accuracy=None)]
    both = MethodScores("m", [failed, [score_of("a-0")]])
    assert (both.refused("axial"), both.predictions("axial"), both.predictions("three planes")) == (2, 3, 0)
    assert refused_cell(both, "axial") == "2 of 3" and set(both.of("axial")) == {"a-0"}


def test_the_spread_between_seeds_is_that_of_their_means() -> None:
    rows = [[score_of(f"{k}-0", mean_mm=seed + k) for k in range(2)] for seed in (1.0, 2.0, 4.0)]
    found = MethodScores("m", [rows[0][:1], rows[0][1:], *rows[1:]], [1, 1, 2, 3])
    assert found.between_seeds("axial", "mean_mm") == pytest.approx(np.std([1.5, 2.5, 4.5], ddof=1))
    assert MethodScores("m", rows[:1], [1]).between_seeds("axial", "mean_mm") is None


def test_changes_are_paired_and_take_a_head_once() -> None:
    base = {f"{head}-{view}": float(head) for head in range(6) for view in range(3)}
    other = {case: value - 0.5 for case, value in base.items() if case != "5-2"}
    found = change(base, other, "mean_mm")
    assert (found.cases, found.subjects) == (17, 6)
    assert found.difference == pytest.approx(-0.5) and found.verdict == "better"
    assert change(base, other, "dice").verdict == "worse"
    assert change(base, {"z-0": 1.0}, "dice") is None


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_the_factor_undoes_a_wrong_scale_of_the_draws(scale: float) -> None:
    """Offsets from N(0, 1) with claimed deviation `scale`: the factor is 1 / scale, the coverage with it 90 %."""
    rng = np.random.default_rng(3)
    rows = [
        score_of(f"{k}-0", fold=k % 3, sigma_mm=[scale] * 400, offset_mm=rng.standard_normal(400).tolist())
        for k in range(60)
    ]
    found = surface_coverage(MethodScores("m", [rows]), "axial")
    assert found.factor == pytest.approx(1 / scale, rel=0.03)
    assert found.calibrated == pytest.approx(0.9, abs=0.01)
    assert found.width_mm == pytest.approx(2 * 1.645, rel=0.03)
    shares = [np.mean(np.abs(row.offset_mm) <= 1.645 * found.factor * scale) for row in rows]
    assert found.half95 == pytest.approx(2.0 * np.std(shares, ddof=1) / np.sqrt(60), rel=0.05)
    assert found.error_mm == pytest.approx(np.sqrt(2 / np.pi), rel=0.03)
    expected = {0.5: 0.589, 1.0: 0.9, 2.0: 0.999}[scale]
    assert found.raw == pytest.approx(expected, abs=0.01)
    assert raw_surface_coverage(MethodScores("m", [rows]), "axial") == found.raw


def test_the_factor_of_a_fold_comes_from_the_others() -> None:
    """A fold with claims ten times too small does not mend itself."""
    rng = np.random.default_rng(4)

    def row(k: int, fold: int):
        offset = (10 if fold == 0 else 1) * rng.standard_normal(400)
        return score_of(f"{k}-0", fold=fold, sigma_mm=[1.0] * 400, offset_mm=offset.tolist())

    alone = MethodScores("m", [[row(k, 0) for k in range(20)]])
    others = MethodScores("m", [[row(k, 1) for k in range(20, 40)]])
    assert surface_coverage(alone, "axial", others).calibrated < 0.2
    assert surface_coverage(alone, "axial") is None


def test_the_circumference_has_a_coverage_of_its_own() -> None:
    rng = np.random.default_rng(5)
    rows = [
        score_of(f"{k}-0", fold=k % 3, hc_sd_mm=2.0, biometry={"hc_mm": float(rng.standard_normal())})
        for k in range(3000)
    ]
    found = circumference_coverage(MethodScores("m", [rows]), "axial")
    assert found.factor == pytest.approx(0.5, rel=0.05) and found.calibrated == pytest.approx(0.9, abs=0.02)
    assert found.width_mm == pytest.approx(2 * 1.645, rel=0.05)


def test_a_method_without_draws_has_no_coverage() -> None:
    without = MethodScores("m", [[score_of("a-0", offset_mm=[1.0])]])
    assert surface_coverage(without, "axial") is None and circumference_coverage(without, "axial") is None
    assert raw_surface_coverage(without, "axial") is None
