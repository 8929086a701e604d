"""Which part of HC18 each training and the calibration reads."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

pytest.importorskip("lightning")

from GenerativeModelsLib.evaluation.data import hc18
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull import locator_run, picture_run, reader_run, sources
from GenerativeModelsLib.training.skull.config import LocatorTrainingConfig, ReaderTrainingConfig, SkullTrainingConfig

PARTS = ("training", "calibration", "test", "final")


class Read(Exception):
    """Ends a training where its real pictures are given to `cases`."""

    def __init__(self, cases: list) -> None:
        self.cases = cases


def stop_at(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, position: int) -> None:
    """`module.name` raises `Read` of its positional argument at `position`; the parts are lists of their own names."""

    def consumer(*arguments, **_):
        raise Read(arguments[position])

    monkeypatch.setattr(hc18, "read_hc18", lambda folder: folder)
    monkeypatch.setattr(hc18, "split_hc18", lambda cases: SimpleNamespace(**{part: [part] for part in PARTS}))
    monkeypatch.setattr(module, name, consumer)


@pytest.mark.parametrize(
    ("module", "name", "config", "train"),
    [
        (locator_run, "LocatorData", LocatorTrainingConfig, locator_run.train_locator),
        (reader_run, "ReaderData", ReaderTrainingConfig, reader_run.train_reader),
    ],
)
def test_networks_are_trained_on_the_training_part(module, name, config, train, tmp_path, monkeypatch) -> None:
    stop_at(monkeypatch, module, name, 1)
    monkeypatch.setattr(picture_run, "filled_bank", lambda bank, progress: ([], []))
    model = {"LocatorData": "head-locator", "ReaderData": "plane-reader"}[name]
    with pytest.raises(Read) as read:
        train(config(model=model, output=tmp_path, bank={"folder": tmp_path}, hc18=tmp_path), False, {}, Stages())
    assert read.value.cases == ["training"]


def test_the_skull_model_is_trained_on_the_training_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_at(monkeypatch, sources, "read_real", 0)
    for part in PARTS:
        (tmp_path / part).touch()
    pictures = {part: [SimpleNamespace(path=tmp_path / part, hc_mm=0, spacing_mm=0)] for part in PARTS}
    monkeypatch.setattr(hc18, "split_hc18", lambda cases: SimpleNamespace(**pictures))
    monkeypatch.setattr(sources, "load_reader", lambda *_: None)
    monkeypatch.setattr(sources, "readings_folder", lambda *_: tmp_path)
    folders = {"output": tmp_path, "locator": tmp_path, "reader": tmp_path, "bank": {"folder": tmp_path}}
    with pytest.raises(Read) as read:
        sources._real(SkullTrainingConfig(model="HiRecCVAE", hc18=tmp_path, **folders), tmp_path, None)
    assert read.value.cases == pictures["training"]
