"""Predictors from the folders of their trainings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.skull.predictors.load import LOADERS, load_predictor
from Testing.helpers.tiny_models import MEMBER, tiny_basis, tiny_skull


def record(folder: Path, **config: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "training.json").write_text(json.dumps({"config": config, "commit": ""}))


def test_an_ensemble_comes_back_as_it_was_trained(tmp_path: Path) -> None:
    net = tiny_skull()
    network = {"members": len(net.members), **MEMBER}
    record(tmp_path, model="HiRecCVAE", network={k: v for k, v in network.items() if k != "rank"})
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, tmp_path / "skull.safetensors")
    found = load_predictor(tmp_path, tiny_basis())
    y = Conditions(torch.rand(1, 3, 3, 64), torch.tensor([[True, False, True]]))
    draws = [n.predict(y, 4, torch.Generator().manual_seed(0)).draws for n in (net, found)]
    torch.testing.assert_close(*draws)
    assert not found.training


def test_what_is_not_finished_or_no_predictor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no finished training: train it, which goes on where it stopped"):
        load_predictor(tmp_path, tiny_basis())
    record(tmp_path, model="heart-lvae")
    with pytest.raises(InputError, match="is of a heart-lvae training, which predicts no head: name another folder"):
        load_predictor(tmp_path, tiny_basis())
    record(tmp_path, model="RecCVAE", network={})
    with pytest.raises(
        InputError, match=r"has neither predictor\.safetensors nor skull\.safetensors: delete the folder"
    ):
        load_predictor(tmp_path, tiny_basis())


@pytest.mark.parametrize("place", sorted(set(LOADERS.values())))
def test_every_model_has_its_function(place: str) -> None:
    from importlib import import_module

    module, function = place.split(":")
    assert callable(getattr(import_module(f"GenerativeModelsLib.skull.predictors.{module}"), function))
