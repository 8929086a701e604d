"""What the tests of the compared models' trainings share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig
from Testing.helpers.training_folder import make_training_folder


@pytest.fixture
def config_of(tmp_path: Path, painted_readings: Path, painted_bank: Path) -> Callable[..., PredictorTrainingConfig]:
    """Function(name, model, **fields) -> config of a tiny training in a folder of its own, which has its inputs."""

    def made(name: str, model: str, **fields: object) -> PredictorTrainingConfig:
        folder = tmp_path / name
        if not folder.exists():
            make_training_folder(folder, painted_readings, heads=20)
        given = {"bank": {"folder": painted_bank, "shards": 1, "validation_shards": 1, "workers": 0}, "shapes": 1}
        given |= {"locator": folder, "reader": folder, "items_per_epoch": 16, "batch_size": 8, "epochs": 2}
        return PredictorTrainingConfig(model=model, output=folder, **(given | fields))

    return made
