"""Vault, face and base."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.shape.regions import (
    BASE,
    BLEND,
    FACE,
    FACE_FRONT,
    REGIONS,
    VAULT,
    VAULT_FLOOR,
    region_shares,
    regions,
)


@pytest.mark.parametrize(
    ("point", "region"),
    [
        ((0.0, 0.0, 1.0), VAULT),
        ((0.0, -1.0, -0.34), VAULT),
        ((0.0, 1.0, -0.36), BASE),
        ((0.0, -0.24, -0.8), BASE),
        ((0.0, -0.26, -0.8), FACE),
        ((0.9, -0.6, -0.36), FACE),
    ],
)
@pytest.mark.parametrize("size", [1.0, 47.0])
def test_each_point_is_in_its_region_at_every_size(point: tuple, region: int, size: float) -> None:
    found = regions(size * np.array([point, point]), size)
    assert found.shape == (2,) and found.tolist() == [region, region]


def test_names_follow_the_numbers() -> None:
    assert (REGIONS[VAULT], REGIONS[FACE], REGIONS[BASE]) == ("vault", "face", "base")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(0.5, 60))
def test_shares_sum_to_one_and_are_those_of_the_regions_away_from_their_borders(seed: int, size: float) -> None:
    points = np.random.default_rng(seed).uniform(-1.4, 1.4, (4, 50, 3))
    shares = region_shares(size * points, size)
    assert shares.shape == (4, 50, 3) and shares.min() >= 0
    np.testing.assert_allclose(shares.sum(-1), 1)
    away = np.minimum(np.abs(points[..., 2] - VAULT_FLOOR), np.abs(points[..., 1] - FACE_FRONT)) > 3 * BLEND
    there = np.take_along_axis(shares, regions(size * points, size)[..., None], -1)[..., 0]
    assert there[away].min() > 0.99
    # the largest share is the region's, however near the border of the vault
    vault = regions(size * points, size) == VAULT
    np.testing.assert_array_equal(vault, shares[..., VAULT] >= 0.5)


@pytest.mark.parametrize(
    ("point", "shares"),
    [
        ((0.0, -1.0, VAULT_FLOOR), [0.5, 0.5, 0]),
        ((0.0, 1.0, VAULT_FLOOR), [0.5, 0, 0.5]),
        ((0.0, FACE_FRONT, -1.0), [0, 0.5, 0.5]),
        ((0.0, 1.0, VAULT_FLOOR + BLEND), [0.5 * (1 + np.tanh(1)), 0, 0.5 * (1 - np.tanh(1))]),
    ],
)
def test_a_border_is_shared_by_the_regions_on_both_sides(point: tuple, shares: list[float]) -> None:
    np.testing.assert_allclose(region_shares(40 * np.array(point), 40), shares, atol=1e-6)
