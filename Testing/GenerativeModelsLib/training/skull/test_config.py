"""The YAML of the locator's training and of those of the skull models."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.skull.config import LocatorTrainingConfig, ReaderTrainingConfig, SkullTrainingConfig

LOCATOR = "model: head-locator\noutput: out\nbank: {folder: bank}\n"
READER = "model: plane-reader\noutput: out\nbank: {folder: bank}\n"
SKULL = "model: HiRecCVAE\noutput: out\nbank: {folder: bank}\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "training.yaml"
    path.write_text(text)
    return path


def test_defaults_fill_what_is_left_out(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, SKULL))
    assert isinstance(config, SkullTrainingConfig)
    assert config.model == "HiRecCVAE" and config.output == Path("out") and config.bank.folder == Path("bank")
    assert config.locator is None and config.reader is None and config.shapes > 0
    assert config.hc18 is None and config.bundle is None and config.cohort is None and config.network == {}
    locator = read_config(written(tmp_path, LOCATOR))
    assert isinstance(locator, LocatorTrainingConfig) and locator.loader_workers == 1
    reader = read_config(written(tmp_path, READER))
    assert isinstance(reader, ReaderTrainingConfig) and reader.loader_workers == 1 and reader.hc18 is None


@pytest.mark.parametrize("field", ["cohort: {table: t.csv}", "start_from: b", "bundle: {output: b}"])
@pytest.mark.parametrize(("text", "model"), [(LOCATOR, "head-locator"), (READER, "plane-reader")])
def test_networks_that_read_pictures_take_nothing_of_a_skull_model(
    tmp_path: Path, field: str, text: str, model: str
) -> None:
    name = field.partition(":")[0]
    with pytest.raises(InputError, match=f"{name} is no field of a {model} training: leave it out"):
        read_config(written(tmp_path, text + field))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((LOCATOR, name) for name in ("locator", "kl_warm_up", "free_bits", "real_weight")),
        (SKULL, "loader_workers"),
        (SKULL, "precision"),
    ],
)
def test_a_field_that_was_taken_and_never_used_is_still_taken(tmp_path: Path, text: str, name: str) -> None:
    with pytest.warns(UserWarning, match=f"{name} is not used in a .* training: leave it out"):
        config = read_config(written(tmp_path, text + f"{name}: 2"))
    assert not hasattr(config, name)


def test_the_precision_of_a_locator_is_that_of_its_trainer(tmp_path: Path) -> None:
    for text in ("precision: bf16-mixed", "trainer: {precision: bf16-mixed}"):
        assert read_config(written(tmp_path, LOCATOR + text)).trainer.precision == "bf16-mixed"
    text = LOCATOR + "precision: 32-true\ntrainer: {precision: bf16-mixed}\n"
    with pytest.raises(InputError, match=r"precision is 32-true and trainer.precision is bf16-mixed: give one"):
        read_config(written(tmp_path, text))


def test_the_reader_is_not_part_of_its_own_training(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="reader is no field of a plane-reader training"):
        read_config(written(tmp_path, READER + "reader: r"))
