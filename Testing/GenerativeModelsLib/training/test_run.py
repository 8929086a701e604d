"""Training from a config: weights are written, and a stopped training is continued."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import yaml
from safetensors.torch import load_file

from GenerativeModelsLib.errors import InputError
from Testing.helpers.tiny_models import CHANNELS

pytest.importorskip("lightning")

from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.shared.trainer import FreshIndices, last_checkpoint, loader
from GenerativeModelsLib.training.skull import locator_run as module
from GenerativeModelsLib.training.skull.readings import locator_channels

OPTIONS = {"limit_val_batches": 1, "num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}


def config_file(folder: Path, bank: Path, **fields) -> Path:
    given = {
        "model": "head-locator",
        "output": str(folder / "locator"),
        "bank": {"folder": str(bank), "shards": 1, "validation_shards": 1, "workers": 0},
        "network": {"channels": CHANNELS},
        "epochs": 1,
        "items_per_epoch": 8,
        "batch_size": 4,
        "loader_workers": 0,
    }
    path = folder / "training.yaml"
    path.write_text(yaml.safe_dump(given | fields))
    return path


def test_indices_are_always_new_and_go_on_after_a_stop() -> None:
    sampler = FreshIndices(3)
    assert [list(sampler), list(sampler)] == [[0, 1, 2], [3, 4, 5]] and len(sampler) == 3
    assert list(FreshIndices(3, epoch=2)) == [6, 7, 8]


def test_a_loader_draws_fresh_items_or_always_the_same() -> None:
    config = SimpleNamespace(batch_size=2, loader_workers=0)
    items = list(range(100))
    fresh = loader(items, config, 5, fresh=True, epoch=1)
    assert [batch.tolist() for batch in fresh] == [[5, 6], [7, 8]]  # the last items of an epoch are fewer than a batch
    assert [batch.tolist() for batch in fresh] == [[10, 11], [12, 13]]
    same = loader(items, config, 3, fresh=False)
    assert [[batch.tolist() for batch in same] for _ in range(2)] == [[[0, 1], [2]]] * 2


def test_the_locator_is_trained_written_and_resumed(
    tmp_path: Path, painted_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    real_item = module.LocatorData.__getitem__

    def item(self, index: int):
        if self.length == 8:
            drawn.append(index)
        return real_item(self, index)

    monkeypatch.setattr(module.LocatorData, "__getitem__", item)
    folder = train(config_file(tmp_path, painted_bank), **OPTIONS).folder
    assert folder == tmp_path / "locator" and drawn == list(range(8))
    first = load_file(folder / "locator.safetensors")
    assert list(locator_channels(first)) == CHANNELS
    checkpoint = torch.load(last_checkpoint(folder), weights_only=True)
    assert (checkpoint["epoch"], checkpoint["global_step"]) == (0, 2)

    longer = config_file(tmp_path, painted_bank, epochs=3)
    train(longer, **OPTIONS)
    assert drawn == list(range(24))  # two more epochs, of new items
    checkpoint = torch.load(last_checkpoint(folder), weights_only=True)
    assert (checkpoint["epoch"], checkpoint["global_step"]) == (2, 6)
    second = load_file(folder / "locator.safetensors")
    assert any(not torch.equal(first[name], second[name]) for name in first)
    assert len(list((folder / "checkpoints").iterdir())) == 1

    drawn.clear()
    train(config_file(tmp_path, painted_bank), resume=False, **OPTIONS)
    assert drawn == list(range(8))


def test_the_same_seed_trains_the_same_weights(tmp_path: Path, painted_bank: Path) -> None:
    path = config_file(tmp_path, painted_bank)
    folders = [train(path, output=tmp_path / name, **OPTIONS).folder for name in "ab"]
    one, other = (load_file(folder / "locator.safetensors") for folder in folders)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_weights_that_are_written_are_the_averaged_ones(tmp_path: Path, painted_bank: Path) -> None:
    folder = train(config_file(tmp_path, painted_bank, trainer={"ema_decay": 0.5}), **OPTIONS).folder
    checkpoint = torch.load(last_checkpoint(folder), weights_only=True)
    for _ in range(2):  # trained, and called again after the last epoch
        written = load_file(folder / "locator.safetensors")
        assert all(torch.equal(written[name], checkpoint["state_dict"][f"net.{name}"]) for name in written)
        assert any(not torch.equal(written[n], checkpoint["current_model_state"][f"net.{n}"]) for n in written)
        (folder / "locator.safetensors").unlink()
        train(config_file(tmp_path, painted_bank, trainer={"ema_decay": 0.5}), **OPTIONS)


def test_without_a_checkpoint_there_is_nothing_to_resume(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path) is None


def test_a_skull_model_needs_a_locator(tmp_path: Path, painted_bank: Path) -> None:
    path = config_file(tmp_path, painted_bank, model="HiRecCVAE", network={}, output=str(tmp_path / "out"))
    with pytest.raises(InputError, match=r"locator: None holds no locator\.safetensors"):
        train(path)
    assert not (tmp_path / "out").exists()
