"""What is usual among a few own cases."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.uncertainty.in_distribution import TYPICAL, TypicalInput
from GenerativeModelsLib.uncertainty.own_inputs import MOST_RANK, OwnInputs, OwnVectors, rank_among_own

SIZE = 12


@pytest.fixture
def covariance(rng: np.random.Generator) -> np.ndarray:
    root = rng.normal(size=(SIZE, SIZE))
    return root @ root.T + np.eye(SIZE)


@pytest.mark.parametrize("cases", [1, 2, 4, 20])
def test_own_vectors_are_usual_wherever_they_lie(rng: np.random.Generator, covariance: np.ndarray, cases: int) -> None:
    """Far from the population, and far from each other: the training pictures of two unlike scanners."""
    vectors = rng.multivariate_normal(np.full(SIZE, 40.0), covariance, cases)
    vectors[::2] -= 60.0
    own = OwnVectors.fit(vectors, covariance, cases)
    assert max(own.rank(vector) for vector in vectors) <= MOST_RANK


def test_others_like_them_are_usual_and_the_rest_is_not(rng: np.random.Generator, covariance: np.ndarray) -> None:
    vectors = rng.multivariate_normal(np.full(SIZE, 40.0), covariance, 4)
    own = OwnVectors.fit(vectors, covariance, 4)
    like = rng.multivariate_normal(np.full(SIZE, 40.0), covariance, 300)
    assert np.mean([own.rank(vector) <= 0.95 for vector in like]) > 0.85
    unlike = rng.multivariate_normal(np.zeros(SIZE), covariance, 300)
    assert min(own.rank(vector) for vector in unlike) > 0.99


def test_many_vectors_of_one_case_count_as_one(rng: np.random.Generator, covariance: np.ndarray) -> None:
    vectors = rng.multivariate_normal(np.zeros(SIZE), covariance, 3)
    once, often = (OwnVectors.fit(np.repeat(vectors, times, axis=0), covariance, 3) for times in (1, 50))
    np.testing.assert_allclose(once.whiten, often.whiten, rtol=1e-4)
    assert once.freedom == often.freedom and once.scale == pytest.approx(often.scale)


def test_a_value_up_to_the_largest_own_one_is_usual_and_beyond_it_less_and_less() -> None:
    own, population = np.array([0.2, 0.5, 0.6]), np.linspace(0, 0.3, 100)
    assert rank_among_own(own, population, 0.1) == 0.0
    assert rank_among_own(own, population, 0.6) <= MOST_RANK
    beyond = [rank_among_own(own, population, value) for value in (0.61, 0.7, 0.9, 2.0)]
    assert beyond == sorted(beyond) and beyond[0] == pytest.approx(0.75, abs=0.04) and beyond[-1] > 0.99
    many = np.linspace(0, 1, 1000)
    assert rank_among_own(many, population, 1.0) <= MOST_RANK < rank_among_own(many, population, 1.2)


def test_it_is_stored_as_json(rng: np.random.Generator, covariance: np.ndarray) -> None:
    own = OwnInputs(2, {"shape": OwnVectors.fit(np.ones((1, SIZE)), covariance, 1)}, {"axial head": np.array([0.1])})
    found = OwnInputs.from_bundle(json.loads(json.dumps(own.settings())))
    vector = rng.normal(size=SIZE)
    assert found.cases == 2 and found.vectors["shape"].rank(vector) == own.vectors["shape"].rank(vector)
    assert found.quantiles["axial head"].tolist() == [0.1]
    assert OwnInputs.from_bundle({}) is None
    broken = own.settings()
    broken["vectors"]["shape"]["whiten"] = [[1.0]]
    with pytest.raises(ValueError, match="own vectors have shapes"):
        OwnInputs.from_bundle(broken)


class Flat:
    """A density that is low for every vector."""

    def log_density(self, vector: np.ndarray) -> float:
        return -100.0 * len(vector)


def test_an_own_case_is_typical_where_the_population_calls_it_unusual(
    rng: np.random.Generator, covariance: np.ndarray
) -> None:
    names = ("axial picture", "axial head")
    usual = {name: np.sort(rng.uniform(0, 1, 200)) for name in names}
    first = TypicalInput({"axial picture": Flat()}, usual, {2: np.sort(rng.uniform(0, 1, (200, 2)).max(1))})
    vectors = rng.multivariate_normal(np.full(SIZE, 40.0), covariance, 4)
    own = OwnInputs(4, {"axial picture": OwnVectors.fit(vectors, covariance, 4)}, {"axial head": np.array([1.2, 1.5])})
    tuned = replace(first, own=own)

    def verdict(model: TypicalInput, vector: np.ndarray, head: float) -> str:
        measures = {"axial picture": model.surprise("axial picture", vector), "axial head": head}
        return model.judge(measures, {}).verdict

    assert verdict(first, vectors[0], 1.5) == "outside" and verdict(first, vectors[0], 0.5) == "outside"
    assert [verdict(tuned, vector, 1.5) for vector in vectors] == ["typical"] * 4
    assert verdict(tuned, np.zeros(SIZE), 0.5) == "outside", "another picture stays what it was"
    assert verdict(tuned, vectors[0], 4.0) != "typical"
    assert tuned.surprise("axial picture", vectors[0]) <= np.quantile(usual["axial picture"], TYPICAL)
