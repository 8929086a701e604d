"""A skull model small enough for tests: networks of a few thousand weights, never trained, near the mean head.

The field basis is fitted to thirty heads of the population, so that the surfaces are heads and their draws differ.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.models.border_reader import BorderReader
from GenerativeModelsLib.models.cvae import HiRecCVAE
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.models.facing import FacingNet
from GenerativeModelsLib.models.locator import HeadLocatorNet
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions, Prediction
from GenerativeModelsLib.skull.infer.model import HEADS, KIND, SkullModel, load_skull_model
from GenerativeModelsLib.skull.infer.prior import head_coefficients, head_vectors
from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.skull.shape.field import GRID_SIZE
from GenerativeModelsLib.training.shared.card import card_text
from GenerativeModelsLib.training.shared.prior_part import add_prior
from GenerativeModelsLib.training.skull.field_basis import fit_basis
from GenerativeModelsLib.uncertainty.flow_prior import FlowPrior
from Testing.helpers.painted import GreyLevelBorder, GreyLevelLocator, SteadyFacing

RANK = 8
CHANNELS = [4, 8, 8]
MEMBER = {"latent": 4, "rank": RANK, "features": 16, "hidden": 32}
NETWORK = {"members": 2, **MEMBER}


@lru_cache(maxsize=1)
def tiny_basis() -> LowRankField:
    """The field basis of thirty heads and their mirror images."""
    return fit_basis(RANK, heads=30).eval()


@lru_cache(maxsize=1)
def tiny_prior() -> FlowPrior:
    """A prior of heads of all ages: a flow, hardly fitted, of forty heads with a little noise."""
    heads = sample_heads(40, 9)
    coefficients = np.array([head_coefficients(tiny_basis(), head) for head in heads])
    sizes = np.array([head.hc_mm / (2 * np.pi) for head in heads])
    vectors = head_vectors(coefficients, sizes, np.array([head.gestational_age_weeks for head in heads]))
    rows = np.repeat(vectors, 20, axis=0)
    rows = rows + 0.2 * vectors.std(axis=0) * np.random.default_rng(0).standard_normal(rows.shape)
    return FlowPrior.fit(rows, kind="realnvp", transforms=2, hidden=(16,), epochs=5)


def tiny_skull(seed: int = 5, spread: float = 1.5, members: int = NETWORK["members"]) -> SkullEnsemble:
    """An untrained ensemble of HiREC-CVAEs whose draws vary about as much as heads do."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = SkullEnsemble(HiRecCVAE, members, **MEMBER)
    for member in net.members:
        member.x_scale.copy_(spread * torch.cat([0.05 / torch.arange(1, RANK + 1), torch.tensor([0.02])]))
    return net.eval().requires_grad_(False)


class MeanHead(torch.nn.Module):
    """A `Predictor` without levels, draws and poses: whatever the planes show, it returns the mean head.

    It reads planes as every skull model does, without any skill: features of zeros.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("x_scale", tiny_skull().x_scale.clone())

    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        return Prediction(torch.zeros(1, RANK + 1, device=self.x_scale.device))

    def encode_planes(self, y: Conditions) -> torch.Tensor:
        return torch.zeros(len(y.borders), 3, MEMBER["features"], device=self.x_scale.device)


def tiny_locator() -> HeadLocatorNet:
    """A head locator without any skill."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return HeadLocatorNet(tuple(CHANNELS)).eval()


def tiny_reader() -> torch.nn.ModuleDict:
    """Border reader and facing network without any skill."""
    with torch.random.fork_rng():
        torch.manual_seed(4)
        return torch.nn.ModuleDict({"border": BorderReader(), "facing": FacingNet()}).eval()


def tiny_description(**fields) -> ModelDescription:
    """The description that goes with the tiny networks."""
    given = {
        "name": "tiny",
        "version": "0.1",
        "kind": KIND,
        "architecture": {
            "locator": Component(class_name="HeadLocatorNet", parameters={"channels": CHANNELS}),
            "border": Component(class_name="BorderReader"),
            "facing": Component(class_name="FacingNet"),
            "skull": Component(class_name="HiRecCVAE", parameters=NETWORK),
            "basis": Component(class_name="LowRankField", parameters={"rank": RANK, "size": GRID_SIZE}),
        },
        "training_population": {"summary": "Thirty heads.", "limits": ["It has learnt nothing."]},
        "calibration": {"surface": {"scale": [1.2, 1.1, 1.0], "floor": [0.01, 0.008, 0.006]}},
    }
    return ModelDescription(**(given | fields))


def tiny_tensors() -> dict[str, torch.Tensor]:
    """Weights of the tiny networks by bundle name."""
    parts = {"locator": tiny_locator(), **tiny_reader(), "skull": tiny_skull(), "basis": tiny_basis()}
    return {f"{part}.{name}": value for part, net in parts.items() for name, value in net.state_dict().items()}


def write_tiny_bundle(folder: Path, **fields) -> Path:
    """A bundle of the tiny networks in `folder`; `fields` replace those of its description."""
    write_bundle(folder, tiny_tensors(), tiny_description(**fields), "# tiny\n\nFor tests.\n")
    return folder


def write_tiny_bundle_with_prior(folder: Path) -> Path:
    """`write_tiny_bundle` with `tiny_prior`."""
    add_prior(write_tiny_bundle(folder), {HEADS: tiny_prior()}, card_text)
    return folder


def seeing(model: SkullModel) -> SkullModel:
    """The model with networks that read painted planes."""
    return replace(model, locator=GreyLevelLocator(), border=GreyLevelBorder(), facing=SteadyFacing())


def load_seeing(folder: Path, device: torch.device | str = "cpu") -> SkullModel:
    """Stands in for `load_skull_model` where painted planes are to be read."""
    return seeing(load_skull_model(folder, device))
