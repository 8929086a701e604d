"""Conventions by which the base of a mask is closed, on an ellipsoid with a notch and a brainstem."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.skull.shape.from_brain_mask import BRAINSTEM, CEREBELLUM, CONVENTIONS, head_from_mask
from GenerativeModelsLib.skull.shape.unit_head import height_of


@pytest.fixture(scope="module")
def heads() -> dict:
    z, y, x = np.mgrid[-50:31, -40:41, -40:41]
    brain = (x / 25) ** 2 + (y / 31) ** 2 + (z / 26) ** 2 < 1
    notch = (x**2 + (y + 8) ** 2 < 14**2) & (z < -12)
    stem = (x**2 + (y - 5) ** 2 < 6**2) & (z < -15) & (z > -40)
    labels = np.zeros(brain.shape, np.uint8)
    labels[brain & (y > 8) & (z < -10)] = CEREBELLUM
    labels[stem] = BRAINSTEM
    return {
        name: head_from_mask((brain & ~notch) | stem, 1.0, labels, base=base).shape
        for name, base in CONVENTIONS.items()
    }


def test_the_brainstem_makes_the_head_deeper_only_where_it_belongs_to_it(heads: dict) -> None:
    assert height_of(heads["brainstem"]) > height_of(heads["closed"]) + 8


def test_a_smaller_ball_fills_less_of_the_notch(heads: dict) -> None:
    notch = np.array([[0.0, -8.0, -20.0]])
    assert heads["tight"].radius(notch)[0] < heads["closed"].radius(notch)[0] - 1.0


def test_the_vault_stays(heads: dict) -> None:
    for name in ("tight", "brainstem"):
        np.testing.assert_allclose(heads[name].log_radius[:28], heads["closed"].log_radius[:28], atol=0.02)
