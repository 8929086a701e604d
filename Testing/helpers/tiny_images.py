"""Hearts with their images, and networks of image synthesis that are made in a moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk
import torch
import yaml

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.synthesis.images.classes import CLASSES
from GenerativeModelsLib.synthesis.images.model import KIND, NETWORKS
from Testing.helpers.segmentation_phantoms import maps_of, stack, write_maps

__all__ = [
    "GREY",
    "NETWORK",
    "TRAINED",
    "config_file",
    "grey_file",
    "write_heart",
    "write_imaged",
    "write_images_bundle",
]

GREY = {0: 40.0, 1: 220.0, 2: 90.0, 3: 200.0}
"""Grey value of each label by its value in the file (ACDC: 1 = right ventricle, 2 = wall, 3 = cavity)."""
NETWORK = {
    "spade": {"style": 3, "channels": [8, 6], "hidden": 4, "style_channels": [4, 6]},
    "cgan": {"style": 3, "channels": [6, 8], "style_channels": [4, 6]},
    "ldm": {"style": 3, "channels": [8, 16], "attention": 1, "style_channels": [4, 6]},
}
"""Sizes of the networks; those of the codes of ldm are `CODES`."""
CODES = {"channels": [4, 6], "codebook": 16, "dimensions": 3}
SIZE, GRID_MM = 32, 4.0
TRAINED = {"spade": NETWORK["spade"], "cgan": NETWORK["cgan"], "vqvae": CODES, "ldm": NETWORK["ldm"]}


def write_heart(path: Path, *, right: bool = False, slices: int = 4, scale: float = 1.0, **options) -> Path:
    """The label map of a stack with the values of ACDC."""
    values = stack(scale, slices)
    values[values == 3] *= right
    return write_maps(path, maps_of(values), **options)


def grey_file(labels: Path, path: Path, *, noise: float = 5.0, seed: int = 0) -> Path:
    """An image on the grid of a label map: `GREY` of its labels with noise, and a bright band at one side."""
    image = sitk.ReadImage(str(labels))
    values = sitk.GetArrayFromImage(image)
    grey = np.vectorize(GREY.get)(values).astype(np.float32)
    columns = np.arange(values.shape[-1])
    grey[(values == 0) & np.broadcast_to(columns < 12, values.shape)] = 160.0
    grey[(values == 0) & np.broadcast_to(columns > 68, values.shape)] = 5.0
    grey += np.random.default_rng(seed).normal(0, noise, grey.shape)
    made = sitk.GetImageFromArray(np.maximum(grey, 0).astype(np.float32))
    made.CopyInformation(image)
    sitk.WriteImage(made, str(path))
    return path


def write_imaged(folder: Path, patients: int) -> Path:
    """A folder to train on: images/NAME and labels/NAME."""
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    for number in range(patients):
        labels = write_heart(folder / "labels" / f"p{number}.nii.gz", scale=0.8 + 0.1 * number)
        grey_file(labels, folder / "images" / f"p{number}.nii.gz", seed=number)
    return folder


def config_file(folder: Path, model: str, **fields: object) -> Path:
    """The config of a training of seconds on `folder / "data"`."""
    given = {
        "model": model, "output": str(folder / model), "data": {"kind": "folder", "folder": str(folder / "data")},
        "grid": SIZE, "grid_mm": GRID_MM, "network": TRAINED[model], "epochs": 1, "items_per_epoch": 16,
        "batch_size": 4, "trainer": {"ema_decay": 0.5},
    }  # fmt: skip
    given |= {"critic_channels": 4, "critic_layers": 2} if model in ("spade", "cgan") else {}
    given |= {"vqvae": str(folder / "vqvae")} if model == "ldm" else {}
    path = folder / f"{model}.yaml"
    path.write_text(yaml.safe_dump(given | fields))
    return path


def write_images_bundle(folder: Path, method: str, **told: object) -> Path:
    """A bundle of untrained networks; `told` replaces its settings."""
    parameters = {"size": SIZE, "labels": len(CLASSES), **NETWORK[method]}
    if method == "ldm":
        parameters["codes"] = CODES
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = NETWORKS[method](**parameters)
    tensors = {f"{method}.{name}": tensor for name, tensor in net.state_dict().items()}
    architecture = {method: Component(class_name=type(net).__name__, parameters=parameters)}
    if method != "ldm":
        architecture["styles"] = Component(class_name="StyleGaussian")
        tensors |= {"styles.mean": torch.zeros(net.style), "styles.factor": torch.eye(net.style)}
    about = ModelDescription(
        name="tiny",
        version="1",
        kind=KIND,
        architecture=architecture,
        normalisation={"grid_mm": GRID_MM, "classes": list(CLASSES), "guidance": 2.0} | told,
    )
    write_bundle(folder, tensors, about, "# tiny\n")
    return folder
