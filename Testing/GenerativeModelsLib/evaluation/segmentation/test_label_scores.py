"""Scores of a VAE of label maps, on a stand-in whose codes are the measures of its maps."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.segmentation import label_scores as label_scores_module
from GenerativeModelsLib.evaluation.segmentation.label_scores import (
    SPAN_SD,
    STEPS,
    dice_by_heart,
    interpretability,
    label_scores,
    traverse,
    traversed,
)
from GenerativeModelsLib.segmentation.attribute_names import ATTRIBUTES
from GenerativeModelsLib.segmentation.codes.parzen import parzen
from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps
from Testing.helpers.segmentation_phantoms import ellipse
from Testing.helpers.tiny_labels import GRID, TINY_PIXEL_MM, ring_sequences, tiny_model

NAMES = ATTRIBUTES["short-axis"]
PIXEL, SHAPE = np.ones(2), (120, 120)


class Drawn:
    """Code: scale of the cavity, of the axes, direction of the septum, of the wall, and the centre x and y."""

    view, attributes, pixel_mm, objective = "short-axis", NAMES, PIXEL, "ar-vae"

    def __init__(self) -> None:
        self.codes = np.random.default_rng(0).normal(size=(60, 8))
        self.spread, self.density = self.codes.std(axis=0), parzen(self.codes, 0.2)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        maps = np.zeros((len(codes), *SHAPE), np.uint8)
        for values, (area, major, minor, turn, wall, x, y, _) in zip(maps, codes, strict=True):
            at = (60 + 4 * y, 64 + 4 * x)
            down, right = np.sin(turn / 4), -np.cos(turn / 4)
            values[ellipse((9, 9), (at[0] + 36 * down, at[1] + 36 * right), PIXEL, SHAPE)] = 3
            values[ellipse((26, 32 + 2 * major), at, PIXEL, SHAPE)] = 2
            values[ellipse((16 + area - wall, 14 + minor), at, PIXEL, SHAPE)] = 1
        return maps


def test_a_traversal_moves_one_dimension_about_the_mean_of_the_codes() -> None:
    model, base = Drawn(), np.arange(8.0)
    codes = traversed(model, base, 2)
    assert codes.shape == (STEPS, 8) and (np.delete(codes, 2, axis=1) == np.delete(base, 2)).all()
    ends = model.codes[:, 2].mean() + model.spread[2] * np.array([-SPAN_SD, SPAN_SD])
    np.testing.assert_allclose(codes[[0, -1], 2], ends)


def test_attributes_that_follow_their_dimensions_are_found_to_grow() -> None:
    along = traverse(Drawn(), np.zeros((2, 8)))
    found = dict(zip(NAMES, along.spearman, strict=True))
    for name in ("lv_area_mm2", "epi_major_axis_mm", "lv_septal_axis_mm", "myo_area_mm2", "epi_centre_x_mm"):
        assert found[name] > 0.99
    assert found["septum_degrees"] < -0.99  # it turns down where the code grows
    assert along.values.shape == (7, 2, STEPS) and along.monotone[3] == 0 and along.monotone[5] == 1


def test_interpretability_is_the_variance_that_one_dimension_explains() -> None:
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(4000, 3))
    wanted = np.stack([2 * codes[:, 1] + rng.normal(size=4000), codes[:, 2], np.full(4000, np.nan)], axis=1)
    assert interpretability(codes, wanted) == pytest.approx([0.8, 1.0, np.nan], abs=0.02, nan_ok=True)


def test_dice_is_the_mean_of_each_heart_of_the_structures_that_are_known() -> None:
    maps = FrameMaps.of(ring_sequences(3), GRID, TINY_PIXEL_MM)
    other = maps.values.copy()
    other[maps.subject == "h1"] = 0
    maps.known[:, [0, 3]] = False
    model = SimpleNamespace(encode=lambda values, known: None, decode=lambda codes: other)
    dice = dice_by_heart(model, maps)
    assert set(dice) == {"lv", "myo"} and dice["lv"].tolist() == [1, 0, 1]


@pytest.mark.parametrize("objective", ["ar-vae", "constrained-vae"])
def test_all_scores_of_an_untrained_model_are_plain_values(objective: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_scores_module, "RANDOM", 5)
    monkeypatch.setattr(label_scores_module, "BASES", 2)
    maps = FrameMaps.of(ring_sequences(4), GRID, TINY_PIXEL_MM)
    found = label_scores(tiny_model(objective), maps, seed=0)
    assert (found["maps"], found["hearts"]) == (8, 4) and found["random"]["beyond_bound"] == 0
    assert set(found["interpretability"]) == set(NAMES)
    kept = {"spearman", "traversal_spearman", "traversal_monotone"} if objective == "ar-vae" else {"neuron"}
    assert kept <= set(found) and found["random"]["codes"] == 5 >= found["random"]["broken"]
