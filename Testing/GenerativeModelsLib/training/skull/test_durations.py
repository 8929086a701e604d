"""Expected durations of the stages of a skull training."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.derived import readings_folder, shapes_folder
from GenerativeModelsLib.training.skull.durations import (
    CALIBRATION,
    DRAWING,
    READING,
    SIMULATION,
    TRAINING,
    publishing_seconds,
    training_seconds,
)
from GenerativeModelsLib.training.skull.shapes import shapes_path


@pytest.fixture
def config(tmp_path: Path) -> SkullTrainingConfig:
    for name in ("locator", "reader", "basis"):
        (tmp_path / f"{name}.safetensors").write_bytes(name.encode())
    return SkullTrainingConfig(
        model="HiRecCVAE",
        output=tmp_path,
        locator=tmp_path,
        reader=tmp_path,
        bank={"folder": tmp_path / "bank", "shards": 2, "validation_shards": 1, "workers": 2},
        shapes=1,
        bundle={"output": tmp_path / "bundle", "name": "own", "version": "1.0"},
    )


def test_what_an_earlier_run_has_left_takes_no_time(config: SkullTrainingConfig) -> None:
    basis = config.output / "basis.safetensors"
    first = training_seconds(config, basis, 2, 0)
    assert min(first[name] for name in (SIMULATION, READING, DRAWING, TRAINING)) > 0
    readings, shapes = readings_folder(config, basis), shapes_folder(config, basis)
    for folder in (config.bank.folder, readings, shapes):
        folder.mkdir()
    for number in (*config.bank.seeds, *config.bank.validation_seeds):
        (config.bank.folder / f"shard-{number:06d}.npz").touch()
        (readings / f"readings-{number:06d}.npz").touch()
    shapes_path(shapes, 0).touch()
    again = training_seconds(config, basis, 1, 0)
    assert again[SIMULATION] == again[READING] == again[DRAWING] == 0
    assert again[TRAINING] == pytest.approx(first[TRAINING] / 2)
    basis.write_bytes(b"another")
    assert training_seconds(config, basis, 1, 0)[READING] == first[READING]


def test_a_start_is_calibrated_beside_the_new_model(config: SkullTrainingConfig) -> None:
    alone, both = (publishing_seconds(config, [], started=started)[CALIBRATION] for started in (False, True))
    assert both == pytest.approx(2 * alone) and alone > 0
    assert publishing_seconds(config.model_copy(update={"bundle": None}), [], started=True) == {}
