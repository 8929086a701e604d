"""What real heads add to the standard deviations, against its formula."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.infer.calibration import EVEN, EXCESS_DEGREE, HeadCalibration, excess_sd
from GenerativeModelsLib.skull.shape.harmonics import mirror_signs
from GenerativeModelsLib.skull.shape.regions import BLEND, FACE_FRONT, VAULT_FLOOR

FLAT = np.sqrt(4 * np.pi)
"""Coefficient of degree 0 of a field that is 1."""


def settings_of(seed: int = 0) -> dict:
    """Of a bundle: every number different from every other."""
    rng = np.random.default_rng(seed)
    excess = rng.normal(0, 0.15, (3, len(EVEN)))
    excess[:, 0] = FLAT * np.log([0.02, 0.03, 0.04])
    return {
        "weight": [0.5, 0.7, 0.9],
        "log_excess": excess.tolist(),
        "factor": [[1.0, 2.0, 3.0], [1.5, 2.5, 3.5], [0.8, 1.2, 1.9]],
        "volume_floor": [0.03, 0.04, 0.0],
    }


def made(seed: int = 0, **changed: object) -> HeadCalibration:
    found = HeadCalibration.from_manifest({"heads": settings_of(seed) | changed})
    assert found is not None
    return found


def directions(count: int = 200, seed: int = 3) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def test_a_bundle_without_real_heads_has_no_such_calibration() -> None:
    assert HeadCalibration.from_manifest({}) is None and HeadCalibration.from_manifest({"heads": {}}) is None


def test_the_numbers_of_the_bundle_are_read() -> None:
    given_ = json.loads(json.dumps(settings_of()))
    found = HeadCalibration.from_manifest({"heads": given_})
    for name, value in given_.items():
        np.testing.assert_array_equal(getattr(found, name), value)


@pytest.mark.parametrize(
    "changed",
    [
        {"weight": [1.0, 1.0]},
        {"log_excess": np.zeros((3, len(EVEN) + 1)).tolist()},
        {"log_excess": np.zeros(len(EVEN)).tolist()},
        {"factor": [1.0, 1.0, 1.0]},
        {"volume_floor": [[0.1], [0.1], [0.1]]},
        {"weight": [1.0, -0.1, 1.0]},
        {"factor": [[1, 1, 1], [1, 1, 1], [1, 1, -0.5]]},
        {"volume_floor": [0.0, 0.0, -0.01]},
    ],
)
def test_wrong_shapes_and_negative_factors_are_refused(changed: dict) -> None:
    with pytest.raises(ValueError, match="calibration on real heads"):
        made(**changed)


def test_coefficients_of_the_logarithm_may_be_negative_and_factors_zero() -> None:
    assert made(weight=[0, 0, 0]).log_excess.min() < 0


def test_a_field_of_degree_zero_is_the_same_excess_everywhere() -> None:
    log_excess = np.zeros(len(EVEN))
    log_excess[0] = FLAT * np.log(0.025)
    np.testing.assert_allclose(excess_sd(log_excess, 37 * directions()), 0.025, rtol=1e-5)
    assert excess_sd(log_excess, directions(12).reshape(3, 4, 3)).shape == (3, 4)


@pytest.mark.parametrize("planes", [1, 2, 3])
def test_sigma_is_weighted_widened_by_the_excess_and_multiplied_by_the_factor_of_its_region(planes: int) -> None:
    """k^2 (a^2 sigma^2 + (s exp L)^2), far from the borders of the regions, for every number of planes."""
    size, k = 41.0, planes - 1
    given_ = settings_of()
    points = size * np.array([[0, 0, 1.0], [0.3, -0.8, -0.8], [0.2, 0.7, -0.9]])  # vault, face, base
    sigma = np.array([0.6, 0.9, 1.4])
    excess = size * excess_sd(np.array(given_["log_excess"][k]), points)
    expected = given_["factor"][k] * np.sqrt((given_["weight"][k] * sigma) ** 2 + excess**2)
    np.testing.assert_allclose(made().surface(sigma, points, planes, size), expected, rtol=1e-3)


@pytest.mark.parametrize("at", [(0.0, -0.9, VAULT_FLOOR), (0.0, 0.9, VAULT_FLOOR), (0.1, FACE_FRONT, -1.2)])
def test_at_a_border_between_regions_the_factor_is_halfway_and_passes_smoothly(at: tuple) -> None:
    """The factors of vault, face and base are 1, 2 and 3; no step is larger than a few per cent of the passage."""
    axis = 1 if at[1] == FACE_FRONT else 2
    line = np.array(at) + np.linspace(-4 * BLEND, 4 * BLEND, 401)[:, None] * np.eye(3)[axis]
    flat = np.zeros((3, len(EVEN)))
    found = made(log_excess=flat.tolist(), weight=[0, 0, 0]).surface(np.zeros(401), line, 1, 1.0)
    assert found[200] == pytest.approx((found[0] + found[-1]) / 2, rel=2e-3)
    assert abs(found[-1] - found[0]) > 0.9 and np.abs(np.diff(found)).max() < 0.03 * abs(found[-1] - found[0])


@settings(max_examples=30, deadline=None)
@given(st.floats(0.2, 5), st.sampled_from([1, 2, 3]), st.integers(0, 50))
def test_a_larger_picture_has_a_sigma_larger_by_the_same_factor(by: float, planes: int, seed: int) -> None:
    points, sigma = 40 * directions(20, seed), np.random.default_rng(seed).uniform(0.2, 3, 20)
    one = made(seed).surface(sigma, points, planes, 40.0)
    np.testing.assert_allclose(made(seed).surface(by * sigma, by * points, planes, by * 40.0), by * one, rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 50))
def test_left_and_right_are_alike(seed: int) -> None:
    """Whatever the coefficients are."""
    points, sigma = 40 * directions(40, seed), np.random.default_rng(seed).uniform(0.2, 3, 40)
    left, right = (made(seed).surface(sigma, points * [side, 1, 1], 1, 40.0) for side in (1, -1))
    np.testing.assert_allclose(left, right, rtol=1e-4)


def test_every_even_harmonic_has_its_coefficient() -> None:
    """Of degree up to 6, 28 of 49 harmonics do not change their sign from left to right."""
    assert len(EVEN) == 28 and (mirror_signs(EXCESS_DEGREE)[EVEN] == 1).all()
    points = directions(400)
    fields = np.stack([np.log(excess_sd(row, points)) for row in np.eye(len(EVEN))])
    assert np.linalg.matrix_rank(fields) == len(EVEN)


def test_the_floor_of_the_volume_is_added_in_quadrature_for_each_number_of_planes() -> None:
    found = made()
    assert [found.volume_sd(4.0, 100.0, planes) for planes in (1, 2, 3)] == pytest.approx([5.0, 32**0.5, 4.0])
