"""Training of the plane reader: weights, checkpoints, and continuation after a stop."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from GenerativeModelsLib.training.skull.bank import shard_path
from GenerativeModelsLib.training.skull.readings import load_reader
from Testing.helpers.tiny_models import tiny_locator

pytest.importorskip("lightning")

from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.shared.trainer import last_checkpoint
from GenerativeModelsLib.training.skull import reader_run as module

OPTIONS = {"limit_val_batches": 1, "num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}


def config_file(folder: Path, bank: Path, **fields) -> Path:
    given = {
        "model": "plane-reader",
        "output": str(folder / "reader"),
        "bank": {"folder": str(bank), "shards": 1, "validation_shards": 1, "workers": 1},
        "epochs": 1,
        "items_per_epoch": 8,
        "batch_size": 4,
        "loader_workers": 0,
    }
    path = folder / "training.yaml"
    path.write_text(yaml.safe_dump(given | fields))
    return path


def test_the_reader_is_trained_written_and_resumed(
    tmp_path: Path, painted_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    made: list[tuple[list[Path], int]] = []
    real_item, real_init = module.ReaderData.__getitem__, module.ReaderData.__init__

    def item(self, index: int):
        if self.length == 8:
            drawn.append(index)
        return real_item(self, index)

    def init(self, files, real, length, seed=0):
        made.append((files, seed))
        real_init(self, files, real, length, seed)

    monkeypatch.setattr(module.ReaderData, "__getitem__", item)
    monkeypatch.setattr(module.ReaderData, "__init__", init)
    folder = train(config_file(tmp_path, painted_bank), **OPTIONS).folder
    assert folder == tmp_path / "reader" and drawn == list(range(8))
    (files, seed), (held_out, other_seed) = made
    assert files == [shard_path(painted_bank, 0)] and held_out == [shard_path(painted_bank, 900_000)]
    assert seed != other_seed
    first = load_file(folder / "reader.safetensors")
    save_file({k: v.contiguous() for k, v in tiny_locator().state_dict().items()}, folder / "locator.safetensors")
    nets = load_reader(folder, folder)
    assert torch.equal(nets.border.border.weight, first["border.border.weight"])
    assert torch.equal(nets.facing.logit[1].weight, first["facing.logit.1.weight"])
    checkpoint = torch.load(last_checkpoint(folder), weights_only=True)
    assert (checkpoint["epoch"], checkpoint["global_step"]) == (0, 2)

    train(config_file(tmp_path, painted_bank, epochs=2), **OPTIONS)
    assert drawn == list(range(16))  # items never seen
    checkpoint = torch.load(last_checkpoint(folder), weights_only=True)
    assert (checkpoint["epoch"], checkpoint["global_step"]) == (1, 4)
    second = load_file(folder / "reader.safetensors")
    assert any(not torch.equal(first[name], second[name]) for name in first)


def test_half_precision_trains_finite_weights(tmp_path: Path, painted_bank: Path) -> None:
    """The precision of the shipped config."""
    folder = train(config_file(tmp_path, painted_bank, trainer={"precision": "bf16-mixed"}), **OPTIONS).folder
    assert all(value.isfinite().all() for value in load_file(folder / "reader.safetensors").values())
