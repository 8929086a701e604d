"""Heads that the models without a network are fitted to: every one once, with its mirror image and its poses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from Testing.helpers.tiny_models import RANK
from Testing.helpers.training_folder import make_training_folder

pytest.importorskip("lightning")

from GenerativeModelsLib.training.rivals.known_heads import known_heads
from GenerativeModelsLib.training.rivals.start import begin
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig
from GenerativeModelsLib.training.skull.sources import Sources

HEADS = 60


def sources_of(tmp_path: Path, readings: Path, bank: Path, shapes: int = 1) -> Sources:
    folder = make_training_folder(tmp_path / "fitted", readings, HEADS)
    part = {"folder": bank, "shards": 1, "validation_shards": 1, "workers": 0}
    given = {"model": "mean-head", "output": folder, "bank": part, "locator": folder, "reader": folder}
    return begin(PredictorTrainingConfig(**given, shapes=shapes), Stages(), seconds=1)


def test_every_reading_and_drawn_head_is_known_once_with_its_mirror_image(
    tmp_path: Path, painted_readings: Path, painted_bank: Path
) -> None:
    sources = sources_of(tmp_path, painted_readings, painted_bank)
    heads = known_heads(sources, 3)
    count = len(sources.readings) + HEADS
    assert len(heads.reading) == len(heads.read) == len(heads.batch.borders) == 2 * count
    assert heads.read.sum() == 2 * len(sources.readings)
    torch.testing.assert_close(
        heads.batch.coefficients[: len(sources.readings)], torch.from_numpy(sources.readings.coefficients).float()
    )
    np.testing.assert_array_equal(heads.reading[:count], heads.reading[count:])
    torch.testing.assert_close(
        heads.batch.coefficients[count:], heads.batch.coefficients[:count] @ sources.mirror.T, rtol=0, atol=1e-5
    )
    borders = heads.batch.borders[:count]
    turned = borders[:, [0, 2]][..., (32 - torch.arange(64)) % 64]
    torch.testing.assert_close(heads.batch.borders[count:][:, [0, 2]], turned)
    drawn = slice(len(sources.readings), count)
    donors = sources.readings.borders[heads.reading[drawn]]
    np.testing.assert_allclose(borders[drawn, :, 1:].numpy(), donors[:, :, 1:], atol=1e-6)
    np.testing.assert_array_equal(heads.reading[: len(sources.readings)], np.arange(len(sources.readings)))


def test_placed_heads_have_their_poses(tmp_path: Path, painted_readings: Path, painted_bank: Path) -> None:
    sources = sources_of(tmp_path, painted_readings, painted_bank)
    heads, first = known_heads(sources, 3), len(sources.readings)
    at = int(np.flatnonzero(heads.placed_rows == first)[0])
    drawn = heads.placed[at]
    by = sources.data(2, 0).size_errors[heads.reading[first]]
    wanted = sources.shapes.poses[0].astype(float)
    wanted[:, :3] *= np.exp(-by)
    np.testing.assert_allclose(drawn[RANK + 1 :], wanted.ravel(), atol=1e-4)
    np.testing.assert_allclose(drawn[:RANK], sources.shapes.coefficients[0], atol=1e-6)
    assert drawn[RANK] == pytest.approx(sources.shapes.log_size[0] - by, abs=1e-5)
    heads.batch.present[first, 2] = False
    assert first not in heads.placed_rows


def test_without_drawn_heads_the_readings_are_known_alone(
    tmp_path: Path, painted_readings: Path, painted_bank: Path
) -> None:
    sources = sources_of(tmp_path, painted_readings, painted_bank, shapes=0)
    heads = known_heads(sources, 3)
    assert heads.read.all() and len(heads.read) == 2 * len(sources.readings)
