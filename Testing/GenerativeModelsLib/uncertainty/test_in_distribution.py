"""In-distribution distances, ranks and verdicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.uncertainty.flow import FlowDensity
from GenerativeModelsLib.uncertainty.in_distribution import (
    MOST_SURPRISE,
    TYPICAL,
    UNUSUAL,
    FeatureModel,
    TypicalInput,
)


@pytest.fixture(scope="module")
def cloud() -> np.ndarray:
    """2000 feature vectors of length 12: three wide directions, nine narrow ones, not along the axes."""
    g = np.random.default_rng(1)
    turn, _ = np.linalg.qr(g.normal(size=(12, 12)))
    return 5 + (g.normal(size=(2000, 12)) * np.r_[9.0, 5.0, 3.0, np.full(9, 0.2)]) @ turn


def test_a_typical_case_lies_at_about_one(cloud: np.ndarray) -> None:
    model = FeatureModel.fit(cloud, 3)
    assert np.sqrt((model.distance(cloud) ** 2).mean()) == pytest.approx(1, abs=0.01)
    assert model.distance(model.mean) == pytest.approx(0, abs=1e-6)


def test_a_step_counts_in_standard_deviations_of_its_direction(cloud: np.ndarray) -> None:
    model = FeatureModel.fit(cloud, 3)
    for direction, variance in zip(model.directions, model.variances):
        step = model.distance(model.mean + 6 * np.sqrt(variance) * direction)
        assert step == pytest.approx(6 / np.sqrt(2 * 3))
    outside = np.linalg.svd(model.directions)[2][-1]
    assert model.distance(model.mean + 6 * np.sqrt(model.rest) * outside) == pytest.approx(6 / np.sqrt(2 * 9))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.floats(1.0, 4.0))
def test_further_out_is_further(seed: int, k: float) -> None:
    g = np.random.default_rng(seed)
    model = FeatureModel.fit(g.normal(size=(60, 8)), 4)
    step = g.normal(size=8)
    assert model.distance(model.mean + k * step) >= model.distance(model.mean + step) - 1e-12


def test_shape_of_one_case_and_of_many(cloud: np.ndarray) -> None:
    model = FeatureModel.fit(cloud, 3)
    assert model.distance(cloud[0]).shape == () and model.distance(cloud[:5]).shape == (5,)


def test_directions_without_any_variation_do_not_make_every_case_an_outlier() -> None:
    """Five different cases, twice each: no variance is left beyond the fourth direction."""
    features = np.tile(np.random.default_rng(2).normal(size=(5, 12)), (2, 1))
    distance = FeatureModel.fit(features).distance(features + 1e-9)
    assert np.isfinite(distance).all() and distance.max() < 3


def typical(n: int = 400) -> TypicalInput:
    g = np.random.default_rng(3)
    a, b = g.gamma(2.0, size=n), g.gamma(2.0, size=n)
    tables = {"a": np.sort(a), "b": np.sort(b)}
    bare = TypicalInput(quantiles=tables)
    worst = [max(bare.ranks({"a": x, "b": y}).values()) for x, y in zip(a, b)]
    return TypicalInput(quantiles=tables, worst={2: np.sort(worst)})


@settings(max_examples=50, deadline=None)
@given(st.floats(-5, 60), st.floats(0, 10))
def test_ranks_grow_with_the_measure_and_stay_below_one(value: float, more: float) -> None:
    t = typical(50)
    low, high = (t.ranks({"a": v})["a"] for v in (value, value + more))
    assert 0 <= low <= high < 1


def test_outliers_stay_ordered_beyond_the_largest_calibration_value() -> None:
    t = typical()
    top = t.quantiles["a"][-1]
    ranks = [t.ranks({"a": v})["a"] for v in (top, top + 1, top + 3, top + 9)]
    assert ranks[0] == pytest.approx(400 / 401) and all(np.diff(ranks) > 0)


def test_a_rank_is_the_share_of_calibration_cases_below() -> None:
    t = TypicalInput(quantiles={"a": np.arange(1.0, 10.0)})
    assert t.ranks({"a": 5.0}) == {"a": pytest.approx(0.5)} and t.ranks({"a": 0.0}) == {"a": 0.0}
    assert t.ranks({"unknown": 1.0}) == {}


@pytest.mark.parametrize(("quantile", "verdict"), [(0.3, "typical"), (0.97, "unusual")])
def test_verdicts_within_the_calibration_cases(quantile: float, verdict: str) -> None:
    t = TypicalInput(quantiles={"a": np.linspace(0, 1, 999)}, worst={1: np.linspace(0.001, 0.999, 999)})
    found = t.judge({"a": quantile}, {"a": "the picture is odd"})
    assert found.verdict == verdict and found.score == pytest.approx(quantile, abs=0.01)
    assert found.reasons == (() if verdict == "typical" else ("the picture is odd",))


@pytest.mark.parametrize("measures", [{"a": 0.3}, {}])
def test_further_reasons_raise_the_verdict_and_not_the_score(measures: dict[str, float]) -> None:
    t = TypicalInput(quantiles={"a": np.linspace(0, 1, 999)}, worst={1: np.linspace(0.001, 0.999, 999)})
    found = [t.judge(measures, {}), t.judge(measures, {}, ["odd"]), t.judge(measures, {}, ["odd"], ["huge"])]
    assert [f.verdict for f in found] == ["typical", "unusual", "outside"]
    assert [f.reasons for f in found] == [(), ("odd",), ("huge", "odd")] and len({f.score for f in found}) == 1


def test_equal_calibration_values_do_not_turn_a_rounding_error_into_an_outlier() -> None:
    t = TypicalInput(quantiles={"a": np.full(30, 0.5)}, worst={1: np.linspace(0.5, 30 / 31, 30)})
    assert t.judge({"a": 0.5 + 1e-7}, {}).score == pytest.approx(30 / 31, abs=1e-3)
    assert t.judge({"a": 0.6}, {}).score > 0.97


def test_far_out_is_outside_with_the_worst_reason_first() -> None:
    t = typical()
    found = t.judge({"a": 30.0, "b": 200.0}, {"a": "a is odd", "b": "b is odd"})
    assert found.verdict == "outside" and found.score > UNUSUAL
    assert found.reasons == ("b is odd", "a is odd")
    assert found.measures == {"a": 30.0, "b": 200.0}
    # one bad measure is enough
    assert t.judge({"a": 1.0, "b": 200.0}, {}).verdict == "outside"


def test_about_as_many_fresh_cases_are_flagged_as_are_meant_to() -> None:
    t, g = typical(), np.random.default_rng(9)
    verdicts = [t.judge({"a": x, "b": y}, {}).verdict for x, y in g.gamma(2.0, size=(4000, 2))]
    assert verdicts.count("typical") / 4000 == pytest.approx(TYPICAL, abs=0.025)
    assert verdicts.count("outside") / 4000 < 0.015


def test_without_calibration_nothing_is_judged() -> None:
    found = TypicalInput().judge({"a": 1e9}, {})
    assert (found.score, found.verdict) == (0.0, "typical")


def test_from_a_bundle(cloud: np.ndarray) -> None:
    """Flows come back in the order of their names, whatever their number; a surprise is in nats per dimension."""
    few = {"kind": "maf", "epochs": 2, "hidden": (8,), "transforms": 1}
    flows = {name: FlowDensity.fit(rows, **few) for name, rows in (("axial picture", cloud), ("shape", cloud[:, :4]))}
    tensors = {f"{n}.{part}": value for n, flow in enumerate(flows.values()) for part, value in flow.tensors().items()}
    settings_ = {"flows": {name: flow.settings() for name, flow in flows.items()}}
    settings_ |= {"quantiles": {"a": [1, 2, 3]}, "worst": {"1": [0.1, 0.2]}}
    t = TypicalInput.from_bundle(settings_, tensors)
    for name, size in (("axial picture", 12), ("shape", 4)):
        expected = -flows[name].log_density(cloud[0, :size]) / size
        assert t.surprise(name, cloud[0, :size]) == pytest.approx(expected, rel=1e-6)
    assert t.surprise("shape", np.full(4, 1e200)) == MOST_SURPRISE
    assert t.ranks({"a": 2.0}) == {"a": pytest.approx(0.5)} and len(t.worst[1]) == 2


def test_beyond_every_calibration_case_is_outside_with_few_of_them() -> None:
    """Ranks are close to 1 there; with 160 cases a far outlier once scored 0.99 and was called unusual."""
    rng = np.random.default_rng(3)
    a, b = rng.gamma(2.0, size=160), rng.gamma(2.0, size=160)
    tables = {"a": np.sort(a), "b": np.sort(b)}
    bare = TypicalInput(quantiles=tables)
    worst = np.sort([max(bare.ranks({"a": x, "b": y}).values()) for x, y in zip(a, b)])
    calibrated = TypicalInput(quantiles=tables, worst={2: worst})
    assert calibrated.judge({"a": 2 * a.max(), "b": float(np.median(b))}, {}).verdict == "outside"
    assert calibrated.judge({"a": float(np.median(a)), "b": float(np.median(b))}, {}).verdict == "typical"


@pytest.mark.parametrize(
    ("mean", "directions", "variances", "rest"),
    [
        ((4,), (2, 5), (2,), 1.0),
        ((4,), (3, 4), (2,), 1.0),
        ((4, 1), (2, 4), (2,), 1.0),
        ((2,), (2, 2), (2,), 1.0),
        ((4,), (2, 4), (2,), 0.0),
    ],
)
def test_a_feature_model_whose_parts_do_not_agree_is_refused(
    mean: tuple, directions: tuple, variances: tuple, rest: float
) -> None:
    with pytest.raises(ValueError, match="a feature model has"):
        FeatureModel(np.zeros(mean), np.zeros(directions), np.ones(variances), rest)
    with pytest.raises(ValueError, match="not positive"):
        FeatureModel(np.zeros(4), np.zeros((2, 4)), np.array([1.0, -1.0]), 1.0)
