"""Errors of models that return what they see, or all hearts too large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.heart.ablation.sets import HeartSet, simulated_set, with_errors
from GenerativeModelsLib.evaluation.heart.ablation.shapes import AS_READ, MEASURES, shape_errors, wall_errors
from GenerativeModelsLib.evaluation.heart.facts import segment_walls
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch


@dataclass
class Scaled:
    """Returns hearts larger by a factor."""

    factor: float
    numbers: int = 1
    weights: int = 1

    @property
    def name(self) -> str:
        return f"times {self.factor}"

    def rebuild(self, hearts: RayBatch) -> RayBatch:
        return RayBatch(*(self.factor * getattr(hearts, field) for field in RayBatch.FIELDS))


@pytest.fixture(scope="module")
def hearts() -> HeartSet:
    return simulated_set(2, 3)


def test_what_is_returned_as_it_was_has_no_error_and_what_is_larger_has_one(hearts):
    found = shape_errors(hearts, [Scaled(1.0), Scaled(1.05)], 1)
    assert list(found) == ["times 1.0", "times 1.05"]
    same, larger = found.values()
    assert tuple(same) == MEASURES
    for phase in ("ed", "es"):
        assert same[f"dice_{phase}"] == pytest.approx(1)
        assert same[f"distance_{phase}"] == pytest.approx(0, abs=0.05)  # the rays' mesh against points on its triangles
        assert same[f"wall_{phase}"] == pytest.approx(0)
        assert (larger[f"dice_{phase}"] < 0.95).all() and (larger[f"distance_{phase}"] > 0.5).all()


def test_walls_of_a_larger_heart_are_thicker_by_its_factor(hearts):
    error = wall_errors(Scaled(1.1).rebuild(hearts.truth), hearts.truth)
    np.testing.assert_allclose(error, 0.1 * segment_walls(hearts.truth).mean(axis=-1), rtol=0.02)


def test_noisy_hearts_are_compared_with_the_truth_and_stand_beside_the_models(hearts):
    noisy = with_errors(hearts, 0)
    found = shape_errors(noisy, [Scaled(1.0)], 1)
    assert list(found) == ["times 1.0", AS_READ]
    for key in MEASURES:
        np.testing.assert_array_equal(found["times 1.0"][key], found[AS_READ][key])
    assert (found[AS_READ]["wall_ed"] > 0).all() and (found[AS_READ]["dice_ed"] < 0.99).all()
