"""What a fine-tuning keeps of the bundle that it started from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.skull.infer.model import load_skull_model
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.kept import read_start
from Testing.helpers.tiny_models import write_tiny_bundle_with_prior


def config(tmp_path: Path, **fields) -> SkullTrainingConfig:
    given = {"model": "HiRecCVAE", "output": tmp_path / "run", "bank": {"folder": tmp_path / "bank"}}
    return SkullTrainingConfig(**given | fields)


def test_without_a_start_nothing_is_kept(tmp_path: Path) -> None:
    assert read_start(config(tmp_path)) is None


def test_the_shipped_bundle_keeps_what_it_learnt_from_real_pictures(tmp_path: Path) -> None:
    start = read_start(config(tmp_path, start_from="shipped"))
    manifest = read_bundle(default_bundle("skull")).manifest
    assert start.name == f"{manifest.name} {manifest.version}" and start.same_reader
    assert "HC18 pictures" in start.calibrated_on and start.calibration["heads"]
    assert start.size == {"size": manifest.calibration["size"]} and min(start.size["size"]["weight"]) < 1
    assert start.in_distribution == manifest.in_distribution
    stored = {name for name in manifest.tensors if name.startswith("typical.")}
    assert set(start.typical_tensors) == stored
    kinds = {"F16": torch.float16, "F32": torch.float32}
    assert all(start.typical_tensors[name].dtype == kinds[manifest.tensors[name].dtype] for name in stored)
    assert start.prior.settings == manifest.training_population["prior"]
    assert {name for name in manifest.tensors if name.startswith("prior.")} == set(start.prior.tensors)


@pytest.mark.parametrize("name", ["locator", "reader"])
def test_what_is_usual_holds_for_the_same_reader_alone(tmp_path: Path, name: str) -> None:
    start = read_start(config(tmp_path, start_from="shipped", **{name: tmp_path / "mine"}))
    assert start.in_distribution is None and start.calibration["heads"]


def test_a_bundle_without_ranks_has_nothing_to_keep(tmp_path: Path) -> None:
    start = read_start(config(tmp_path, start_from=write_tiny_bundle_with_prior(tmp_path / "tiny")))
    assert start.in_distribution is None and start.prior is not None
    assert start.calibrated_on == "cases that are not stated"


def test_without_its_calibration_the_draws_are_those_of_the_networks(tmp_path: Path) -> None:
    bundle = write_tiny_bundle_with_prior(tmp_path / "tiny")
    start = read_start(config(tmp_path, start_from=bundle))
    bare, calibrated = (load_skull_model(f) for f in (start.write_uncalibrated(tmp_path / "bare"), bundle))
    assert bare.surface_calibration.scale == (1.0, 1.0, 1.0) != calibrated.surface_calibration.scale
    for name, value in calibrated.skull.state_dict().items():
        assert torch.equal(bare.skull.state_dict()[name], value), name
    np.testing.assert_array_equal(bare.prior.density.mean, calibrated.prior.density.mean)
