"""The model of the sphere: directions that a radius is multiplied with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from GenerativeModelsLib.bundle.bundle import read_bundle, write_bundle
from GenerativeModelsLib.bundle.manifest import BundleManifest, Component, ModelDescription
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface


class Directions(nn.Module):
    """Unit vectors (N, 3) and the triangles (M, 3) between them."""

    def __init__(self, points: int, triangles: int) -> None:
        super().__init__()
        self.register_buffer("directions", torch.zeros(points, 3))
        self.register_buffer("triangles", torch.zeros(triangles, 3, dtype=torch.int64))

    def forward(self, radius: torch.Tensor) -> torch.Tensor:
        """Points (N, 3) of a sphere."""
        return radius * self.directions


@dataclass(frozen=True, eq=False)
class SphereModel:
    """The network on its device, and the manifest of its bundle."""

    net: Directions
    manifest: BundleManifest

    def surface(self, radius_mm: float) -> Surface:
        """The sphere of a radius; point array `height_mm`."""
        if not 0 < radius_mm < 1000:
            raise InputError(f"{named('radius_mm')} is {radius_mm:g}: give millimetres above 0 and below 1000.")
        points = self.net(torch.tensor(float(radius_mm), device=self.net.directions.device)).cpu().numpy()
        return Surface(points, self.net.triangles.cpu().numpy(), {"height_mm": points[:, 2] + radius_mm})


def load_sphere_model(folder: Path, device: torch.device | str) -> SphereModel:
    """The model of a bundle on a device."""
    bundle = read_bundle(folder, "sphere")
    return SphereModel(network_of(bundle, "sphere", Directions).to(device), bundle.manifest)


def write_sphere_bundle(folder: Path) -> Path:
    """A sealed bundle with some two thousand directions."""
    grid = Grid.around(np.array([[-1.0, -1, -1], [1, 1, 1]]), 0.1, 0.3)
    surface = Surface.from_field(np.linalg.norm(grid.points(), axis=-1) - 1, grid)
    points = surface.points / np.linalg.norm(surface.points, axis=1, keepdims=True)
    net = Directions(len(points), len(surface.triangles))
    net.load_state_dict({"directions": torch.tensor(points), "triangles": torch.tensor(surface.triangles)})
    sizes = {"points": len(points), "triangles": len(surface.triangles)}
    description = ModelDescription(
        name="unit-sphere",
        version="1.0",
        kind="sphere",
        licence="Apache-2.0",
        architecture={"sphere": Component(class_name="Directions", parameters=sizes)},
        training_population={"summary": "One sphere."},
    )
    write_bundle(
        folder, {f"sphere.{name}": value for name, value in net.state_dict().items()}, description, "# Sphere\n"
    )
    return folder
