"""Joint spaces of images and label maps that are made in a moment: with known maps and weights, and as a bundle."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch.nn import functional as F

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.models.joint_space import JointSpace
from GenerativeModelsLib.segmentation.uncertainty.calibration import Calibration
from GenerativeModelsLib.segmentation.uncertainty.model import KIND, UncertaintyModel
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel

__all__ = ["JOINT_NETWORK", "model_of_maps", "write_uncertainty_bundle"]

JOINT_NETWORK = {
    "latent": 6, "channels": [4, 8], "dense": 16, "joint": 4, "image_channels": [4, 8], "image_dense": 16,
}  # fmt: skip
DIAGONAL = Calibration(np.array([0.0, 1.0]), np.array([0.0, 1.0]))


def model_of_maps(
    maps: np.ndarray, similar: np.ndarray, grid_mm: float, known: np.ndarray | None = None, **fields: object
) -> UncertaintyModel:
    """A model whose bank decodes to `maps` (N, size, size), with the cosine `similar` (N,) to every image."""
    count, codes = len(maps), torch.eye(len(maps))
    angles = torch.arccos(torch.from_numpy(np.asarray(similar, np.float32)))
    vectors = torch.stack([angles.cos(), angles.sin()], dim=1)

    def decode(wanted: torch.Tensor) -> torch.Tensor:
        return 100.0 * F.one_hot(torch.from_numpy(maps)[wanted.argmax(1)].long(), 5).movedim(-1, 1).float()

    net = SimpleNamespace(
        size=maps.shape[1],
        vae=SimpleNamespace(decode=decode),
        image_vectors=lambda images: torch.tensor([[1.0, 0.0]]).expand(len(images), -1),
        image_features=lambda images: torch.zeros(len(images), 2),
        map_vectors=lambda wanted: vectors[wanted.argmax(1)],
    )
    given = {
        "net": net, "view": "short-axis", "grid_mm": grid_mm, "structures": ("lv", "myo"), "codes": codes.numpy(),
        "known": np.ones((count, 5), bool) if known is None else known, "neighbours": count, "calibration": DIAGONAL,
        "images": FeatureModel(np.array([0.0, 3.0]), np.array([[0.0, 1.0]]), np.ones(1), 1.0),
        "similarities": np.array([-1.0, 1.0]), "distances": np.array([0.0, 1e6]),
    }  # fmt: skip
    return UncertaintyModel(**given | fields)


def write_uncertainty_bundle(folder: Path, **arrays: np.ndarray) -> Path:
    """A bundle of an untrained network of pieces of 32 x 32 pixels of 4 mm; `arrays` replace those of its bank."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = JointSpace(size=32, **JOINT_NETWORK)
    bank = {
        "codes": np.random.default_rng(0).normal(size=(12, 6)), "known": np.ones((12, 5)), "level": DIAGONAL.level,
        "probability": DIAGONAL.probability, "similarities": np.array([-1.0, 1.0]),
        "distances": np.array([0.0, 1e6]), "mean": np.zeros(16), "directions": np.eye(16)[:2], "variances": np.ones(2),
        "rest": np.float32(1.0),
    } | arrays  # fmt: skip
    tensors = {f"joint.{name}": tensor for name, tensor in net.state_dict().items()}
    tensors |= {f"bank.{name}": torch.from_numpy(np.asarray(values)).float() for name, values in bank.items()}
    about = ModelDescription(
        name="tiny",
        version="1",
        kind=KIND,
        architecture={
            "joint": Component(class_name="JointSpace", parameters={"size": 32, "labels": 5, **JOINT_NETWORK}),
            "bank": Component(class_name="MapBank"),
        },
        normalisation={"view": "short-axis", "grid_mm": 4.0, "structures": ["lv", "myo"], "neighbours": 5},
        training_population={"patients": ["a"]},
    )
    write_bundle(folder, tensors, about, "# tiny\n")
    return folder
