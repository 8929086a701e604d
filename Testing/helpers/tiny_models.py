"""A skull model small enough for tests: networks of a few thousand weights, never trained, near the mean head.

The field basis is fitted to thirty heads of the population, so that the surfaces are heads and their draws differ.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.models.cvae import HiRecCVAE
from GenerativeModelsLib.models.locator import HeadLocatorNet
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions, Prediction
from GenerativeModelsLib.skull.infer.model import KIND, SkullModel, load_skull_model
from GenerativeModelsLib.skull.shape.field import GRID_SIZE
from GenerativeModelsLib.training.skull.field_basis import fit_basis
from Testing.helpers.painted import GreyLevelLocator

RANK = 8
CHANNELS = [4, 8, 8]
NETWORK = {"latent": 4, "rank": RANK, "features": 16, "hidden": 32}


@lru_cache(maxsize=1)
def tiny_basis() -> LowRankField:
    """The field basis of thirty heads and their mirror images."""
    return fit_basis(RANK, heads=30).eval()


def tiny_skull(seed: int = 5, spread: float = 1.5) -> HiRecCVAE:
    """An untrained HiREC-CVAE whose draws vary about as much as heads do; it never turns a plane round."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = HiRecCVAE(**NETWORK)
    net.x_scale.copy_(spread * torch.cat([0.05 / torch.arange(1, RANK + 1), torch.tensor([0.02])]))
    for head in net.upright:
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
    return net.eval().requires_grad_(False)


class MeanHead(torch.nn.Module):
    """A `Predictor` without levels, draws and poses: whatever the planes show, it returns the mean head.

    It reads planes as every skull model does, without any skill: features of zeros, and no plane is upside down.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("x_scale", tiny_skull().x_scale.clone())

    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        return Prediction(torch.zeros(1, RANK + 1, device=self.x_scale.device))

    def encode_planes(self, y: Conditions) -> torch.Tensor:
        return torch.zeros(len(y.pictures), 3, NETWORK["features"], device=self.x_scale.device)

    def upright_logits(self, features: torch.Tensor) -> torch.Tensor:
        return features[..., 0]


def tiny_locator() -> HeadLocatorNet:
    """A head locator without any skill."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return HeadLocatorNet(tuple(CHANNELS)).eval()


def tiny_description(**fields) -> ModelDescription:
    """The description that goes with the tiny networks."""
    given = {
        "name": "tiny",
        "version": "0.1",
        "kind": KIND,
        "architecture": {
            "locator": Component(class_name="HeadLocatorNet", parameters={"channels": CHANNELS}),
            "skull": Component(class_name="HiRecCVAE", parameters=NETWORK),
            "basis": Component(class_name="LowRankField", parameters={"rank": RANK, "size": GRID_SIZE}),
        },
        "training_population": {"summary": "Thirty heads.", "limits": ["It has learnt nothing."]},
        "calibration": {"surface": {"scale": [1.2, 1.1, 1.0], "floor": [0.01, 0.008, 0.006]}},
    }
    return ModelDescription(**(given | fields))


def tiny_tensors() -> dict[str, torch.Tensor]:
    """Weights of the tiny networks by bundle name."""
    parts = {"locator": tiny_locator(), "skull": tiny_skull(), "basis": tiny_basis()}
    return {f"{part}.{name}": value for part, net in parts.items() for name, value in net.state_dict().items()}


def write_tiny_bundle(folder: Path, **fields) -> Path:
    """A bundle of the tiny networks in `folder`; `fields` replace those of its description."""
    write_bundle(folder, tiny_tensors(), tiny_description(**fields), "# tiny\n\nFor tests.\n")
    return folder


def seeing(model: SkullModel) -> SkullModel:
    """The model with a locator that reads painted planes."""
    return replace(model, locator=GreyLevelLocator())


def load_seeing(folder: Path, device: torch.device | str = "cpu") -> SkullModel:
    """Stands in for `load_skull_model` where painted planes are to be read."""
    return seeing(load_skull_model(folder, device))
