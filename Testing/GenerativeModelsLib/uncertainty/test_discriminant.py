"""Fisher discriminant: direction, ranks and storage."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import norm

from GenerativeModelsLib.uncertainty.discriminant import FisherDiscriminant

SPREAD = np.array([[2.0, 0.0, 0.0], [1.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
SHIFT = np.array([1.0, -1.0, 0.0])


def drawn(count: int, seed: int, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 3)) @ SPREAD.T + shift * SHIFT


@pytest.fixture(scope="module")
def found() -> FisherDiscriminant:
    return FisherDiscriminant.fit(drawn(20000, 0), drawn(20000, 1, 1.0), drawn(20000, 2))


def test_the_direction_is_that_of_the_closed_form(found: FisherDiscriminant) -> None:
    """S^-1 (difference of the means), not the difference itself."""
    expected = np.linalg.solve(SPREAD @ SPREAD.T, SHIFT)
    cosine = found.weights @ expected / np.linalg.norm(found.weights) / np.linalg.norm(expected)
    assert cosine > 0.999


def test_the_rank_is_the_share_of_usual_cases_that_lie_lower(found: FisherDiscriminant) -> None:
    sd = np.linalg.norm(SPREAD.T @ found.weights)
    for z in (-1.0, 0.0, 1.5):
        vector = z * sd * found.weights / (found.weights @ found.weights)
        assert found.rank(vector) == pytest.approx(norm.cdf(z), abs=0.015)
    ranks = [found.rank(vector) for vector in drawn(500, 3)]
    assert np.mean(np.array(ranks) > 0.9) == pytest.approx(0.1, abs=0.04)
    assert found.rank(2 * SHIFT) > found.rank(1.5 * SHIFT) > 0.99 and found.rank(-50 * SHIFT) == 0


def test_it_is_the_same_after_storage(found: FisherDiscriminant) -> None:
    again = FisherDiscriminant.from_bundle(json.loads(json.dumps(found.settings())))
    assert again.rank(SHIFT) == found.rank(SHIFT)
    assert list(again.quantiles) == sorted(again.quantiles)
