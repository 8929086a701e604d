"""What the trainings of the comparison share."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.benchmarks.rivals import inputs as module
from GenerativeModelsLib.benchmarks.rivals.inputs import prepare
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull.readings import load_reader
from Testing.helpers.tiny_models import tiny_basis, write_tiny_bundle


def test_the_networks_of_the_bundle_are_written_and_read_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(module, "read_sources", lambda config, basis, stages: asked.append((config, basis)))
    bundle = write_tiny_bundle(tmp_path / "bundle")
    found = prepare(tmp_path / "rivals", bundle, tmp_path, Stages(), workers=2, shards=6, shapes=1)
    ((config, basis),) = asked
    assert basis == found.basis and (config.bank.shards, config.bank.fold, config.shapes) == (6, None, 1)
    assert config.hc18 is None and config.derived == tmp_path / "rivals" / "derived"
    torch.testing.assert_close(load_file(found.basis)["modes"], tiny_basis().modes, rtol=0, atol=1e-2)
    assert not load_reader(found.networks, found.networks).border.training
    prepare(tmp_path / "rivals", bundle, tmp_path, Stages(), workers=2, shards=6, shapes=1)
    assert len(asked) == 2


def test_a_folder_of_another_bundle_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "read_sources", lambda *_: None)
    prepare(tmp_path / "rivals", write_tiny_bundle(tmp_path / "one"), tmp_path, Stages(), workers=1)
    other = write_tiny_bundle(tmp_path / "two", version="2.5")
    with pytest.raises(InputError, match=r"rivals was begun with another bundle than .*two: name a new folder"):
        prepare(tmp_path / "rivals", other, tmp_path, Stages(), workers=1)
