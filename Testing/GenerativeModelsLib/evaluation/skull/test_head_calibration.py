"""Fit of the calibration on real heads, against records drawn from a known law."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.evaluation.skull import head_calibration
from GenerativeModelsLib.evaluation.skull.head_calibration import (
    SUBSETS_BY_COUNT,
    fit_head_calibration,
    least_floor,
)
from GenerativeModelsLib.evaluation.skull.real_heads import calibrated
from GenerativeModelsLib.evaluation.skull.records import CaseRecords
from GenerativeModelsLib.skull.infer.calibration import EVEN, HeadCalibration, excess_sd
from GenerativeModelsLib.skull.locate.outlines import NORMAL_90
from GenerativeModelsLib.skull.shape.regions import REGIONS, regions
from Testing.helpers.head_records import drawn_case

WEIGHTS = (0.8, 0.6, 0.4)
"""a with one, two and three planes."""
FACTORS = np.array([1.0, 0.9 * np.sqrt(3) / NORMAL_90, 1.246])
"""Of the laws of `unit_draws`: 90 % quantile of their magnitude, over that of the normal distribution."""


def true_excess(planes: int) -> np.ndarray:
    """L of the law: 2 %, 1.4 % and 1 % of the head size on average, more below and behind."""
    coefficients = np.zeros(len(EVEN))
    coefficients[0] = np.sqrt(4 * np.pi) * np.log((0.02, 0.014, 0.01)[planes - 1])
    coefficients[1:3] = 0.5, -0.6
    return coefficients


def unit_draws(rng: np.random.Generator, points: np.ndarray) -> np.ndarray:
    """Of unit variance: normal on the vault, uniform on the face, and at the base mostly near 0 or near 2."""
    n = len(points)
    large = rng.random(n) < 0.23
    base = np.where(large, rng.choice([-1, 1], n) * (2 + 0.3 * rng.normal(size=n)), 0.28 * rng.normal(size=n))
    laws = np.stack([rng.normal(size=n), rng.uniform(-np.sqrt(3), np.sqrt(3), n), base])
    return np.take_along_axis(laws, regions(points, 1.0)[None], 0)[0]


def law(rng: np.random.Generator, points: np.ndarray, sigma: np.ndarray, planes: int) -> np.ndarray:
    excess = excess_sd(true_excess(planes), points)
    return unit_draws(rng, points) * np.hypot(WEIGHTS[planes - 1] * sigma, excess)


def heads(seed: int, count: int = 5, points: int = 3000) -> dict[str, list[CaseRecords]]:
    rng = np.random.default_rng(seed)
    return {
        f"head {i}": [drawn_case(rng, law, case=i, count=points, size_mm=30 + 5 * i, volume_error=0.05 * (-1) ** i)]
        for i in range(count)
    }


@lru_cache(maxsize=1)
def fitted() -> HeadCalibration:
    return fit_head_calibration(heads(1))


def test_the_law_of_the_records_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """a, L and the factors of the regions, for every number of planes, without the penalty of rough fields."""
    monkeypatch.setattr(head_calibration, "ROUGHNESS", 0.0)
    found = fit_head_calibration(heads(2))
    np.testing.assert_allclose(found.weight, WEIGHTS, atol=0.06)
    points = drawn_case(np.random.default_rng(0), law).records["axial"].points
    for planes in (1, 2, 3):
        ratio = np.log(excess_sd(found.log_excess[planes - 1], points) / excess_sd(true_excess(planes), points))
        assert abs(ratio.mean()) < 0.04 and ratio.std() < 0.12
        np.testing.assert_allclose(found.factor[planes - 1], FACTORS, rtol=0.05)


def test_a_rough_excess_is_smoothed_but_its_mean_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_calibration, "ROUGHNESS", 0.1)
    smooth = fit_head_calibration(heads(1))
    points = drawn_case(np.random.default_rng(0), law).records["axial"].points
    for k in range(3):
        truth, found = (np.log(excess_sd(c, points)) for c in (true_excess(k + 1), smooth.log_excess[k]))
        assert abs((found - truth).mean()) < 0.1
        assert 0.1 < found.std() / truth.std() < 0.7 and np.corrcoef(found, truth)[0, 1] > 0.8


@pytest.mark.parametrize("planes", [1, 2, 3])
def test_the_90_percent_interval_of_fresh_records_holds_90_percent_of_every_region(planes: int) -> None:
    inside: dict[int, list[np.ndarray]] = {k: [] for k in range(len(REGIONS))}
    for (case,) in heads(7, count=4, points=6000).values():
        for subset in SUBSETS_BY_COUNT[planes - 1]:
            record = case.records[subset]
            held = np.abs(record.offsets_mm["rigid"]) <= NORMAL_90 * calibrated(record, planes, fitted())
            for k, rows in inside.items():
                rows.append(held[regions(record.points, 1.0) == k])
    for k, rows in inside.items():
        assert np.concatenate(rows).mean() == pytest.approx(0.90, abs=0.02), REGIONS[k]


def test_real_errors_that_the_prediction_explains_leave_almost_nothing_to_add() -> None:
    rng = np.random.default_rng(3)
    made = {
        str(i): [drawn_case(rng, lambda rng, points, sigma, planes: sigma * rng.normal(size=len(sigma)), count=1500)]
        for i in range(4)
    }
    found = fit_head_calibration(made)
    np.testing.assert_allclose(found.weight, 1, atol=0.06)
    np.testing.assert_allclose(found.factor, 1, atol=0.08)
    points = made["0"][0].records["axial"].points
    assert max(excess_sd(row, points).max() for row in found.log_excess) < 0.003  # the least sigma


def test_every_head_counts_the_same_whatever_its_number_of_examinations() -> None:
    rng = np.random.default_rng(4)

    def scaled(by: float):
        return lambda rng, points, sigma, planes: by * law(rng, points, sigma, planes)

    one = {
        "small errors": [drawn_case(rng, scaled(0.6), count=800, volume_error=0.03)],
        "large errors": [drawn_case(rng, scaled(1.8), count=800, volume_error=0.12)],
    }
    often = one | {"large errors": 6 * one["large errors"]}
    first, again = fit_head_calibration(one), fit_head_calibration(often)
    for name in ("weight", "factor", "volume_floor"):
        np.testing.assert_allclose(getattr(again, name), getattr(first, name), rtol=0.01, atol=2e-3, err_msg=name)
    points = one["small errors"][0].records["axial"].points
    for k in range(3):
        np.testing.assert_allclose(
            excess_sd(again.log_excess[k], points), excess_sd(first.log_excess[k], points), rtol=0.02
        )
    # and another head does change them
    other = fit_head_calibration(one | {"also large": one["large errors"]})
    assert (other.volume_floor > 1.1 * first.volume_floor).all()


def test_every_head_counts_the_same_in_every_region_however_little_of_it_lies_there() -> None:
    """The mean over heads of the share of a region within the interval is 90 %; one head has little base."""
    rng = np.random.default_rng(9)

    def worse_base(rng: np.random.Generator, points: np.ndarray, sigma: np.ndarray, planes: int) -> np.ndarray:
        return law(rng, points, sigma, planes) * np.where(regions(points, 1.0) == 2, 3.0, 1.0)

    one, bad = drawn_case(rng, law, count=2000), drawn_case(rng, worse_base, count=2000)
    records = {}
    for subset, record in bad.records.items():
        areas = np.where(regions(record.points, 1.0) == 2, 0.05, 1.0) * record.areas
        records[subset] = replace(record, areas=areas)
    made = {"one": [one], "bad": [replace(bad, records=records)]}
    found = fit_head_calibration(made)
    for k in range(len(REGIONS)):
        held = []
        for (case,) in made.values():
            record = case.records["axial"]
            size = record.found.hc_mm / (2 * np.pi)
            sd = np.hypot(found.weight[0] * record.sigma_mm, size * excess_sd(found.log_excess[0], record.points))
            here = regions(record.points, 1.0) == k
            held.append(np.mean(np.abs(record.offsets_mm["rigid"])[here] <= NORMAL_90 * found.factor[0, k] * sd[here]))
        assert np.mean(held) == pytest.approx(0.90, abs=0.01), REGIONS[k]


def test_the_area_of_a_point_is_its_weight() -> None:
    """A point of area 0 is none: large offsets there change nothing."""
    made = heads(5, 3, 1000)

    def spoiled(case: CaseRecords) -> CaseRecords:
        records = {}
        for subset, record in case.records.items():
            areas, d = record.areas.copy(), record.offsets_mm["rigid"].copy()
            areas[:300], d[:300] = 0, 30.0
            records[subset] = replace(record, areas=areas, offsets_mm={"rigid": d})
        return replace(case, records=records)

    def without(case: CaseRecords) -> CaseRecords:
        parts = ("areas", "points", "sigma_mm")
        return replace(
            case,
            records={
                s: replace(
                    r, **{p: getattr(r, p)[300:] for p in parts}, offsets_mm={"rigid": r.offsets_mm["rigid"][300:]}
                )
                for s, r in case.records.items()
            },
        )

    first, second = (
        fit_head_calibration({name: [change(c) for c in cases] for name, cases in made.items()})
        for change in (spoiled, without)
    )
    np.testing.assert_allclose(first.factor, second.factor, rtol=0.01)
    np.testing.assert_allclose(first.weight, second.weight, atol=0.01)


def test_a_head_that_was_not_found_with_some_planes_counts_with_the_others() -> None:
    """Its examination ended before the coronal plane; another head has none at all."""
    made = heads(6, 3, 600)
    (case,) = made["head 1"]
    made["head 1"] = [replace(case, records={"axial": case.records["axial"]})]
    made["none"] = [replace(case, records={}, failure="shows no head")]
    found = fit_head_calibration(made)
    assert np.isfinite(found.log_excess).all() and np.isfinite(found.factor).all()
    alone = fit_head_calibration({name: made[name] for name in ("head 0", "head 2")})
    np.testing.assert_allclose(found.factor[1:], alone.factor[1:], rtol=1e-3)


def test_the_errors_of_the_volume_have_unit_variance() -> None:
    """Errors of 5 % of the true over the found volume, with a standard deviation of 2 %."""
    np.testing.assert_allclose(fitted().volume_floor, np.sqrt(0.05**2 - 0.02**2), rtol=1e-3)
    sd = fitted().volume_sd(6.0, 300.0, 2)
    assert 0.05 * 300 / sd == pytest.approx(1, rel=1e-3)


def test_the_size_of_a_head_does_not_matter() -> None:
    """The same records of heads of twice the size, all lengths doubled."""
    made = heads(8, 2, 500)

    def doubled(case: CaseRecords) -> CaseRecords:
        return replace(
            case,
            records={
                s: replace(
                    r,
                    offsets_mm={"rigid": 2 * r.offsets_mm["rigid"]},
                    sigma_mm=2 * r.sigma_mm,
                    areas=4 * r.areas,
                    found=replace(r.found, hc_mm=2 * r.found.hc_mm),
                )
                for s, r in case.records.items()
            },
        )

    one, two = (
        fit_head_calibration({name: [change(c) for c in cases] for name, cases in made.items()})
        for change in (lambda c: c, doubled)
    )
    np.testing.assert_allclose(two.factor, one.factor, rtol=1e-3)
    np.testing.assert_allclose(two.log_excess, one.log_excess, atol=0.02)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.001, 0.3), min_size=1, max_size=20), st.integers(0, 100))
def test_the_least_floor_without_standard_deviations_is_the_root_mean_square(errors: list[float], seed: int) -> None:
    error, weights = np.array(errors), np.random.default_rng(seed).uniform(0.1, 1, len(errors))
    zero = np.zeros(len(errors))
    assert least_floor(error, zero) == pytest.approx(np.sqrt(np.mean(error**2)), rel=1e-4)
    assert least_floor(error, zero, weights) == pytest.approx(np.sqrt(np.average(error**2, weights=weights)), rel=1e-4)


@pytest.mark.parametrize(("sd", "floor"), [(0.03, 0.04), (0.049, 0.00995), (0.05, 0.0), (0.2, 0.0)])
def test_the_least_floor_adds_what_equal_standard_deviations_lack(sd: float, floor: float) -> None:
    """Errors of 0.05: floor^2 = 0.05^2 - sd^2, and none if they suffice."""
    assert least_floor(np.array([0.05, -0.05]), np.full(2, sd)) == pytest.approx(floor, abs=2e-5)
