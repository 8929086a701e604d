"""Benchmark on real heads, from made-up records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS, head_surface
from GenerativeModelsLib.evaluation.skull import real_heads
from GenerativeModelsLib.evaluation.skull.benchmark import ORDER
from GenerativeModelsLib.evaluation.skull.real_heads import (
    HEIGHT_OVER_OFD,
    RealHead,
    calibrated,
    fixed_map,
    report,
    run_templates,
)
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.infer.calibration import EVEN, HeadCalibration
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.shape.regions import region_shares
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from Testing.helpers.head_records import SIZE_MM, drawn_case, made_head

pytestmark = pytest.mark.filterwarnings("ignore:An input array is constant")
FLAT = np.sqrt(4 * np.pi)


def constant(error: float):
    """Offsets of this size in head sizes with a random sign."""
    return lambda rng, points, sigma, planes: error * rng.choice([-1, 1], len(points))


def case(error: float = 0.02, seed: int = 0, **options) -> CaseRecords:
    return drawn_case(np.random.default_rng(seed), constant(error), **options)


def flat_calibration(excess: float, factor: float = 1.0, weight: float = 0.0, floor: float = 0.0) -> HeadCalibration:
    """The same everywhere and for every number of planes."""
    coefficients = np.zeros((3, len(EVEN)))
    coefficients[:, 0] = FLAT * np.log(excess)
    return HeadCalibration(np.full(3, weight), coefficients, np.full((3, 3), factor), np.full(3, floor))


def test_neighbours_within_a_week_and_the_head_itself_are_left_out() -> None:
    weeks = {"a": 24.0, "b": 24.9, "c": 25.0, "d": 25.1, "e": 22.9, "f": 23.0, "twin": 24.0}
    heads = [made_head(name, w, [case(seed=i)]) for i, (name, w) in enumerate(weeks.items())]
    found = real_heads._others(heads, heads[0])
    assert list(found) == ["d", "e"] and found["d"] is heads[3].cases


@pytest.mark.parametrize("error", [0.005, 0.03])
def test_the_fixed_map_of_a_constant_error_is_that_constant(error: float) -> None:
    """Relative to the circumference, in all directions, of heads of any size and of either sign."""
    made = {str(i): [case(error, seed=i, count=1500, size_mm=30 + 10 * i)] for i in range(3)}
    directions = drawn_case(np.random.default_rng(9), constant(1.0)).records["axial"].points
    found = fixed_map(made, "axial").radius(directions)
    np.testing.assert_allclose(found, error / (2 * np.pi), rtol=1e-3)


def test_the_fixed_map_is_larger_where_errors_are() -> None:
    """Three times as large at the base as at the top; a head without this subset of planes has no part in it."""

    def law(rng: np.random.Generator, points: np.ndarray, sigma: np.ndarray, planes: int) -> np.ndarray:
        return 0.01 * (2 - points[:, 2]) * (1 if planes == 1 else 5)

    rng = np.random.default_rng(1)
    made = {str(i): [drawn_case(rng, law, count=1500)] for i in range(2)}
    bad = case(0.5)
    made["none"] = [replace(bad, records={"three planes": bad.records["three planes"]})]
    found = fixed_map(made, "axial").radius(np.array([[0, 0, 1.0], [0, 0, -1.0], [1.0, 0, 0]])) * 2 * np.pi
    np.testing.assert_allclose(found, [0.01, 0.03, 0.02], rtol=0.15)


def test_records_are_calibrated_at_their_points_in_mm() -> None:
    record = case(size_mm=50.0).records["axial"]
    heads = replace(flat_calibration(0.03, weight=0.5), factor=np.array([[1.0, 2.0, 3.0]] * 3))
    found = calibrated(record, 1, heads)
    factor = region_shares(record.points, 1.0) @ [1, 2, 3]
    np.testing.assert_allclose(found, factor * np.hypot(0.5 * record.sigma_mm, 0.03 * 50), rtol=1e-4)
    assert np.ptp(factor) > 1.9


def made_heads(errors: Sequence[float] = (0.02, 0.02, 0.02), **options) -> list[RealHead]:
    """Heads two weeks apart, each examined twice."""
    return [
        made_head(
            f"head {i}", 22.0 + 2 * i, [case(e, seed=10 * i + k, case=k, volume_error=0.04, **options) for k in (0, 1)]
        )
        for i, e in enumerate(errors)
    ]


def use(monkeypatch: pytest.MonkeyPatch, found: HeadCalibration) -> list[list[str]]:
    """Give this calibration for every head; the names of the heads of each fit."""
    names: list[list[str]] = []

    def fit(heads: Mapping[str, Sequence[CaseRecords]]) -> HeadCalibration:
        names.append(list(heads))
        return found

    monkeypatch.setattr(real_heads, "fit_head_calibration", fit)
    return names


def test_figures_are_means_over_examinations_and_then_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets of 2 % of a head size of 40 mm, the ellipsoid's 2 mm; sigma of 1.3 % just covers them, 1.2 % does not."""
    fits = use(monkeypatch, flat_calibration(0.0125, floor=0.03))
    heads = made_heads((0.02, 0.02, 0.04))
    found = report(heads, 2)
    assert fits == [["head 1", "head 2"], ["head 0", "head 2"], ["head 0", "head 1"]]
    for subset in ORDER:
        row = found.figures[subset]
        mean = (0.8 + 0.8 + 1.6) / 3
        assert row["vault_mm"] == pytest.approx(mean) and row["whole_mm"] == pytest.approx(mean)
        assert row["ellipsoid_vault_mm"] == pytest.approx(2) and row["vault_ratio"] == pytest.approx(mean / 2)
        assert row["sigma_mm"] == pytest.approx(0.0125 * SIZE_MM, rel=1e-4)
        for region in ("vault", "face", "base", "whole"):
            assert row[f"cover_{region}"] == pytest.approx(2 / 3)  # 1.645 * 0.0125 = 0.0206
            assert 0.1 < row[f"plain_{region}"] < 0.6
        assert row["volume_bias"] == pytest.approx(100 * (1 / 1.04 - 1))
        assert row["volume_held"] == 1  # 12 ml of 300, standard deviation sqrt(6^2 + 9^2)
        assert (row["typical"], row["unusual"], row["outside"]) == (100, 0, 0)
    assert found.figures["failures"] == 0
    first, second = found.tables
    assert [row[0] for row in first.rows] == list(ORDER) and {len(row) for row in first.rows} == {len(first.columns)}
    assert first.rows[0][1] == "0.67 / 0.67 / 0.67 / 0.67" and first.rows[0][3] == "1.07 (0.53)"
    assert first.rows[0][5].endswith(" / 1.00") and first.rows[0][7] == "100 / 0 / 0"
    assert [row[0] for row in second.rows] == ["head 0", "head 1", "head 2"]
    assert second.rows[0][1] == "251" and second.rows[0][-2:] == ["0.950 / 2.00", "0 / 0 / 0"]
    assert second.rows[0][2] == "0.950 / 4.0 / 1.00" and {len(row) for row in second.rows} == {len(second.columns)}


def test_a_volume_outside_its_interval_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, flat_calibration(0.0125))
    found = report(made_heads(), 2)
    assert found.figures["axial"]["volume_held"] == 0  # 12 ml, standard deviation 6 ml, 1.645 of them 9.9 ml


def test_the_calibration_of_a_head_does_not_know_it() -> None:
    """One head is ten times as wrong as the others: its own coverage is near none, and theirs does not depend on it
    alone. All fits are real."""
    heads = made_heads((0.01, 0.01, 0.01, 0.2), count=200)
    found = report(heads, 2).figures["three planes"]
    assert found["cover_whole"] == pytest.approx(0.75, abs=0.05)


def test_a_failed_examination_is_counted_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, flat_calibration(0.0125))
    heads = made_heads()
    failed = replace(heads[0].cases[0], records={}, failure="shows no head")
    heads[0] = replace(
        heads[0], cases=[failed, heads[0].cases[1]], ellipsoid_error_mm=[{}, dict.fromkeys(SUBSETS, 2.0)]
    )
    found = report(heads, 2)
    assert found.figures["failures"] == 1 and "1 examinations gave no result." in found.tables[0].notes
    assert found.figures["axial"]["vault_mm"] == pytest.approx(0.8)


def test_verdicts_are_shares_of_the_examinations(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, flat_calibration(0.0125))
    heads = made_heads()
    heads[1] = replace(heads[1], cases=[case(seed=5, verdict="outside"), case(seed=6, verdict="unusual")])
    found = report(heads, 2).figures["axial"]
    assert [found[v] for v in ("typical", "unusual", "outside")] == pytest.approx([200 / 3, 50 / 3, 50 / 3])


@pytest.mark.parametrize("truth_factor", [1.0, 1.04])
def test_the_error_of_the_ellipsoid_is_its_distance_from_the_truth_on_the_vault(truth_factor: float) -> None:
    """Of the found BPD and OFD: a truth of that shape is at distance 0, one 4 % larger about 4 % of the half axes."""
    half = np.array([35.0, 44.0, HEIGHT_OVER_OFD * 44.0])
    truth: Surface = head_surface(ellipsoid(*(truth_factor * half)), 4)
    record: Record = replace(case().records["axial"])
    found = real_heads._ellipsoid_error(record, truth)
    assert found == pytest.approx((truth_factor - 1) * 38.5, abs=0.15)


def test_the_model_is_judged_without_its_calibration_on_real_heads(
    tiny_model: SkullModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_heads = replace(tiny_model, head_calibration=flat_calibration(0.02))
    monkeypatch.setattr(real_heads, "load_skull_model", lambda path: with_heads)
    real_heads._model.cache_clear()
    try:
        found = real_heads._model("bundle")
        assert found.head_calibration is None and found.skull is tiny_model.skull
    finally:
        real_heads._model.cache_clear()


def test_a_missing_data_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="fetal_heads_spina_bifida contains templates: name the data folder with --data"
    ) as error:
        run_templates(tmp_path / "bundle", tmp_path / "nowhere", 2, 0)
    assert "\n" not in str(error.value) and str(error.value).count(". ") == 0
