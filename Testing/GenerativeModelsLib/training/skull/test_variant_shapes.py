"""Discriminants of the shape variants, fitted to predicted shapes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.skull.infer.variant_shape import WORDS
from GenerativeModelsLib.skull.population.heads import VARIANTS
from GenerativeModelsLib.training.skull.variant_shapes import LARGEST_SIZE_ERROR, variant_discriminants
from GenerativeModelsLib.uncertainty.discriminant import FisherDiscriminant

COUNT = 3000
SIZE = 4


@pytest.fixture
def readings() -> SimpleNamespace:
    """Lemons lie along the first axis, heads of own cohorts far along the second; one head in ten was missed."""
    rng = np.random.default_rng(0)
    variant = rng.choice([VARIANTS.index("typical"), VARIANTS.index("lemon"), -1], COUNT, p=[0.6, 0.3, 0.1])
    missed = rng.random(COUNT) < 0.1
    shapes = rng.normal(size=(4, COUNT, SIZE))
    shapes[..., 0] += 3.0 * (variant == VARIANTS.index("lemon"))
    shapes[..., 1] += 50.0 * (variant == -1)
    shapes[..., 2] += 80.0 * missed
    log_size = np.where(missed, 2 * LARGEST_SIZE_ERROR, 0.0)
    return SimpleNamespace(variant=variant.astype(np.int16), log_size=log_size, shapes=shapes)


def test_a_variant_is_told_from_usual_heads(readings: SimpleNamespace) -> None:
    found = json.loads(json.dumps(variant_discriminants(readings, readings.shapes)))
    assert list(found) == ["lemon"] and "lemon" in WORDS  # of the others there are too few
    lemon = FisherDiscriminant.from_bundle(found["lemon"])
    # neither own heads, whose variant is unknown, nor missed ones turn the direction
    assert abs(lemon.weights[0]) > 20 * np.abs(lemon.weights[1:]).max()
    ranks = np.array([lemon.rank(vector) for vector in readings.shapes[0]])
    usual = (readings.variant == 0) & (readings.log_size == 0)
    assert np.mean(ranks[usual] > 0.95) == pytest.approx(0.05, abs=0.02)
    assert np.mean(ranks[readings.variant == VARIANTS.index("lemon")] > 0.95) > 0.8


def test_same_readings_same_discriminants(readings: SimpleNamespace) -> None:
    assert variant_discriminants(readings, readings.shapes) == variant_discriminants(readings, readings.shapes)
