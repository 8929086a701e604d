"""Initialisation of a training from a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.crops import load_locator
from GenerativeModelsLib.training.skull.start import START, with_start
from Testing.helpers.tiny_models import NETWORK, tiny_basis, tiny_locator, tiny_skull, write_tiny_bundle


@pytest.fixture
def asked(tmp_path: Path) -> dict:
    bundle = write_tiny_bundle(tmp_path / "bundle")
    return {
        "model": "HiRecCVAE",
        "output": tmp_path / "run",
        "bank": {"folder": tmp_path / "bank"},
        "start_from": bundle,
    }


def same(found: dict, net: torch.nn.Module) -> bool:
    return all(torch.equal(found[name], value) for name, value in net.state_dict().items())


def test_networks_basis_and_locator_are_taken_over(asked: dict) -> None:
    config = with_start(SkullTrainingConfig(**asked))
    assert config.network == NETWORK and config.locator == config.output
    assert same(load_file(config.output / START), tiny_skull())
    assert same(load_file(config.output / "basis.safetensors"), tiny_basis())
    assert same(load_locator(config.output).state_dict(), tiny_locator())
    assert with_start(with_start(config)) == config


def test_a_locator_that_is_named_is_kept(asked: dict, tmp_path: Path) -> None:
    config = with_start(SkullTrainingConfig(**asked, locator=tmp_path / "mine"))
    assert config.locator == tmp_path / "mine" and not (config.output / "locator.safetensors").exists()


def test_without_start_from_nothing_happens(asked: dict) -> None:
    config = SkullTrainingConfig(**asked | {"start_from": None})
    assert with_start(config) is config and not config.output.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": "RecCVAE"}, "holds a HiRecCVAE, where the config trains a RecCVAE"),
        ({"network": {"latent": 17}}, r"network: \{'latent': 17\} differs"),
        ({"start_from": Path("nowhere")}, "nowhere is not a folder"),
    ],
)
def test_what_does_not_fit_is_said(asked: dict, change: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        with_start(SkullTrainingConfig(**asked | change))


def test_a_folder_of_another_training_is_left_alone(asked: dict) -> None:
    config = with_start(SkullTrainingConfig(**asked))
    from safetensors.torch import save_file

    path = config.output / "basis.safetensors"
    save_file({name: value + 1 for name, value in load_file(path).items()}, path)
    with pytest.raises(InputError, match="the basis of another training"):
        with_start(SkullTrainingConfig(**asked))
