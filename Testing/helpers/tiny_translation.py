"""Generators between two domains that are made in a moment, and two folders of cine MR."""

from __future__ import annotations

from pathlib import Path

import torch
import yaml

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.models.translation import LookGenerator
from GenerativeModelsLib.synthesis.translate.domains import HC18, SIMULATED, ULTRASOUND
from GenerativeModelsLib.synthesis.translate.model import KIND, PARTS
from Testing.helpers.tiny_images import grey_file, write_heart

__all__ = ["NETWORK", "VENDORS", "cyclegan_file", "some_generator", "write_translation_bundle", "write_two_vendors"]

NETWORK = {"channels": [4, 6], "knots": 4, "reach": 20}
VENDORS = ("one-vendor", "other-vendor")


def some_generator(seed: int = 0, strength: float = 0.3) -> LookGenerator:
    """A generator that changes greys and texture."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = LookGenerator(**NETWORK)
        torch.nn.init.normal_(net.unet.last.weight, std=strength)
        torch.nn.init.normal_(net.steps, net.steps[0].item(), strength)
    return net.eval().requires_grad_(False)


def write_translation_bundle(folder: Path, modality: str = ULTRASOUND, **told: object) -> Path:
    """A bundle of generators that were not trained; `told` replaces its settings."""
    nets = {part: some_generator(number) for number, part in enumerate(PARTS)}
    tensors = {f"{part}.{name}": value for part, net in nets.items() for name, value in net.state_dict().items()}
    heads = {"domains": [SIMULATED, HC18], "rows": 96}
    settings = heads if modality == ULTRASOUND else {"domains": list(VENDORS), "grid_mm": 2.0}
    about = ModelDescription(
        name="tiny",
        version="1",
        kind=KIND,
        architecture={part: Component(class_name="LookGenerator", parameters=NETWORK) for part in PARTS},
        normalisation={"modality": modality, **settings} | told,
    )
    write_bundle(folder, tensors, about, "# tiny\n")
    return folder


def write_two_vendors(folder: Path, images: int = 3, *, labelled: bool = True) -> Path:
    """`folder / VENDOR` for both vendors, each with images of hearts, of which one is noisier; labels of the first."""
    for vendor, noise in zip(VENDORS, (5.0, 40.0)):
        for name in ("images", "maps"):
            (folder / vendor / name).mkdir(parents=True)
        for number in range(images):
            maps = write_heart(folder / vendor / "maps" / f"p{number}.nii.gz", scale=0.8 + 0.1 * number)
            grey_file(maps, folder / vendor / "images" / f"p{number}.nii.gz", noise=noise, seed=number)
    if labelled:
        (folder / VENDORS[0] / "maps").rename(folder / VENDORS[0] / "labels")
    return folder


def cyclegan_file(folder: Path, data: dict, **fields: object) -> Path:
    """The config of a training of seconds."""
    given = {
        "model": "cyclegan", "output": str(folder / "cyclegan"), "data": data, "grid": 32, "rows": 48, "grid_mm": 4.0,
        "network": NETWORK, "region_channels": [4, 6], "critic_channels": 4, "critic_layers": 2, "pool": 4,
        "moved": {"shift": 3}, "epochs": 1, "items_per_epoch": 8, "batch_size": 2, "trainer": {"ema_decay": 0.5},
    }  # fmt: skip
    path = folder / "cyclegan.yaml"
    path.write_text(yaml.safe_dump(given | fields))
    return path
