"""The YAML of a training: every mistake is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.config import read_config

MINIMAL = "model: HiRecCVAE\noutput: out\nbank: {folder: bank}\n"
CONFIGS = Path(__file__).parents[4] / "GenerativeModels" / "GenerativeModelsLib" / "training" / "configs"


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "training.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_defaults_fill_what_is_left_out(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, MINIMAL))
    assert config.model == "HiRecCVAE" and config.output == Path("out") and config.bank.folder == Path("bank")
    assert config.hc18 is None and config.bundle is None and config.cohort is None and config.network == {}


def test_training_and_validation_use_different_shards() -> None:
    for path in sorted(CONFIGS.glob("*.yaml")):
        bank = read_config(path).bank
        training = range(bank.first, bank.first + bank.shards)
        assert not set(training) & set(range(bank.validation_first, bank.validation_first + bank.validation_shards))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "model: Field required"),
        ("- a\n- b\n", "is not a training config"),
        ("model: [unclosed", "is not a training config"),
        (b"\xff\xfe\x00", "is not a training config"),
        (MINIMAL + "epochs: 0\n", "epochs: Input should be greater than or equal to 1"),
        (MINIMAL + "learning_rate: fast\n", "learning_rate: Input should be a valid number"),
        (MINIMAL + "epoch: 3\n", "epoch: Extra inputs are not permitted"),
        (MINIMAL.replace("HiRecCVAE", "TLNet"), "model: Input should be 'head-locator', 'HiRecCVAE' or 'RecCVAE'"),
        (MINIMAL.replace("{folder: bank}", "{folder: bank, shards: 0}"), "bank.shards: Input should be greater"),
        (MINIMAL + "bundle: {output: b, name: n}\n", "bundle.version: Field required"),
        (MINIMAL + "items_per_epoch: 8\nbatch_size: 16\n", "items_per_epoch is 8, expected at least batch_size 16"),
    ],
)
def test_a_mistake_is_named_with_its_file_in_one_sentence(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_config(path)
    message = str(caught.value)
    assert str(path) in message and words in message and "\n" not in message and "docs/training.md" in message


def test_a_locator_takes_no_cohort(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("model: head-locator\noutput: o\nbank: {folder: b}\ncohort: {table: t.csv}\n")
    with pytest.raises(InputError, match="cohort is for skull models"):
        read_config(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.yaml does not exist"):
        read_config(tmp_path / "no.yaml")
