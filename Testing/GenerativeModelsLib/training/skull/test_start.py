"""Initialisation of a training from a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.readings import load_reader
from GenerativeModelsLib.training.skull.start import START, compared_bundle, start_bundle, with_start
from Testing.helpers.tiny_models import (
    NETWORK,
    tiny_basis,
    tiny_locator,
    tiny_reader,
    tiny_skull,
    write_tiny_bundle,
)


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


def test_networks_and_basis_are_taken_over(asked: dict) -> None:
    config = with_start(SkullTrainingConfig(**asked))
    assert config.network == NETWORK and config.locator == config.reader == config.output
    assert same(load_file(config.output / START), tiny_skull())
    assert same(load_file(config.output / "basis.safetensors"), tiny_basis())
    nets = load_reader(config.locator, config.reader)
    assert same(nets.locator.state_dict(), tiny_locator())
    for name, net in tiny_reader().items():
        assert same(getattr(nets, name).state_dict(), net), name
    assert with_start(with_start(config)) == config


@pytest.mark.parametrize("name", ["locator", "reader"])
def test_a_network_that_is_named_is_kept(asked: dict, tmp_path: Path, name: str) -> None:
    config = with_start(SkullTrainingConfig(**asked, **{name: tmp_path / "mine"}))
    assert getattr(config, name) == tmp_path / "mine" and not (config.output / f"{name}.safetensors").exists()
    other = "reader" if name == "locator" else "locator"
    assert getattr(config, other) == config.output and (config.output / f"{other}.safetensors").exists()


def test_without_start_from_nothing_happens(asked: dict) -> None:
    config = SkullTrainingConfig(**asked | {"start_from": None})
    assert with_start(config) is config and not config.output.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": "RecCVAE"}, "holds a HiRecCVAE, where the config trains a RecCVAE"),
        ({"network": {"latent": 17}}, r"network: \{'latent': 17\} differs"),
        ({"start_from": Path("nowhere")}, "start_from: nowhere is no folder in .*, or write shipped for the model"),
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


def test_the_shipped_bundle_is_named_from_any_folder(
    asked: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = SkullTrainingConfig(**asked | {"start_from": "shipped"})
    assert start_bundle(config) == default_bundle("skull") == compared_bundle(config)
    assert start_bundle(SkullTrainingConfig(**asked | {"start_from": None})) is None
    wanted = {"output": tmp_path / "new", "name": "new", "version": "1", "population": "Heads."}
    scratch = asked | {"start_from": None, "bundle": wanted}
    assert compared_bundle(SkullTrainingConfig(**scratch)) == default_bundle("skull")
    # A training that has written the shipped bundle has nothing to be compared with.
    scratch["bundle"] = wanted | {"output": default_bundle("skull")}
    assert compared_bundle(SkullTrainingConfig(**scratch)) is None


def test_a_folder_called_shipped_is_given_as_a_path(
    asked: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shipped").mkdir()
    assert start_bundle(SkullTrainingConfig(**asked | {"start_from": "./shipped"})) == Path("shipped")


def test_the_bundle_that_is_started_from_is_not_written_over(asked: dict) -> None:
    bundle = {"output": asked["start_from"], "name": "own", "version": "1"}
    with pytest.raises(InputError, match="the bundle that the training starts from, which it would replace"):
        with_start(SkullTrainingConfig(**asked, bundle=bundle))
