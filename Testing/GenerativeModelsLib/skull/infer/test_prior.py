"""Heads drawn from the prior of a skull bundle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.infer.draws import field_statistics
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.prior import (
    decoded_surface,
    draw_heads,
    head_coefficients,
    head_vectors,
    heads_of,
)
from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.skull.population.sizes import hc_moments
from GenerativeModelsLib.skull.shape.biometry import measure
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse
from Testing.helpers.tiny_models import RANK, tiny_basis, tiny_prior


@pytest.fixture(scope="module")
def model(tiny_model: SkullModel) -> SkullModel:
    return replace(tiny_model, prior=tiny_prior())


def test_a_vector_is_the_head_and_back() -> None:
    weeks = np.array([11.0, 14.2, 27.5, 42.0])
    sizes, coefficients = np.array([8.0, 15.0, 41.0, 55.0]), np.random.default_rng(0).standard_normal((4, 3))
    vectors = head_vectors(coefficients, sizes, weeks)
    assert vectors.shape == (4, 5) and np.isfinite(vectors).all()
    mean, sd = hc_moments(27.5)
    assert vectors[2, 3] == pytest.approx((2 * np.pi * 41 - mean) / sd)
    found = heads_of(vectors)
    np.testing.assert_array_equal(found[0], coefficients)
    np.testing.assert_allclose(found[1], sizes, rtol=5e-3)
    np.testing.assert_allclose(found[1][1:3], sizes[1:3], rtol=1e-9)
    np.testing.assert_allclose(found[2], weeks, atol=0.01)


def test_ages_and_sizes_of_the_population_are_standard_normal() -> None:
    heads = sample_heads(300, 4)
    sizes, weeks = (np.array([getattr(h, n) for h in heads]) for n in ("hc_mm", "gestational_age_weeks"))
    vectors = head_vectors(np.zeros((300, 1)), sizes / (2 * np.pi), weeks)[:, 1:]
    np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=0.15)
    np.testing.assert_allclose(vectors.std(axis=0), 1, atol=0.12)


def test_no_draw_is_older_than_the_population() -> None:
    weeks = heads_of(np.array([[0.0, 0.0, -40.0], [0.0, 0.0, 40.0]]))[2]
    np.testing.assert_array_equal(weeks, [11.0, 42.0])


def test_heads_are_drawn_of_the_weeks_asked_for(model: SkullModel) -> None:
    every, some = draw_heads(model, 60, 1), draw_heads(model, 12, 1, (24.0, 28.0))
    assert every.coefficients.shape == (60, RANK) and every.weeks.std() > 4
    assert ((some.weeks >= 24) & (some.weeks <= 28)).all() and len(some.weeks) == 12
    assert some.draws.made > some.draws.wanted >= some.draws.accepted >= 12
    sizes = 2 * np.pi * every.head_size_mm
    due = np.array([hc_moments(week) for week in every.weeks])
    assert (np.abs(sizes - due[:, 0]) < 5 * due[:, 1]).all()
    again = draw_heads(model, 12, 1, (24.0, 28.0))
    np.testing.assert_array_equal(some.coefficients, again.coefficients)
    assert not np.array_equal(some.coefficients, draw_heads(model, 12, 2, (24.0, 28.0)).coefficients)


def test_what_cannot_be_drawn_is_one_sentence(model: SkullModel, tiny_model: SkullModel) -> None:
    with pytest.raises(InputError, match=r"^The model 'tiny 0.1' holds no flow to draw from: give a bundle"):
        draw_heads(tiny_model, 1)
    with pytest.raises(InputError, match=r"^Of 200 draws 0 heads can be used, of 4 asked for: .* weeks") as found:
        draw_heads(model, 4, 0, (20.0, 20.0001), most=200)
    assert found.value.field == "weeks"


def test_a_surface_is_that_of_the_head() -> None:
    head = sample_heads(1, 3, weeks=28.0, variant="typical")[0]
    size = head.hc_mm / (2 * np.pi)
    surface = decoded_surface(tiny_basis(), head_coefficients(tiny_basis(), head), size)
    found = measure(surface)
    assert surface.is_closed and found.hc_mm == pytest.approx(head.hc_mm, rel=0.03)
    twice = measure(decoded_surface(tiny_basis(), head_coefficients(tiny_basis(), head), 2 * size))
    assert twice.hc_mm == pytest.approx(2 * found.hc_mm, rel=1e-4)


def test_a_decoded_head_lies_in_its_own_frame() -> None:
    """The centre of its axial outline is the origin, wherever the coefficients put it."""
    head = sample_heads(1, 3, weeks=28.0, variant="typical")[0]
    coefficients, size = head_coefficients(tiny_basis(), head), head.hc_mm / (2 * np.pi)
    moved = [coefficients + 0.1 * one for one in np.eye(RANK, dtype=np.float32)]
    before = [np.linalg.norm(centre(field_statistics(*as_draw(c), size, spread=False).surface())) for c in moved]
    after = [np.linalg.norm(centre(decoded_surface(tiny_basis(), c, size))) for c in moved]
    assert max(before) > 0.3 and max(after) < 0.1, (before, after)


def as_draw(coefficients: np.ndarray) -> tuple[LowRankField, torch.Tensor]:
    return tiny_basis(), torch.from_numpy(np.append(coefficients, 0.0)).float()[None]


def centre(surface: Surface) -> np.ndarray:
    """(2,) centre of the ellipse of the axial outline."""
    outline = surface.section(np.zeros(3), np.array([0.0, 0.0, 1.0]))[0]
    return np.asarray(fit_ellipse(outline[:, :2]).centre)
