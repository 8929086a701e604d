"""The YAML of a heart training."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.heart.config import BETA_PRESETS, HeartTrainingConfig, kl_weights

MINIMAL = "model: heart-lvae\noutput: out\nbank: {folder: bank}\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "heart.yaml"
    path.write_text(text)
    return path


def test_defaults_fill_what_is_left_out(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, MINIMAL))
    assert isinstance(config, HeartTrainingConfig) and config.network.latents == (64, 32, 2)
    assert (config.epochs, config.items_per_epoch, config.batch_size, config.learning_rate) == (60, 16_000, 128, 3e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINIMAL + "locator: here\n", "locator is no field of a heart-lvae training: leave it out"),
        (MINIMAL + "beta: strong\n", "beta is 'strong': Input should be 'published' or 'regularised'"),
        (MINIMAL + "network: {latents: [64, 2]}\n", "must have one size >= 1 per level"),
        (MINIMAL + "network: {latents: [64, 32, 0]}\n", "must have one size >= 1 per level"),
        (MINIMAL + "items_per_epoch: 8\n", "items_per_epoch is 8, expected at least batch_size 128"),
        (MINIMAL + "cohort: {table: own.csv, share: 1.0}\n", "cohort.share is 1.0: Input should be less than 1"),
    ],
)
def test_a_mistake_is_named_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_config(written(tmp_path, text))
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_presets_weigh_every_number_of_levels() -> None:
    assert kl_weights("published", 3) == BETA_PRESETS["published"] == (1.0, 0.05, 0.005)  # 2.0, 0.1, 0.01 over 2.0
    assert kl_weights("regularised", 5) == (1.0, 0.2, 0.2, 0.2, 0.1)
    assert kl_weights("regularised", 2) == (1.0, 0.1) and kl_weights("published", 1) == (1.0,)
    assert BETA_PRESETS["regularised"][-1] >= 0.1
