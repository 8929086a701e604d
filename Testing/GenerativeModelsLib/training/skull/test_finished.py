"""Networks and readings of a finished training, loaded once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.training.skull import finished as module
from GenerativeModelsLib.training.skull.finished import FinishedTraining
from Testing.helpers.tiny_models import NETWORK, tiny_skull


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the functions that were called."""
    found: list[str] = []
    monkeypatch.setattr(module, "bank_readings", lambda *_: found.append("bank") or ("training", "held out"))
    monkeypatch.setattr(module, "load_reader", lambda *_: found.append("reader") or "networks")
    monkeypatch.setattr(module, "read_real", lambda cases, nets: (cases, nets))
    return found


def test_networks_and_readings_are_loaded_when_first_used_and_once(tmp_path, calls: list[str]) -> None:
    weights = tiny_skull().state_dict()
    save_file({k: v.contiguous() for k, v in weights.items()}, tmp_path / "skull.safetensors")
    config = SimpleNamespace(output=tmp_path, model="HiRecCVAE", network=NETWORK, locator="locator", reader="reader")
    training = FinishedTraining(config)
    assert calls == []
    assert not training.net.training and training.net is training.net
    assert all(torch.equal(value, weights[name]) for name, value in training.net.state_dict().items())
    for _ in range(2):
        assert (training.readings, training.held_out) == ("training", "held out")
        assert training.read(["a picture"]) == (["a picture"], "networks")
    assert calls == ["bank", "reader"]
