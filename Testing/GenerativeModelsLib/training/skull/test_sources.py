"""What trainings on the population read, and that it is made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull import sources as module
from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig
from GenerativeModelsLib.training.skull.derived import readings_folder
from GenerativeModelsLib.training.skull.readings import RealReadings
from GenerativeModelsLib.training.skull.sources import read_sources
from Testing.helpers.tiny_models import tiny_basis, tiny_locator, tiny_reader


@pytest.fixture
def config(tmp_path: Path, painted_bank: Path, painted_readings: Path) -> PredictorTrainingConfig:
    """Two trainings share the folder of what is derived; the painted readings lie in it."""
    for name, net in (("locator", tiny_locator()), ("reader", tiny_reader()), ("basis", tiny_basis())):
        save_file({k: v.contiguous() for k, v in net.state_dict().items()}, tmp_path / f"{name}.safetensors")
    made = PredictorTrainingConfig(
        model="mean-head",
        output=tmp_path / "out",
        bank={"folder": painted_bank, "shards": 1, "validation_shards": 1, "workers": 0},
        locator=tmp_path,
        reader=tmp_path,
        derived=tmp_path / "derived",
        shapes=0,
    )
    folder = readings_folder(made, tmp_path / "basis.safetensors")
    folder.mkdir(parents=True)
    for path in painted_readings.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return made


def test_readings_lie_in_the_shared_folder(config: PredictorTrainingConfig, tmp_path: Path) -> None:
    found = read_sources(config, tmp_path / "basis.safetensors", Stages())
    assert (len(found.readings), len(found.held_out)) == (6, 5)
    assert found.shapes is None and found.real is None and not config.output.exists()
    batch = found.data(8, 1)[0]
    assert len(batch.borders) == 8 and batch.real == 0
    assert len(found.validation()) == 1


def test_real_pictures_are_read_once(
    config: PredictorTrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless the list of pictures changes."""
    config = config.model_copy(update={"hc18": tmp_path})
    cases, read = [hc18_case(tmp_path, 0), hc18_case(tmp_path, 1)], []

    def read_real(given, nets) -> RealReadings:
        read.append(len(given))
        return RealReadings(np.ones((len(given), 3, 64), np.float32), np.zeros(len(given), np.float32))

    monkeypatch.setattr(module, "training_pictures", lambda folder: cases)
    monkeypatch.setattr(module, "read_real", read_real)
    for _ in range(2):
        found = read_sources(config, tmp_path / "basis.safetensors", Stages())
        assert len(found.real) == 2 and found.data(8, 1)[0].real == 2
    cases.append(hc18_case(tmp_path, 2))
    assert len(read_sources(config, tmp_path / "basis.safetensors", Stages()).real) == 3
    assert read == [2, 3]


def hc18_case(folder: Path, number: int):
    from types import SimpleNamespace

    path = folder / f"{number}.png"
    path.write_bytes(b"x" * (number + 1))
    return SimpleNamespace(path=path, hc_mm=200.0, spacing_mm=0.1)
