"""What the run times of image synthesis are of: networks of the shipped sizes."""

from __future__ import annotations

import sys
from importlib.resources import files

import pytest
import yaml

from GenerativeModelsLib.evaluation.synthesis_speed import GUIDANCE, SIZE, painter_of, slice_times
from GenerativeModelsLib.synthesis.images.classes import CLASSES
from GenerativeModelsLib.synthesis.images.model import NETWORKS
from GenerativeModelsLib.training.synthesis.config import CodesConfig
from GenerativeModelsLib.training.synthesis.gan_module import gan_parameters
from GenerativeModelsLib.training.synthesis.ldm_module import ldm_parameters


def shipped(name: str):
    from GenerativeModelsLib.training.config import read_config

    return read_config(files("GenerativeModelsLib.training") / "configs" / f"{name}.yaml")


@pytest.mark.parametrize("method", NETWORKS)
def test_the_timed_networks_are_those_of_the_shipped_configs(method: str) -> None:
    config = shipped(method)
    if method == "ldm":
        codes = CodesConfig.model_validate(yaml.safe_load(
            (files("GenerativeModelsLib.training") / "configs" / "vqvae.yaml").read_text(encoding="utf-8")
        )["network"])  # fmt: skip
        wanted = NETWORKS[method](**ldm_parameters(config, codes))
        assert config.guidance == GUIDANCE
    else:
        wanted = NETWORKS[method](**gan_parameters(config))
    timed = painter_of(method).net
    assert config.grid == SIZE and timed.labels == len(CLASSES)
    assert {k: v.shape for k, v in timed.state_dict().items()} == {k: v.shape for k, v in wanted.state_dict().items()}


def test_every_method_is_timed_unless_its_packages_are_missing(monkeypatch) -> None:
    assert set(slice_times(1)) == set(NETWORKS)
    monkeypatch.setitem(sys.modules, "monai", None)
    assert set(slice_times(1)) == {"spade", "cgan"}
