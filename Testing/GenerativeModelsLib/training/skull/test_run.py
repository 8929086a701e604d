"""Training of a skull model from existing readings: weights, checkpoints, pictures, and continuation after a stop."""

from __future__ import annotations

import signal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.cvae import HiRecCVAE
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from Testing.helpers.tiny_models import NETWORK, tiny_basis, tiny_reader
from Testing.helpers.training_folder import make_training_folder

pytest.importorskip("lightning")

from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.shared import provenance
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.trainer import last_checkpoint
from GenerativeModelsLib.training.skull import run as skull_run
from GenerativeModelsLib.training.skull import sources
from GenerativeModelsLib.training.skull.derived import readings_folder, shapes_folder
from GenerativeModelsLib.training.skull.run import train_skull
from GenerativeModelsLib.training.skull.sources import bank_readings

OPTIONS = {"num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}


@pytest.fixture
def folder(tmp_path: Path, painted_readings: Path) -> Path:
    """An output folder with basis, readings, a file of drawn heads, and networks that are not used."""
    return make_training_folder(tmp_path / "hirec", painted_readings)


def config_file(output: Path, bank: Path, **fields) -> Path:
    given = {
        "model": "HiRecCVAE",
        "output": str(output),
        "bank": {"folder": str(bank), "shards": 1, "validation_shards": 1, "workers": 0},
        "locator": str(output),
        "reader": str(output),
        "shapes": 1,
        "network": NETWORK,
        "epochs": 1,
        "items_per_epoch": 32,
        "batch_size": 16,
    }
    path = output.parent / "training.yaml"
    path.write_text(yaml.safe_dump(given | fields))
    return path


def test_a_model_is_trained_written_and_resumed(
    folder: Path, painted_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    real_item = skull_run.SkullData.__getitem__
    monkeypatch.setattr(skull_run.SkullData, "__getitem__", lambda self, i: drawn.append(i) or real_item(self, i))
    assert train(config_file(folder, painted_bank), **OPTIONS) == (folder, None)
    assert drawn == [0, 1]
    weights = load_file(folder / "skull.safetensors")
    net = SkullEnsemble(HiRecCVAE, **NETWORK)
    net.load_state_dict(weights)
    assert torch.load(last_checkpoint(folder), weights_only=True)["global_step"] == 2
    assert list((folder / "logs").rglob("events*"))

    train(config_file(folder, painted_bank, epochs=2), **OPTIONS)
    assert drawn == [0, 1, 2, 3]  # batches never seen
    checkpoint = torch.load(last_checkpoint(folder), weights_only=True)
    assert (checkpoint["epoch"], checkpoint["global_step"]) == (1, 4)
    later = load_file(folder / "skull.safetensors")
    assert all(later[name].shape == weights[name].shape for name in weights)
    assert not torch.equal(later["members.1.decoder.0.weight"], weights["members.1.decoder.0.weight"])
    assert torch.equal(later["members.0.x_scale"], weights["members.0.x_scale"])  # the scale of the first start


def test_the_record_is_of_the_last_run_that_trained(
    folder: Path, painted_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finished training that is only published again does not claim the commit of the publishing."""
    for commit, epochs, expected in (("first", 1, "first"), ("second", 1, "first"), ("third", 2, "third")):
        monkeypatch.setattr(provenance, "commit", lambda commit=commit: commit)
        train(config_file(folder, painted_bank, epochs=epochs), **OPTIONS)
        assert provenance.recorded_training(folder)["commit"] == expected
    assert provenance.recorded_training(folder)["config"]["epochs"] == 2


def test_ctrl_c_during_the_training_is_an_interruption(
    folder: Path, painted_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lightning makes an exit with status 1 of it, and ignores further signals."""

    def interrupt(data: skull_run.SkullData, index: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(skull_run.SkullData, "__getitem__", interrupt)
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):
            train(config_file(folder, painted_bank), **OPTIONS)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not (folder / "skull.safetensors").exists()


def test_readings_are_those_of_the_seeds_asked_for_by_part(folder: Path, painted_bank: Path) -> None:
    config = SkullTrainingConfig(
        model="HiRecCVAE",
        output=folder,
        bank={"folder": painted_bank, "shards": 1, "validation_shards": 1, "workers": 1},
        locator=folder,
        reader=folder,
    )
    training, held_out = bank_readings(config, folder / "basis.safetensors")
    assert (len(training), len(held_out)) == (6, 5)
    assert not np.isin(held_out.head_size_mm, training.head_size_mm).any()


def test_readings_by_other_networks_are_not_taken(folder: Path, painted_bank: Path) -> None:
    """Readings and drawn heads lie in folders named by the networks and the basis that made them."""
    made = SimpleNamespace(output=folder, locator=folder, reader=folder, derived=None)
    basis = folder / "basis.safetensors"
    readings, shapes = readings_folder(made, basis), shapes_folder(made, basis)
    assert readings.is_dir() and shapes.is_dir()
    changed = {k: v.contiguous() + 1 for k, v in tiny_reader().state_dict().items()}
    save_file(changed, folder / "reader.safetensors")
    assert readings_folder(made, basis) != readings and shapes_folder(made, basis) == shapes
    save_file({k: v.contiguous() + 1 for k, v in tiny_basis().state_dict().items()}, basis)
    assert shapes_folder(made, basis) != shapes


def test_real_heads_that_are_missing_are_named_before_anything_is_made(
    folder: Path, painted_bank: Path, tmp_path: Path
) -> None:
    given = {"model": "HiRecCVAE", "output": tmp_path / "new", "bank": {"folder": painted_bank}}
    given |= {"locator": folder, "reader": folder, "heads": tmp_path}
    with pytest.raises(InputError, match=r"heads: .* holds no fetal_heads_spina_bifida with templates"):
        train_skull(SkullTrainingConfig(**given), False, OPTIONS, Stages())
    assert not (tmp_path / "new").exists()


def test_a_training_without_drawn_heads_uses_readings_alone(
    folder: Path, painted_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "fill_shapes", lambda *_: pytest.fail("heads were drawn"))
    train(config_file(folder, painted_bank, shapes=0), **OPTIONS)
    assert (folder / "skull.safetensors").exists()


@pytest.mark.parametrize("name", ["locator", "reader"])
def test_a_network_that_is_missing_is_named_before_anything_is_made(
    folder: Path, painted_bank: Path, name: str, tmp_path: Path
) -> None:
    """Also where the folder is not given."""
    given = {"model": "HiRecCVAE", "output": tmp_path / "new", "bank": {"folder": painted_bank}}
    given |= {"locator": folder, "reader": folder}
    for wrong in (tmp_path, None):
        with pytest.raises(InputError, match=rf"{name}: .* holds no {name}\.safetensors: train it first"):
            train_skull(SkullTrainingConfig(**given | {name: wrong}), False, OPTIONS, Stages())
    assert not (tmp_path / "new").exists()
