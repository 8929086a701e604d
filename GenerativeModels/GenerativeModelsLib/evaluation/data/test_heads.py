"""Held-out simulated heads and their planes, with seeds that are not used in training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.planes.image import PlaneImage, plane_from_array
from GenerativeModelsLib.skull.population.heads import Head, sample_head
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, unit_sphere
from GenerativeModelsLib.skull.ultrasound.simulate import PLANES, simulate_plane

CALIBRATION_SET, TEST_SET = 71, 72
"""First numbers of the seeds; training uses 20261120 (see `training.bank`)."""
SIZE = (270, 400)
SUBSETS = {
    "axial": ("axial",),
    "axial + sagittal": ("axial", "sagittal"),
    "axial + coronal": ("axial", "coronal"),
    "three planes": ("axial", "sagittal", "coronal"),
}


@dataclass(frozen=True)
class SimulatedCase:
    """A head and its three simulated planes with full pose noise."""

    index: int
    head: Head
    images: dict[str, PlaneImage]


def simulated_case(set_seed: int, index: int) -> SimulatedCase:
    """Case `index` of a held-out set; the same arguments give identical results."""
    rng = np.random.default_rng([set_seed, index])
    head = sample_head(rng)
    return SimulatedCase(index, head, imaged(head.shape, rng))


def imaged(shape: HeadShape, rng: np.random.Generator) -> dict[str, PlaneImage]:
    """Simulated ultrasound images of the three planes of a head, by name."""
    planes = {}
    for name in PLANES:
        plane = simulate_plane(shape, name, rng, size=SIZE)
        planes[name] = plane_from_array(plane.image, tuple(float(v) for v in plane.spacing_mm), name)
    return planes


def head_surface(shape: HeadShape, subdivisions: int = 5) -> Surface:
    """The head as a mesh in LPS mm, by default with 10242 points."""
    return Surface(shape.points(subdivisions), unit_sphere(subdivisions)[1])
