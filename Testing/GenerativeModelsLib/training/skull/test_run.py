"""Training of a skull model from existing crops: weights, checkpoints, pictures, and continuation after a stop."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from GenerativeModelsLib.models.cvae import HiRecCVAE
from Testing.helpers.tiny_models import NETWORK, tiny_basis, tiny_locator

pytest.importorskip("lightning")

from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.shared.trainer import last_checkpoint
from GenerativeModelsLib.training.skull import run as skull_run
from GenerativeModelsLib.training.skull.run import crop_files

OPTIONS = {"num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}


@pytest.fixture
def folder(tmp_path: Path, painted_crops: Path) -> Path:
    """An output folder with basis, crops and a locator that is not used."""
    output = tmp_path / "hirec"
    (output / "crops").mkdir(parents=True)
    for path in painted_crops.iterdir():
        (output / "crops" / path.name).write_bytes(path.read_bytes())
    for name, net in (("locator", tiny_locator()), ("basis", tiny_basis())):
        save_file({k: v.contiguous() for k, v in net.state_dict().items()}, output / f"{name}.safetensors")
    return output


def config_file(output: Path, bank: Path, **fields) -> Path:
    given = {
        "model": "HiRecCVAE",
        "output": str(output),
        "bank": {"folder": str(bank), "shards": 1, "validation_shards": 1, "workers": 0},
        "locator": str(output),
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
    assert train(config_file(folder, painted_bank), **OPTIONS) == folder
    assert drawn == [0, 1]
    weights = load_file(folder / "skull.safetensors")
    net = HiRecCVAE(**NETWORK)
    net.load_state_dict(weights)
    assert torch.load(last_checkpoint(folder), weights_only=True)["global_step"] == 2
    assert list((folder / "logs").rglob("events*"))

    train(config_file(folder, painted_bank, epochs=2), **OPTIONS)
    assert drawn == [0, 1, 2, 3]  # batches never seen
    checkpoint = torch.load(last_checkpoint(folder), weights_only=True)
    assert (checkpoint["epoch"], checkpoint["global_step"]) == (1, 4)
    later = load_file(folder / "skull.safetensors")
    assert all(later[name].shape == weights[name].shape for name in weights)
    assert not torch.equal(later["decoder.0.weight"], weights["decoder.0.weight"])
    assert torch.equal(later["x_scale"], weights["x_scale"])  # the scale of the first start


def test_only_the_crops_of_the_seeds_asked_for_are_used(tmp_path: Path) -> None:
    for name in ("crops-000001.npz", "crops-000003.npz", "crops-900000.npz", "crops-000002.part.npz", "other.npz"):
        (tmp_path / name).touch()
    assert [p.name for p in crop_files(tmp_path, range(0, 3))] == ["crops-000001.npz"]
    assert [p.name for p in crop_files(tmp_path, range(900_000, 900_002))] == ["crops-900000.npz"]
