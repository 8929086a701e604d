"""Disagreement with a bank of known maps, and bundles that do not fit together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.uncertainty.model import load_uncertainty_model
from Testing.helpers.segmentation_phantoms import disc
from Testing.helpers.tiny_uncertainty import model_of_maps, write_uncertainty_bundle

LV, MYO, RV = CODES["lv"], CODES["myo"], CODES["rv"]
SIZE, MM = 32, 4.0
PIXEL = np.full(2, MM)
MIDDLE = (0.5 * (SIZE - 1) * MM,) * 2
IMAGES = np.random.default_rng(0).uniform(size=(1, SIZE, SIZE)).astype(np.float32)


def heart(inner_mm: float, outer_mm: float | None = 36.0) -> np.ndarray:
    values = np.zeros((SIZE, SIZE), np.uint8)
    if outer_mm is not None:
        values[disc(outer_mm, MIDDLE, PIXEL, values.shape)] = MYO
    values[disc(inner_mm, MIDDLE, PIXEL, values.shape)] = LV
    return values


def test_a_prediction_that_is_the_map_of_its_image_is_not_contradicted() -> None:
    model = model_of_maps(np.stack([heart(24.0)] * 2), np.array([0.9, 0.7]), MM)
    found = model.disagreement(IMAGES, heart(24.0)[None], PIXEL)
    assert found.share.max() < 1e-3 and found.similarity == pytest.approx([0.9], abs=1e-4)
    assert found.distance == pytest.approx([np.sqrt(9 / 2)])  # three deviations in one direction, none in the other


def test_what_the_maps_do_not_have_is_contradicted_there_alone() -> None:
    model = model_of_maps(np.stack([heart(24.0)] * 2), np.array([0.9, 0.7]), MM)
    wrong = heart(24.0)
    wrong[15:17, 15:17] = MYO
    share = model.disagreement(IMAGES, wrong[None], PIXEL).share[0]
    assert share[15:17, 15:17].min() > 0.99
    share[15:17, 15:17] = 0
    assert share.max() < 1e-3


def test_maps_count_by_the_kernel_of_their_similarity() -> None:
    maps, cosine = np.stack([heart(24.0), heart(16.0)]), np.array([0.9, 0.5])
    model = model_of_maps(maps, cosine, MM)
    share = model.disagreement(IMAGES, maps[:1], PIXEL).share[0]
    angles = np.arccos(cosine)
    resultant = np.hypot(np.cos(angles).mean(), np.sin(angles).mean())
    kappa = resultant * (2 - resultant**2) / (1 - resultant**2)
    between = (maps[0] == LV) & (maps[1] == MYO)
    assert share[between] == pytest.approx(1 / (1 + np.exp(kappa * 0.4)), rel=1e-3)


def test_the_nearest_maps_alone_are_compared() -> None:
    maps = np.stack([heart(16.0), heart(24.0), heart(16.0)])
    share = model_of_maps(maps, np.array([0.2, 0.9, 0.3]), MM, neighbours=1).disagreement(IMAGES, maps[1:2], PIXEL)
    assert share.share.max() < 1e-3


def test_a_map_without_a_drawn_wall_says_nothing_of_the_wall() -> None:
    known = np.ones((2, 5), bool)
    known[1, MYO] = False
    maps = np.stack([heart(24.0), heart(24.0, None)])
    share = model_of_maps(maps, np.array([0.6, 0.9]), MM, known).disagreement(IMAGES, maps[:1], PIXEL).share
    assert share.max() < 1e-3
    everything = model_of_maps(maps, np.array([0.6, 0.9]), MM).disagreement(IMAGES, maps[:1], PIXEL).share
    assert everything[0][maps[0] == MYO].min() > 0.4


def test_structures_that_nobody_drew_or_knows_are_background() -> None:
    model = model_of_maps(np.stack([heart(24.0, None)] * 2), np.array([0.9, 0.7]), MM)
    beside = heart(24.0, None)
    beside[:3] = RV
    assert model.disagreement(IMAGES, beside[None], PIXEL).share.max() < 1e-3
    walled = heart(24.0)
    assert model.disagreement(IMAGES, walled[None], PIXEL).share.max() > 0.9
    assert model.disagreement(IMAGES, walled[None], PIXEL, ("lv",)).share.max() < 1e-3
    with_wall = model_of_maps(np.stack([walled] * 2), np.array([0.9, 0.7]), MM)
    assert with_wall.disagreement(IMAGES, walled[None], PIXEL, ("lv",)).share.max() < 1e-3


def test_labels_beyond_the_piece_are_contradicted_and_background_is_not() -> None:
    wide = np.zeros((1, SIZE, 2 * SIZE), np.uint8)
    wide[0, :, :SIZE] = heart(24.0)
    wide[0, 10:12, 62:] = LV
    model = model_of_maps(np.stack([heart(24.0)] * 2), np.array([0.9, 0.7]), MM)
    share = model.disagreement(np.zeros(wide.shape, np.float32), wide, PIXEL).share[0]
    assert share[10:12, 62:].min() == 1 and share[20:, 62:].max() == 0


def test_nothing_is_said_of_a_slice_without_labels() -> None:
    model = model_of_maps(np.stack([heart(24.0)] * 2), np.array([0.9, 0.7]), MM)
    found = model.disagreement(np.repeat(IMAGES, 2, 0), np.stack([heart(24.0), np.zeros_like(heart(24.0))]), PIXEL)
    assert np.isnan(found.similarity[1]) and np.isfinite(found.similarity[0]) and not found.share[1].any()


def test_a_bundle_is_read_and_one_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    model = load_uncertainty_model(write_uncertainty_bundle(tmp_path / "good"))
    assert (model.view, model.grid_mm, model.structures, model.neighbours) == ("short-axis", 4.0, ("lv", "myo"), 5)
    assert model.codes.shape == (12, 6) and model.known.all() and model.calibration(np.array([0.25])) == [0.25]
    unknown = np.ones((12, 5))
    unknown[:, MYO] = 0
    for number, array in enumerate(
        (
            {"codes": np.zeros((12, 5))},
            {"known": unknown},
            {"level": np.zeros(3)},
            {"level": np.array([1.0, 0.0])},
            {"probability": np.array([0.5, 1.5])},
            {"mean": np.zeros(20), "directions": np.eye(20)[:2]},
        )
    ):
        with pytest.raises(InputError, match="its maps do not fit"):
            load_uncertainty_model(write_uncertainty_bundle(tmp_path / str(number), **array))
