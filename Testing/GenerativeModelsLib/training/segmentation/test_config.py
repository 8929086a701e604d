"""The YAML of a training of label maps."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.config import TRAININGS, read_config
from GenerativeModelsLib.training.segmentation.config import LabelTrainingConfig

CONFIGS = Path(__file__).parents[4] / "GenerativeModels" / "GenerativeModelsLib" / "training" / "configs"
MINIMAL = "model: ar-vae\noutput: out\nbank: {folder: bank}\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "labels.yaml"
    path.write_text(text)
    return path


def test_defaults_fill_what_is_left_out(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, MINIMAL))
    assert isinstance(config, LabelTrainingConfig) and config.network.latent == 16
    assert (config.view, config.grid, config.pixel_mm, config.frames) == ("short-axis", 96, 1.5, 10)


@pytest.mark.parametrize("name", ["ar-vae", "constrained-vae"])
def test_the_shipped_configs_are_of_both_models(name: str) -> None:
    config = read_config(CONFIGS / f"label-{name}.yaml")
    assert config.model == name and name in TRAININGS and config.bundle is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINIMAL + "view: axial\n", "view is 'axial': Input should be 'short-axis' or 'apical'"),
        (MINIMAL + "grid: 100\n", "grid 100 cannot be halved 4 times"),
        (MINIMAL + "view: apical\nsunnybrook: data\n", "sunnybrook has short-axis slices alone, and view is apical"),
        (MINIMAL + "network: {latent: 6}\n", "network.latent is 6, expected a dimension for each attribute"),
        (MINIMAL + "gama: 1\n", "gama is no field of a ar-vae training: write gamma"),
    ],
)
def test_a_mistake_is_named_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_config(written(tmp_path, text))
    assert words in str(caught.value) and "\n" not in str(caught.value)
