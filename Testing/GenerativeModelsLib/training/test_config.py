"""Reading of training configs: one sentence per mistake, and steps for every model."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.config import TRAININGS, AnyTrainingConfig, read_config
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
from GenerativeModelsLib.training.shared.config_parts import BankConfig, TrainerConfig, TrainingConfig
from GenerativeModelsLib.training.skull.config import LocatorTrainingConfig, SkullTrainingConfig

REST = "output: out\nbank: {folder: bank}\n"
MINIMAL = "model: HiRecCVAE\n" + REST
PACKAGE = Path(__file__).parents[3] / "GenerativeModels"
CONFIGS = sorted((PACKAGE / "GenerativeModelsLib" / "training" / "configs").glob("*.yaml"))


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "training.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("model", "schema"),
    [
        ("head-locator", LocatorTrainingConfig),
        ("HiRecCVAE", SkullTrainingConfig),
        ("RecCVAE", SkullTrainingConfig),
        ("heart-lvae", HeartTrainingConfig),
    ],
)
def test_the_model_decides_which_fields_a_file_has(tmp_path: Path, model: str, schema: type) -> None:
    config = read_config(written(tmp_path, f"model: {model}\n{REST}"))
    assert type(config) is schema and config.model == model and config.trainer == TrainerConfig()


def test_every_model_has_one_config_and_its_steps() -> None:
    schemas = get_args(get_args(AnyTrainingConfig)[0])
    models = [name for schema in schemas for name in get_args(schema.model_fields["model"].annotation)]
    assert sorted(models) == sorted(TRAININGS) and len(set(models)) == len(models)
    assert all(issubclass(schema, TrainingConfig) for schema in schemas)
    for model, steps in TRAININGS.items():
        schema = next(s for s in schemas if model in get_args(s.model_fields["model"].annotation))
        assert (steps.publish is not None) == ("bundle" in schema.model_fields), model


@pytest.mark.parametrize("name", sorted({name for steps in TRAININGS.values() for name in steps if name}))
def test_the_steps_of_a_training_are_there(name: str) -> None:
    pytest.importorskip("lightning")
    module, function = name.split(":")
    assert callable(getattr(import_module(f"GenerativeModelsLib.training.{module}"), function))


def test_reading_a_config_imports_no_networks() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE)!r})\n"
        "from pathlib import Path\nfrom GenerativeModelsLib.training.config import read_config\n"
        f"read_config(Path({str(CONFIGS[0])!r}))\nprint(sorted({{'torch', 'lightning', 'numpy'}} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert found.stdout.strip() == "[]", found.stderr


WITH_A_BANK = [path for path in CONFIGS if "\nbank:" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", WITH_A_BANK, ids=lambda path: path.name)
def test_training_and_validation_use_different_shards(path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    bank = BankConfig(**yaml.safe_load(path.read_text(encoding="utf-8"))["bank"])
    assert bank.shards == len(bank.seeds) and not set(bank.seeds) & set(bank.validation_seeds)


NAMES = "name one of head-locator, plane-reader, HiRecCVAE, RecCVAE, heart-lvae"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", f"model is missing: {NAMES}"),
        (REST, f"model is missing: {NAMES}"),
        (MINIMAL.replace("HiRecCVAE", "TLNet"), f"model is 'TLNet': {NAMES}"),
        (MINIMAL.replace("HiRecCVAE", "[a]"), f"model is ['a']: {NAMES}"),
        ("model: RecCVAE\noutput: out\n", "bank is missing: add it"),
        ("- a\n- b\n", "is not a training config: it holds a list, expected fields such as `model: head-locator`"),
        ("model: [unclosed", "is not a training config"),
        (b"\xff\xfe\x00", "is not a training config"),
        (MINIMAL + "epochs: 0\n", "epochs is 0: Input should be greater than or equal to 1"),
        (MINIMAL + "learning_rate: fast\n", "learning_rate is 'fast': Input should be a valid number"),
        (MINIMAL + "epoch: 3\n", "epoch is no field of a HiRecCVAE training: write epochs"),
        (MINIMAL + "voxels: 3\n", "voxels is no field of a HiRecCVAE training: leave it out"),
        (MINIMAL + "1: 3\n", "[1] is 1: Keys should be strings"),
        (MINIMAL.replace("bank}", "bank, shards: 0}"), "bank.shards is 0: Input should be greater"),
        (MINIMAL.replace("bank}", "bank, shard: 3}"), "bank.shard is no field of a HiRecCVAE training: write shards"),
        (MINIMAL + "bundle: {output: b, name: n}\n", "bundle.version is missing: add it"),
        (MINIMAL + "cohort: {table: t, vews: 3}\n", "cohort.vews is no field of a HiRecCVAE training: write views"),
        (MINIMAL + "items_per_epoch: 8\nbatch_size: 16\n", "items_per_epoch is 8, expected at least batch_size 16"),
        (MINIMAL + "epochs: 0\nbatch_size: 1\nseed: x\n", "seed is 'x': Input should be a valid integer, unable"),
        (MINIMAL + "epochs: 0\nbatch_size: 1\nseed: x\n", " (and 2 more); see docs"),
        (MINIMAL + "trainer: {gradient_clip: 0}\n", "trainer.gradient_clip is 0: Input should be greater than 0"),
        (MINIMAL + "trainer: {accumulate: 0}\n", "trainer.accumulate is 0: Input should be greater than or equal to 1"),
        (MINIMAL + "trainer: {ema_decay: 1}\n", "trainer.ema_decay is 1: Input should be less than 1"),
        (MINIMAL + "trainer: {ema_decay: 0}\n", "trainer.ema_decay is 0: Input should be greater than 0"),
        (MINIMAL + "trainer: {precision: half}\n", "trainer.precision is 'half': Input should be '32-true', 'bf16"),
        (MINIMAL + "trainer: {clip: 1}\n", "trainer.clip is no field of a HiRecCVAE training: leave it out"),
    ],
)
def test_a_mistake_is_named_with_its_file_in_one_sentence(tmp_path: Path, text: str | bytes, words: str) -> None:
    pytest.importorskip("yaml")
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_config(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and words in message and "\n" not in message
    assert message.endswith("; see docs/training.md.") and "Value error" not in message


def test_nothing_is_clipped_where_a_file_says_so(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, MINIMAL + "trainer: {gradient_clip: null}\n")).trainer.gradient_clip is None


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.yaml does not exist"):
        read_config(tmp_path / "no.yaml")
